//! OTLP's messages as tables: name in JSON, number on the wire, type. One description serves both directions.
//!
//! The fields of a message stand in the order in which the Collector writes them.

/// One message type.
#[derive(Debug)]
pub(crate) struct Message {
    /// Fields, at most [`MAX_FIELDS`].
    pub(crate) fields: &'static [Field],
    /// An `AnyValue`: the one type that OTLP nests without an end.
    pub(crate) nests: bool,
}

/// More fields than any message has.
pub(crate) const MAX_FIELDS: usize = 16;

/// One field of a message.
#[derive(Debug)]
pub(crate) struct Field {
    /// Name in JSON, in lowerCamelCase.
    pub(crate) name: &'static str,
    /// Number on the wire.
    pub(crate) number: u32,
    /// Type of a value.
    pub(crate) kind: Kind,
    /// How often, and whether a default value is written.
    pub(crate) presence: Presence,
}

/// Type of a value, with its form on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// UTF-8.
    Text,
    /// Base64 in JSON.
    Bytes,
    /// An identifier of so many bytes: hex in JSON.
    Id(usize),
    /// `true`, `false`.
    Bool,
    /// int32 and enums, a number in JSON.
    Int32,
    /// uint32, a number in JSON.
    Uint32,
    /// sint32 (zigzag), a number in JSON.
    Sint32,
    /// fixed32, a number in JSON.
    Fixed32,
    /// int64, a string in JSON.
    Int64,
    /// uint64, a string in JSON.
    Uint64,
    /// fixed64, a string in JSON.
    Fixed64,
    /// sfixed64, a string in JSON.
    Sfixed64,
    /// double.
    Double,
    /// Another message.
    Message(&'static Message),
}

/// How often a field stands in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Once; left out when it has the default value.
    Implicit,
    /// Once or not at all: the default value is a value.
    Explicit,
    /// Once or not at all, and not beside the others of the message's `oneof`.
    OneOf,
    /// A message that the Collector writes even when it is empty.
    Always,
    /// Any number of times. Numbers are packed on the wire.
    Repeated,
}

use Kind::{
    Bool, Bytes, Double, Fixed32, Fixed64, Id, Int32, Int64, Sfixed64, Sint32, Text, Uint32, Uint64,
};
use Presence::{Always, Explicit, Implicit, OneOf, Repeated};

const TRACE_ID: Kind = Id(16);
const SPAN_ID: Kind = Id(8);
const ENUM: Kind = Int32;

const fn field(name: &'static str, number: u32, kind: Kind, presence: Presence) -> Field {
    Field {
        name,
        number,
        kind,
        presence,
    }
}

const fn message(fields: &'static [Field]) -> Message {
    assert!(fields.len() <= MAX_FIELDS);
    Message {
        fields,
        nests: false,
    }
}

static ANY_VALUE: Message = Message {
    fields: &[
        field("stringValue", 1, Text, OneOf),
        field("boolValue", 2, Bool, OneOf),
        field("intValue", 3, Int64, OneOf),
        field("doubleValue", 4, Double, OneOf),
        field("arrayValue", 5, Kind::Message(&ARRAY_VALUE), OneOf),
        field("kvlistValue", 6, Kind::Message(&KEY_VALUE_LIST), OneOf),
        field("bytesValue", 7, Bytes, OneOf),
        field("stringValueStrindex", 8, Int32, OneOf),
    ],
    nests: true,
};

static ARRAY_VALUE: Message = message(&[field("values", 1, Kind::Message(&ANY_VALUE), Repeated)]);

static KEY_VALUE_LIST: Message =
    message(&[field("values", 1, Kind::Message(&KEY_VALUE), Repeated)]);

static KEY_VALUE: Message = message(&[
    field("key", 1, Text, Implicit),
    field("value", 2, Kind::Message(&ANY_VALUE), Always),
    field("keyStrindex", 3, Int32, Implicit),
]);

static SCOPE: Message = message(&[
    field("name", 1, Text, Implicit),
    field("version", 2, Text, Implicit),
    field("attributes", 3, Kind::Message(&KEY_VALUE), Repeated),
    field("droppedAttributesCount", 4, Uint32, Implicit),
]);

