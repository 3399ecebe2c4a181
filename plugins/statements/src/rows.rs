//! The fields that paths lead to, by context.

use tollgate_ottl::Context;
use tollgate_sdk::NodeKind;

/// A field that is always there.
#[derive(Debug)]
pub struct Row {
    /// What follows the context in a path: `status.code`.
    pub path: &'static str,
    /// The field of the host that it stands in.
    pub field: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// How the path shows it.
    pub shown: Shown,
    /// The kinds of metrics that have it, as bits by `METRIC_DATA_TYPE`; all of them for what does not depend on the kind.
    pub kinds: u8,
}

impl Row {
    /// The kind of node that has it, where records are of this kind.
    pub(crate) fn kind(&self, record: NodeKind) -> NodeKind {
        match self.field.split_once('.') {
            Some(("resource", _)) => NodeKind::Resource,
            Some(("scope", _)) => NodeKind::Scope,
            Some(("metric", _)) => NodeKind::Metric,
            Some(("spanevent", _)) => NodeKind::SpanEvent,
            _ => record,
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text, `""` where there is none.
    Text,
    /// A number of 32 bits.
    Int32,
    /// A number of 32 bits without sign.
    Uint32,
    /// Likewise; what does not fit is refused instead of cut.
    Checked32,
    /// A number of 64 bits, or the two's complement of one without sign.
    Int64,
    /// A boolean.
    Bool,
    /// A double.
    Double,
    /// A trace's id.
    TraceId,
    /// A span's id.
    SpanId,
    /// Anything.
    Any,
    /// A list of integers.
    Ints,
    /// A list of doubles.
    Doubles,
}

/// How a path shows what a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Plain,
    /// Nanoseconds as an instant.
    Instant,
    /// An id as hexadecimal digits.
    Hex,
    /// The kind of a span by its name.
    Kind,
    /// Likewise, by its old name.
    OldKind,
    /// Anything as the text that shows it.
    AsText,
    /// What may be read and is never replaced; setting it does nothing.
    Fixed,
}

const GAUGE: u8 = 1 << 1;
const SUM: u8 = 1 << 2;
const HISTOGRAM: u8 = 1 << 3;
const EXPONENTIAL: u8 = 1 << 4;
const SUMMARY: u8 = 1 << 5;

/// All kinds of metrics.
pub const ALL: u8 = u8::MAX;
const NUMBERS: u8 = GAUGE | SUM;

const fn row(path: &'static str, field: &'static str, holds: Holds) -> Row {
    shown(path, field, holds, Shown::Plain)
}

const fn shown(path: &'static str, field: &'static str, holds: Holds, shown: Shown) -> Row {
    Row {
        path,
        field,
        holds,
        shown,
        kinds: ALL,
    }
}

const fn of(path: &'static str, holds: Holds, kinds: u8) -> Row {
    Row {
        path,
        field: path,
        holds,
        shown: Shown::Plain,
        kinds,
    }
}

static LOG: [Row; 15] = [
    row("time_unix_nano", "time_unix_nano", Holds::Int64),
    shown("time", "time_unix_nano", Holds::Int64, Shown::Instant),
    row(
        "observed_time_unix_nano",
        "observed_time_unix_nano",
        Holds::Int64,
    ),
    shown(
        "observed_time",
        "observed_time_unix_nano",
        Holds::Int64,
        Shown::Instant,
    ),
    row("severity_number", "severity_number", Holds::Int32),
    row("severity_text", "severity_text", Holds::Text),
    row("body", "body", Holds::Any),
    shown("body.string", "body", Holds::Any, Shown::AsText),
    row(
        "dropped_attributes_count",
        "dropped_attributes_count",
        Holds::Uint32,
    ),
    row("flags", "flags", Holds::Uint32),
    row("trace_id", "trace_id", Holds::TraceId),
    shown("trace_id.string", "trace_id", Holds::TraceId, Shown::Hex),
    row("span_id", "span_id", Holds::SpanId),
    shown("span_id.string", "span_id", Holds::SpanId, Shown::Hex),
    row("event_name", "event_name", Holds::Text),
];

static SPAN: [Row; 21] = [
    row("trace_id", "trace_id", Holds::TraceId),
    shown("trace_id.string", "trace_id", Holds::TraceId, Shown::Hex),
    row("span_id", "span_id", Holds::SpanId),
    shown("span_id.string", "span_id", Holds::SpanId, Shown::Hex),
    row("parent_span_id", "parent_span_id", Holds::SpanId),
    shown(
        "parent_span_id.string",
        "parent_span_id",
        Holds::SpanId,
        Shown::Hex,
    ),
    row("trace_state", "trace_state", Holds::Text),
    row("name", "name", Holds::Text),
    row("kind", "kind", Holds::Int32),
    shown("kind.string", "kind", Holds::Int32, Shown::Kind),
    shown(
        "kind.deprecated_string",
        "kind",
        Holds::Int32,
        Shown::OldKind,
    ),
    row("start_time_unix_nano", "start_time_unix_nano", Holds::Int64),
    shown(
        "start_time",
        "start_time_unix_nano",
        Holds::Int64,
        Shown::Instant,
    ),
    row("end_time_unix_nano", "end_time_unix_nano", Holds::Int64),
    shown(
        "end_time",
        "end_time_unix_nano",
        Holds::Int64,
        Shown::Instant,
    ),
    row(
        "dropped_attributes_count",
        "dropped_attributes_count",
        Holds::Uint32,
    ),
    row(
        "dropped_events_count",
        "dropped_events_count",
        Holds::Uint32,
    ),
    row("dropped_links_count", "dropped_links_count", Holds::Uint32),
    row("status.code", "status.code", Holds::Int32),
    row("status.message", "status.message", Holds::Text),
    row("flags", "flags", Holds::Checked32),
];

static SPAN_EVENT: [Row; 4] = [
    row("time_unix_nano", "spanevent.time_unix_nano", Holds::Int64),
    shown(
        "time",
        "spanevent.time_unix_nano",
        Holds::Int64,
        Shown::Instant,
    ),
    row("name", "spanevent.name", Holds::Text),
    row(
        "dropped_attributes_count",
        "spanevent.dropped_attributes_count",
        Holds::Uint32,
    ),
];

static SCOPE: [Row; 4] = [
    row("name", "scope.name", Holds::Text),
    row("version", "scope.version", Holds::Text),
    row(
        "dropped_attributes_count",
        "scope.dropped_attributes_count",
        Holds::Uint32,
    ),
    row("schema_url", "scope.schema_url", Holds::Text),
];

static RESOURCE: [Row; 2] = [
    row(
        "dropped_attributes_count",
        "resource.dropped_attributes_count",
        Holds::Uint32,
    ),
    row("schema_url", "resource.schema_url", Holds::Text),
];

static METRIC: [Row; 6] = [
    row("name", "metric.name", Holds::Text),
    row("description", "metric.description", Holds::Text),
    row("unit", "metric.unit", Holds::Text),
    shown("type", "metric.type", Holds::Int32, Shown::Fixed),
    Row {
        path: "aggregation_temporality",
        field: "metric.aggregation_temporality",
        holds: Holds::Int32,
        shown: Shown::Plain,
        kinds: SUM | HISTOGRAM | EXPONENTIAL,
    },
    Row {
        path: "is_monotonic",
        field: "metric.is_monotonic",
        holds: Holds::Bool,
        shown: Shown::Plain,
        kinds: SUM,
    },
];

static DATA_POINT: [Row; 17] = [
    row("start_time_unix_nano", "start_time_unix_nano", Holds::Int64),
    shown(
        "start_time",
        "start_time_unix_nano",
        Holds::Int64,
        Shown::Instant,
    ),
    row("time_unix_nano", "time_unix_nano", Holds::Int64),
    shown("time", "time_unix_nano", Holds::Int64, Shown::Instant),
    of("value_double", Holds::Double, NUMBERS),
    of("value_int", Holds::Int64, NUMBERS),
    row("flags", "flags", Holds::Uint32),
    of("count", Holds::Int64, HISTOGRAM | EXPONENTIAL | SUMMARY),
    of("sum", Holds::Double, HISTOGRAM | EXPONENTIAL | SUMMARY),
    of("bucket_counts", Holds::Ints, HISTOGRAM),
    of("explicit_bounds", Holds::Doubles, HISTOGRAM),
    of("scale", Holds::Int32, EXPONENTIAL),
    of("zero_count", Holds::Int64, EXPONENTIAL),
    of("positive.offset", Holds::Int32, EXPONENTIAL),
    of("positive.bucket_counts", Holds::Ints, EXPONENTIAL),
    of("negative.offset", Holds::Int32, EXPONENTIAL),
    of("negative.bucket_counts", Holds::Ints, EXPONENTIAL),
];

/// The fields of a context.
pub(crate) fn of_context(context: Context) -> &'static [Row] {
    match context {
        Context::Log => &LOG,
        Context::Span => &SPAN,
        Context::SpanEvent => &SPAN_EVENT,
        Context::Scope => &SCOPE,
        Context::Resource => &RESOURCE,
        Context::Metric => &METRIC,
        Context::DataPoint => &DATA_POINT,
        Context::Request => &[],
    }
}

/// The field that a path leads to.
pub(crate) fn find(context: Context, path: &str) -> Option<&'static Row> {
    of_context(context).iter().find(|row| row.path == path)
}
