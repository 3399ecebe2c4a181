//! Signals, nodes and kinds of values: the numbers that cross the sandbox wall.

use std::fmt;

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

impl Signal {
    /// All signals.
    pub const ALL: [Self; 3] = [Self::Logs, Self::Traces, Self::Metrics];

    /// The Collector's name of the signal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Traces => "traces",
            Self::Metrics => "metrics",
        }
    }

    /// What its records are.
    #[must_use]
    pub fn record_kind(self) -> NodeKind {
        match self {
            Self::Logs => NodeKind::LogRecord,
            Self::Traces => NodeKind::Span,
            Self::Metrics => NodeKind::DataPoint,
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
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

impl NodeKind {
    /// All kinds, by their discriminants.
    pub const ALL: [Self; 10] = [
        Self::Request,
        Self::Resource,
        Self::Scope,
        Self::LogRecord,
        Self::Span,
        Self::Metric,
        Self::DataPoint,
        Self::SpanEvent,
        Self::SpanLink,
        Self::Exemplar,
    ];

    /// What a reader calls it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Resource => "resource",
            Self::Scope => "scope",
            Self::LogRecord => "log record",
            Self::Span => "span",
            Self::Metric => "metric",
            Self::DataPoint => "data point",
            Self::SpanEvent => "span event",
            Self::SpanLink => "span link",
            Self::Exemplar => "exemplar",
        }
    }

    /// Whether it is a record: what is counted, held, routed and failed.
    #[must_use]
    pub fn is_record(self) -> bool {
        matches!(self, Self::LogRecord | Self::Span | Self::DataPoint)
    }

    /// Whether records stand under it, so that several of them share it.
    #[must_use]
    pub fn is_above_records(self) -> bool {
        matches!(
            self,
            Self::Request | Self::Resource | Self::Scope | Self::Metric
        )
    }

    /// Whether a policy may drop it: records, what stands below them, and metrics.
    #[must_use]
    pub fn can_be_dropped(self) -> bool {
        !matches!(self, Self::Request | Self::Resource | Self::Scope)
    }
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A number that stands for no node kind or value kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the number of a kind")]
pub struct UnknownKind(pub u8);

impl TryFrom<u8> for NodeKind {
    type Error = UnknownKind;

    fn try_from(number: u8) -> Result<Self, UnknownKind> {
        Self::ALL
            .get(usize::from(number))
            .copied()
            .ok_or(UnknownKind(number))
    }
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

impl ValueKind {
    /// All kinds, by their discriminants.
    pub const ALL: [Self; 9] = [
        Self::Empty,
        Self::Text,
        Self::Int,
        Self::Double,
        Self::Boolean,
        Self::Bytes,
        Self::Array,
        Self::Map,
        Self::Withheld,
    ];

    /// What a reader calls it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Text => "text",
            Self::Int => "int",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Bytes => "bytes",
            Self::Array => "array",
            Self::Map => "map",
            Self::Withheld => "withheld",
        }
    }

    /// Whether a value of this kind is a span of text, and not a number.
    #[must_use]
    pub fn is_span(self) -> bool {
        matches!(self, Self::Text | Self::Bytes | Self::Array | Self::Map)
    }

    /// Whether values lie inside it.
    #[must_use]
    pub fn is_container(self) -> bool {
        matches!(self, Self::Array | Self::Map)
    }
}

impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<u8> for ValueKind {
    type Error = UnknownKind;

    fn try_from(number: u8) -> Result<Self, UnknownKind> {
        Self::ALL
            .get(usize::from(number))
            .copied()
            .ok_or(UnknownKind(number))
    }
}