static ENTITY_REF: Message = message(&[
    field("schemaUrl", 1, Text, Implicit),
    field("type", 2, Text, Implicit),
    field("idKeys", 3, Text, Repeated),
    field("descriptionKeys", 4, Text, Repeated),
]);

static RESOURCE: Message = message(&[
    field("attributes", 1, Kind::Message(&KEY_VALUE), Repeated),
    field("droppedAttributesCount", 2, Uint32, Implicit),
    field("entityRefs", 3, Kind::Message(&ENTITY_REF), Repeated),
]);

/// `ExportLogsServiceRequest`
pub(crate) static LOGS: Message = message(&[field(
    "resourceLogs",
    1,
    Kind::Message(&RESOURCE_LOGS),
    Repeated,
)]);

static RESOURCE_LOGS: Message = message(&[
    field("resource", 1, Kind::Message(&RESOURCE), Always),
    field("scopeLogs", 2, Kind::Message(&SCOPE_LOGS), Repeated),
    field("schemaUrl", 3, Text, Implicit),
]);

static SCOPE_LOGS: Message = message(&[
    field("scope", 1, Kind::Message(&SCOPE), Always),
    field("logRecords", 2, Kind::Message(&LOG_RECORD), Repeated),
    field("schemaUrl", 3, Text, Implicit),
]);

static LOG_RECORD: Message = message(&[
    field("timeUnixNano", 1, Fixed64, Implicit),
    field("observedTimeUnixNano", 11, Fixed64, Implicit),
    field("severityNumber", 2, ENUM, Implicit),
    field("severityText", 3, Text, Implicit),
    field("body", 5, Kind::Message(&ANY_VALUE), Always),
    field("attributes", 6, Kind::Message(&KEY_VALUE), Repeated),
    field("droppedAttributesCount", 7, Uint32, Implicit),
    field("flags", 8, Fixed32, Implicit),
    field("traceId", 9, TRACE_ID, Implicit),
    field("spanId", 10, SPAN_ID, Implicit),
    field("eventName", 12, Text, Implicit),
]);

/// `ExportTraceServiceRequest`
pub(crate) static TRACES: Message = message(&[field(
    "resourceSpans",
    1,
    Kind::Message(&RESOURCE_SPANS),
    Repeated,
)]);

static RESOURCE_SPANS: Message = message(&[
    field("resource", 1, Kind::Message(&RESOURCE), Always),
    field("scopeSpans", 2, Kind::Message(&SCOPE_SPANS), Repeated),
    field("schemaUrl", 3, Text, Implicit),
]);

static SCOPE_SPANS: Message = message(&[
    field("scope", 1, Kind::Message(&SCOPE), Always),
    field("spans", 2, Kind::Message(&SPAN), Repeated),
    field("schemaUrl", 3, Text, Implicit),
]);

static SPAN: Message = message(&[
    field("traceId", 1, TRACE_ID, Implicit),
    field("spanId", 2, SPAN_ID, Implicit),
    field("traceState", 3, Text, Implicit),
    field("parentSpanId", 4, SPAN_ID, Implicit),
    field("flags", 16, Fixed32, Implicit),
    field("name", 5, Text, Implicit),
    field("kind", 6, ENUM, Implicit),
    field("startTimeUnixNano", 7, Fixed64, Implicit),
    field("endTimeUnixNano", 8, Fixed64, Implicit),
    field("attributes", 9, Kind::Message(&KEY_VALUE), Repeated),
    field("droppedAttributesCount", 10, Uint32, Implicit),
    field("events", 11, Kind::Message(&SPAN_EVENT), Repeated),
    field("droppedEventsCount", 12, Uint32, Implicit),
    field("links", 13, Kind::Message(&SPAN_LINK), Repeated),
    field("droppedLinksCount", 14, Uint32, Implicit),
    field("status", 15, Kind::Message(&SPAN_STATUS), Always),
]);

