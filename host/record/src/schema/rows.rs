//! The rows of the table, message by message.

use super::{Form, Message, Row};

const fn field(message: Message, number: u8, form: Form, path: &'static str) -> Row {
    Row {
        message,
        number,
        form,
        path,
        writable: true,
    }
}

const fn read_only(message: Message, number: u8, form: Form, path: &'static str) -> Row {
    Row {
        message,
        number,
        form,
        path,
        writable: false,
    }
}

const fn part(message: Message, number: u8, form: Form) -> Row {
    Row {
        message,
        number,
        form,
        path: "",
        writable: false,
    }
}

use Form::{
    Any, Attributes, Bool, Child, Data, Double, Fixed32, Fixed64, Id, Inner, Inners, Int32,
    MetricType, OneofDouble, OneofInt, PackedDouble, PackedFixed64, PackedUint64, Quantiles,
    Records, Sint32, Text, Texts, Uint32, Whole,
};
use Message as M;

pub(super) const ROWS: &[Row] = &[
    read_only(M::Request, 0, Attributes, "metadata"),
    read_only(M::Request, 0, Attributes, "auth"),
    read_only(M::Request, 0, Form::Request, "client.address"),
    part(M::Request, 1, Child(M::ResourceEntry)),
    // Resource.
    part(M::ResourceEntry, 1, Inner(M::Resource)),
    part(M::ResourceEntry, 2, Child(M::ScopeEntry)),
    field(M::Resource, 1, Attributes, "resource.attributes"),
    field(M::Resource, 2, Uint32, "resource.dropped_attributes_count"),
    part(M::Resource, 3, Inners(M::EntityRef)),
    field(M::EntityRef, 1, Text, "resource.entity_refs.schema_url"),
    field(M::EntityRef, 2, Text, "resource.entity_refs.type"),
    field(M::EntityRef, 3, Texts, "resource.entity_refs.id_keys"),
    field(
        M::EntityRef,
        4,
        Texts,
        "resource.entity_refs.description_keys",
    ),
    field(M::ResourceEntry, 3, Text, "resource.schema_url"),
    // Scope.
    part(M::ScopeEntry, 1, Inner(M::Scope)),
    part(M::ScopeEntry, 2, Records),
    field(M::Scope, 1, Text, "scope.name"),
    field(M::Scope, 2, Text, "scope.version"),
    field(M::Scope, 3, Attributes, "scope.attributes"),
    field(M::Scope, 4, Uint32, "scope.dropped_attributes_count"),
    field(M::ScopeEntry, 3, Text, "scope.schema_url"),
    // Log record.
    field(M::LogRecord, 1, Fixed64, "time_unix_nano"),
    field(M::LogRecord, 11, Fixed64, "observed_time_unix_nano"),
    field(M::LogRecord, 2, Int32, "severity_number"),
    field(M::LogRecord, 3, Text, "severity_text"),
    field(M::LogRecord, 5, Any, "body"),
    field(M::LogRecord, 6, Attributes, "attributes"),
    field(M::LogRecord, 7, Uint32, "dropped_attributes_count"),
    field(M::LogRecord, 8, Fixed32, "flags"),
    field(M::LogRecord, 9, Id(16), "trace_id"),
    field(M::LogRecord, 10, Id(8), "span_id"),
    field(M::LogRecord, 12, Text, "event_name"),
    // Span.
    field(M::Span, 1, Id(16), "trace_id"),
    field(M::Span, 2, Id(8), "span_id"),
    field(M::Span, 3, Text, "trace_state"),
    field(M::Span, 4, Id(8), "parent_span_id"),
    field(M::Span, 16, Fixed32, "flags"),
    field(M::Span, 5, Text, "name"),
    field(M::Span, 6, Int32, "kind"),
    field(M::Span, 7, Fixed64, "start_time_unix_nano"),
    field(M::Span, 8, Fixed64, "end_time_unix_nano"),
    field(M::Span, 9, Attributes, "attributes"),
    field(M::Span, 10, Uint32, "dropped_attributes_count"),
    part(M::Span, 11, Child(M::SpanEvent)),
    field(M::Span, 12, Uint32, "dropped_events_count"),
    part(M::Span, 13, Child(M::SpanLink)),
    field(M::Span, 14, Uint32, "dropped_links_count"),
    part(M::Span, 15, Inner(M::Status)),
    field(M::Status, 2, Text, "status.message"),
    field(M::Status, 3, Int32, "status.code"),
    // Span event.
    field(M::SpanEvent, 1, Fixed64, "spanevent.time_unix_nano"),
    field(M::SpanEvent, 2, Text, "spanevent.name"),
    field(M::SpanEvent, 3, Attributes, "spanevent.attributes"),
    field(
        M::SpanEvent,
        4,
        Uint32,
        "spanevent.dropped_attributes_count",
    ),
    // Span link.
    field(M::SpanLink, 1, Id(16), "spanlink.trace_id"),
    field(M::SpanLink, 2, Id(8), "spanlink.span_id"),
    field(M::SpanLink, 3, Text, "spanlink.trace_state"),
    field(M::SpanLink, 4, Attributes, "spanlink.attributes"),
    field(M::SpanLink, 5, Uint32, "spanlink.dropped_attributes_count"),
    field(M::SpanLink, 6, Fixed32, "spanlink.flags"),
    // Metric.
    field(M::Metric, 0, Whole, "metric"),
    field(M::Metric, 1, Text, "metric.name"),
    field(M::Metric, 2, Text, "metric.description"),
    field(M::Metric, 3, Text, "metric.unit"),
    read_only(M::Metric, 0, MetricType, "metric.type"),
    part(M::Metric, 5, Data(M::Gauge)),
    part(M::Metric, 7, Data(M::Sum)),
    part(M::Metric, 9, Data(M::Histogram)),
    part(M::Metric, 10, Data(M::ExponentialHistogram)),
    part(M::Metric, 11, Data(M::Summary)),
    field(M::Metric, 12, Attributes, "metric.metadata"),
    part(M::Gauge, 1, Child(M::NumberPoint)),
    part(M::Sum, 1, Child(M::NumberPoint)),
    field(M::Sum, 2, Int32, "metric.aggregation_temporality"),
    field(M::Sum, 3, Bool, "metric.is_monotonic"),
    part(M::Histogram, 1, Child(M::HistogramPoint)),
    field(M::Histogram, 2, Int32, "metric.aggregation_temporality"),
    part(M::ExponentialHistogram, 1, Child(M::ExponentialPoint)),
    field(
        M::ExponentialHistogram,
        2,
        Int32,
        "metric.aggregation_temporality",
    ),
    part(M::Summary, 1, Child(M::SummaryPoint)),
    // Data point of a gauge or a sum.
    field(M::NumberPoint, 7, Attributes, "attributes"),
    field(M::NumberPoint, 2, Fixed64, "start_time_unix_nano"),
    field(M::NumberPoint, 3, Fixed64, "time_unix_nano"),
    field(M::NumberPoint, 4, OneofDouble, "value_double"),
    field(M::NumberPoint, 6, OneofInt, "value_int"),
    part(M::NumberPoint, 5, Child(M::Exemplar)),
    field(M::NumberPoint, 8, Uint32, "flags"),
    // Data point of a histogram.
    field(M::HistogramPoint, 9, Attributes, "attributes"),
    field(M::HistogramPoint, 2, Fixed64, "start_time_unix_nano"),
    field(M::HistogramPoint, 3, Fixed64, "time_unix_nano"),
    field(M::HistogramPoint, 4, Fixed64, "count"),
    field(M::HistogramPoint, 5, Double, "sum"),
    field(M::HistogramPoint, 6, PackedFixed64, "bucket_counts"),
    field(M::HistogramPoint, 7, PackedDouble, "explicit_bounds"),
    part(M::HistogramPoint, 8, Child(M::Exemplar)),
    field(M::HistogramPoint, 10, Uint32, "flags"),
    field(M::HistogramPoint, 11, Double, "min"),
    field(M::HistogramPoint, 12, Double, "max"),
    // Data point of an exponential histogram.
    field(M::ExponentialPoint, 1, Attributes, "attributes"),
    field(M::ExponentialPoint, 2, Fixed64, "start_time_unix_nano"),
    field(M::ExponentialPoint, 3, Fixed64, "time_unix_nano"),
    field(M::ExponentialPoint, 4, Fixed64, "count"),
    field(M::ExponentialPoint, 5, Double, "sum"),
    field(M::ExponentialPoint, 6, Sint32, "scale"),
    field(M::ExponentialPoint, 7, Fixed64, "zero_count"),
    part(M::ExponentialPoint, 8, Inner(M::PositiveBuckets)),
    part(M::ExponentialPoint, 9, Inner(M::NegativeBuckets)),
    field(M::PositiveBuckets, 1, Sint32, "positive.offset"),
    field(
        M::PositiveBuckets,
        2,
        PackedUint64,
        "positive.bucket_counts",
    ),
    field(M::NegativeBuckets, 1, Sint32, "negative.offset"),
    field(
        M::NegativeBuckets,
        2,
        PackedUint64,
        "negative.bucket_counts",
    ),
    field(M::ExponentialPoint, 10, Uint32, "flags"),
    part(M::ExponentialPoint, 11, Child(M::Exemplar)),
    field(M::ExponentialPoint, 12, Double, "min"),
    field(M::ExponentialPoint, 13, Double, "max"),
    field(M::ExponentialPoint, 14, Double, "zero_threshold"),
    // Data point of a summary.
    field(M::SummaryPoint, 7, Attributes, "attributes"),
    field(M::SummaryPoint, 2, Fixed64, "start_time_unix_nano"),
    field(M::SummaryPoint, 3, Fixed64, "time_unix_nano"),
    field(M::SummaryPoint, 4, Fixed64, "count"),
    field(M::SummaryPoint, 5, Double, "sum"),
    field(M::SummaryPoint, 6, Quantiles, "quantile_values"),
    field(M::SummaryPoint, 8, Uint32, "flags"),
    // Exemplar.
    field(M::Exemplar, 7, Attributes, "exemplar.filtered_attributes"),
    field(M::Exemplar, 2, Fixed64, "exemplar.time_unix_nano"),
    field(M::Exemplar, 3, OneofDouble, "exemplar.value_double"),
    field(M::Exemplar, 6, OneofInt, "exemplar.value_int"),
    field(M::Exemplar, 4, Id(8), "exemplar.span_id"),
    field(M::Exemplar, 5, Id(16), "exemplar.trace_id"),
];
