//! Signals, nodes and kinds of values: the numbers that cross the sandbox wall.

/// The signal of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Signal {
    /// Log records.
    Logs,
    /// Spans, with their events and links.
    Traces,
    /// Data points, with their metrics and exemplars.
    Metrics,
}

/// What a node of a batch is. The discriminants are those of `wit/policy.wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum NodeKind {
    /// The request itself: client metadata, identity and address.
    Request = 0,
    /// A resource.
    Resource = 1,
    /// An instrumentation scope.
    Scope = 2,
    /// A log record.
    LogRecord = 3,
    /// A span.
    Span = 4,
    /// A metric: the parent of data points.
    Metric = 5,
    /// A data point of any of the five metric kinds.
    DataPoint = 6,
    /// An event of a span.
    SpanEvent = 7,
    /// A link of a span.
    SpanLink = 8,
    /// An exemplar of a data point.
    Exemplar = 9,
}

/// The kind of a value. The discriminants are those of `wit/policy.wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ValueKind {
    /// An `AnyValue` without a value.
    Empty = 0,
    /// UTF-8 text.
    Text = 1,
    /// A signed 64-bit integer (also carries OTLP's unsigned ones, as their two's complement).
    Int = 2,
    /// An IEEE 754 double.
    Double = 3,
    /// A boolean.
    Boolean = 4,
    /// Bytes.
    Bytes = 5,
    /// An array: an encoded `AnyValue`.
    Array = 6,
    /// A map: an encoded `AnyValue`.
    Map = 7,
    /// There is a value, and only its key was asked for.
    Withheld = 8,
}
