//! Signals and nodes, with the numbers of `wit/policy.wit`.

use crate::bindings::tollgate::policy::batch::Signal as WitSignal;

/// The signal of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Signal {
    /// Log records.
    Logs = 0,
    /// Spans, with their events and links.
    Traces = 1,
    /// Data points, with their metrics and exemplars.
    Metrics = 2,
}

impl Signal {
    /// All three.
    pub const ALL: &'static [Signal] = &[Signal::Logs, Signal::Traces, Signal::Metrics];

    /// What a record of this signal is.
    #[must_use]
    pub const fn record_kind(self) -> NodeKind {
        match self {
            Signal::Logs => NodeKind::LogRecord,
            Signal::Traces => NodeKind::Span,
            Signal::Metrics => NodeKind::DataPoint,
        }
    }

    /// The signal's name in a Collector configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Signal::Logs => "logs",
            Signal::Traces => "traces",
            Signal::Metrics => "metrics",
        }
    }

    /// Its place in tables with an entry for each signal.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl From<Signal> for WitSignal {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Logs => Self::Logs,
            Signal::Traces => Self::Traces,
            Signal::Metrics => Self::Metrics,
        }
    }
}

/// What a node of a batch is.
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
    /// A data point.
    DataPoint = 6,
    /// An event of a span.
    SpanEvent = 7,
    /// A link of a span.
    SpanLink = 8,
    /// An exemplar of a data point.
    Exemplar = 9,
}

impl NodeKind {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = 10;

    const ALL: [NodeKind; NodeKind::COUNT] = [
        NodeKind::Request,
        NodeKind::Resource,
        NodeKind::Scope,
        NodeKind::LogRecord,
        NodeKind::Span,
        NodeKind::Metric,
        NodeKind::DataPoint,
        NodeKind::SpanEvent,
        NodeKind::SpanLink,
        NodeKind::Exemplar,
    ];

    /// The kind with this number, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<NodeKind> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether nodes of this kind are records.
    #[must_use]
    pub const fn is_record(self) -> bool {
        matches!(
            self,
            NodeKind::LogRecord | NodeKind::Span | NodeKind::DataPoint
        )
    }

    /// What stands before the `["key"]` of an attribute of such a node, in a path.
    ///
    /// A metric has its metadata, an exemplar its filtered attributes, and the request the client's metadata.
    #[must_use]
    pub const fn attributes_path(self) -> &'static str {
        match self {
            NodeKind::Request => "metadata",
            NodeKind::Resource => "resource.attributes",
            NodeKind::Scope => "scope.attributes",
            NodeKind::LogRecord | NodeKind::Span | NodeKind::DataPoint => "attributes",
            NodeKind::Metric => "metric.metadata",
            NodeKind::SpanEvent => "spanevent.attributes",
            NodeKind::SpanLink => "spanlink.attributes",
            NodeKind::Exemplar => "exemplar.filtered_attributes",
        }
    }
}