static SPAN_EVENT: Message = message(&[
    field("timeUnixNano", 1, Fixed64, Implicit),
    field("name", 2, Text, Implicit),
    field("attributes", 3, Kind::Message(&KEY_VALUE), Repeated),
    field("droppedAttributesCount", 4, Uint32, Implicit),
]);

static SPAN_LINK: Message = message(&[
    field("traceId", 1, TRACE_ID, Implicit),
    field("spanId", 2, SPAN_ID, Implicit),
    field("traceState", 3, Text, Implicit),
    field("attributes", 4, Kind::Message(&KEY_VALUE), Repeated),
    field("droppedAttributesCount", 5, Uint32, Implicit),
    field("flags", 6, Fixed32, Implicit),
]);

static SPAN_STATUS: Message = message(&[
    field("message", 2, Text, Implicit),
    field("code", 3, ENUM, Implicit),
]);

/// `ExportMetricsServiceRequest`
pub(crate) static METRICS: Message = message(&[field(
    "resourceMetrics",
    1,
    Kind::Message(&RESOURCE_METRICS),
    Repeated,
)]);

static RESOURCE_METRICS: Message = message(&[
    field("resource", 1, Kind::Message(&RESOURCE), Always),
    field("scopeMetrics", 2, Kind::Message(&SCOPE_METRICS), Repeated),
    field("schemaUrl", 3, Text, Implicit),
]);

static SCOPE_METRICS: Message = message(&[
    field("scope", 1, Kind::Message(&SCOPE), Always),
    field("metrics", 2, Kind::Message(&METRIC), Repeated),
    field("schemaUrl", 3, Text, Implicit),
]);

static METRIC: Message = message(&[
    field("name", 1, Text, Implicit),
    field("description", 2, Text, Implicit),
    field("unit", 3, Text, Implicit),
    field("gauge", 5, Kind::Message(&GAUGE), OneOf),
    field("sum", 7, Kind::Message(&SUM), OneOf),
    field("histogram", 9, Kind::Message(&HISTOGRAM), OneOf),
    field(
        "exponentialHistogram",
        10,
        Kind::Message(&EXPONENTIAL),
        OneOf,
    ),
    field("summary", 11, Kind::Message(&SUMMARY), OneOf),
    field("metadata", 12, Kind::Message(&KEY_VALUE), Repeated),
]);

static GAUGE: Message = message(&[field(
    "dataPoints",
    1,
    Kind::Message(&NUMBER_POINT),
    Repeated,
)]);

static SUM: Message = message(&[
    field("dataPoints", 1, Kind::Message(&NUMBER_POINT), Repeated),
    field("aggregationTemporality", 2, ENUM, Implicit),
    field("isMonotonic", 3, Bool, Implicit),
]);

static HISTOGRAM: Message = message(&[
    field("dataPoints", 1, Kind::Message(&HISTOGRAM_POINT), Repeated),
    field("aggregationTemporality", 2, ENUM, Implicit),
]);

static EXPONENTIAL: Message = message(&[
    field("dataPoints", 1, Kind::Message(&EXPONENTIAL_POINT), Repeated),
    field("aggregationTemporality", 2, ENUM, Implicit),
]);

static SUMMARY: Message = message(&[field(
    "dataPoints",
    1,
    Kind::Message(&SUMMARY_POINT),
    Repeated,
)]);

static NUMBER_POINT: Message = message(&[
    field("attributes", 7, Kind::Message(&KEY_VALUE), Repeated),
    field("startTimeUnixNano", 2, Fixed64, Implicit),
    field("timeUnixNano", 3, Fixed64, Implicit),
    field("asDouble", 4, Double, OneOf),
    field("asInt", 6, Sfixed64, OneOf),
    field("exemplars", 5, Kind::Message(&EXEMPLAR), Repeated),
    field("flags", 8, Uint32, Implicit),
]);

static HISTOGRAM_POINT: Message = message(&[
    field("attributes", 9, Kind::Message(&KEY_VALUE), Repeated),
    field("startTimeUnixNano", 2, Fixed64, Implicit),
    field("timeUnixNano", 3, Fixed64, Implicit),
    field("count", 4, Fixed64, Implicit),
    field("sum", 5, Double, Explicit),
    field("bucketCounts", 6, Fixed64, Repeated),
    field("explicitBounds", 7, Double, Repeated),
    field("exemplars", 8, Kind::Message(&EXEMPLAR), Repeated),
    field("flags", 10, Uint32, Implicit),
    field("min", 11, Double, Explicit),
    field("max", 12, Double, Explicit),
]);

static EXPONENTIAL_POINT: Message = message(&[
    field("attributes", 1, Kind::Message(&KEY_VALUE), Repeated),
    field("startTimeUnixNano", 2, Fixed64, Implicit),
    field("timeUnixNano", 3, Fixed64, Implicit),
    field("count", 4, Fixed64, Implicit),
    field("sum", 5, Double, Explicit),
    field("scale", 6, Sint32, Implicit),
    field("zeroCount", 7, Fixed64, Implicit),
    field("positive", 8, Kind::Message(&BUCKETS), Always),
    field("negative", 9, Kind::Message(&BUCKETS), Always),
    field("flags", 10, Uint32, Implicit),
    field("exemplars", 11, Kind::Message(&EXEMPLAR), Repeated),
    field("min", 12, Double, Explicit),
    field("max", 13, Double, Explicit),
    field("zeroThreshold", 14, Double, Implicit),
]);

static BUCKETS: Message = message(&[
    field("offset", 1, Sint32, Implicit),
    field("bucketCounts", 2, Uint64, Repeated),
]);

static SUMMARY_POINT: Message = message(&[
    field("attributes", 7, Kind::Message(&KEY_VALUE), Repeated),
    field("startTimeUnixNano", 2, Fixed64, Implicit),
    field("timeUnixNano", 3, Fixed64, Implicit),
    field("count", 4, Fixed64, Implicit),
    field("sum", 5, Double, Implicit),
    field("quantileValues", 6, Kind::Message(&QUANTILE), Repeated),
    field("flags", 8, Uint32, Implicit),
]);

static QUANTILE: Message = message(&[
    field("quantile", 1, Double, Implicit),
    field("value", 2, Double, Implicit),
]);

static EXEMPLAR: Message = message(&[
    field("filteredAttributes", 7, Kind::Message(&KEY_VALUE), Repeated),
    field("timeUnixNano", 2, Fixed64, Implicit),
    field("asDouble", 3, Double, OneOf),
    field("asInt", 6, Sfixed64, OneOf),
    field("traceId", 5, TRACE_ID, Implicit),
    field("spanId", 4, SPAN_ID, Implicit),
]);

/// `ExportLogsServiceResponse`
pub(crate) static LOGS_RESPONSE: Message = message(&[field(
    "partialSuccess",
    1,
    Kind::Message(&PARTIAL_LOGS),
    Explicit,
)]);

static PARTIAL_LOGS: Message = message(&[
    field("rejectedLogRecords", 1, Int64, Implicit),
    field("errorMessage", 2, Text, Implicit),
]);

/// `ExportTraceServiceResponse`
pub(crate) static TRACES_RESPONSE: Message = message(&[field(
    "partialSuccess",
    1,
    Kind::Message(&PARTIAL_TRACES),
    Explicit,
)]);

static PARTIAL_TRACES: Message = message(&[
    field("rejectedSpans", 1, Int64, Implicit),
    field("errorMessage", 2, Text, Implicit),
]);

/// `ExportMetricsServiceResponse`
pub(crate) static METRICS_RESPONSE: Message = message(&[field(
    "partialSuccess",
    1,
    Kind::Message(&PARTIAL_METRICS),
    Explicit,
)]);

static PARTIAL_METRICS: Message = message(&[
    field("rejectedDataPoints", 1, Int64, Implicit),
    field("errorMessage", 2, Text, Implicit),
]);

/// `google.rpc.Status`, without its details: each has a type of its own.
pub(crate) static STATUS: Message = message(&[
    field("code", 1, Int32, Implicit),
    field("message", 2, Text, Implicit),
]);
