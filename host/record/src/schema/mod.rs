//! The one table of OTLP's messages that everything else is driven by: the parser of paths, the indexer, the encoder and
//! `docs/fields.md`.

mod listing;
mod rows;

use std::sync::LazyLock;

use crate::signal::{NodeKind, Signal, ValueKind};
pub use listing::{Field, listing};
use rows::ROWS;

/// A message of OTLP that is a node, or lies singly inside one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Message {
    Request,
    ResourceEntry,
    Resource,
    EntityRef,
    ScopeEntry,
    Scope,
    LogRecord,
    Span,
    Status,
    SpanEvent,
    SpanLink,
    Metric,
    Gauge,
    Sum,
    Histogram,
    ExponentialHistogram,
    Summary,
    NumberPoint,
    HistogramPoint,
    ExponentialPoint,
    SummaryPoint,
    PositiveBuckets,
    NegativeBuckets,
    Exemplar,
}

/// Number of messages.
pub(crate) const MESSAGES: usize = 24;
/// One more than the largest field number that OTLP uses in these messages.
pub(crate) const NUMBERS: usize = 17;

impl Message {
    /// The kind of node that the message is, or lies in.
    pub(crate) fn node(self) -> NodeKind {
        match self {
            Self::Request => NodeKind::Request,
            Self::ResourceEntry | Self::Resource | Self::EntityRef => NodeKind::Resource,
            Self::ScopeEntry | Self::Scope => NodeKind::Scope,
            Self::LogRecord => NodeKind::LogRecord,
            Self::Span | Self::Status => NodeKind::Span,
            Self::SpanEvent => NodeKind::SpanEvent,
            Self::SpanLink => NodeKind::SpanLink,
            Self::Metric
            | Self::Gauge
            | Self::Sum
            | Self::Histogram
            | Self::ExponentialHistogram
            | Self::Summary => NodeKind::Metric,
            Self::NumberPoint
            | Self::HistogramPoint
            | Self::ExponentialPoint
            | Self::SummaryPoint
            | Self::PositiveBuckets
            | Self::NegativeBuckets => NodeKind::DataPoint,
            Self::Exemplar => NodeKind::Exemplar,
        }
    }
}

/// How a field stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A string.
    Text,
    /// Bytes: an id of this many.
    Id(u8),
    /// An enum or an int32.
    Int32,
    /// A uint32.
    Uint32,
    /// A fixed32.
    Fixed32,
    /// A fixed64.
    Fixed64,
    /// An sfixed64 that shares a oneof with a double.
    OneofInt,
    /// A double that shares a oneof with an sfixed64.
    OneofDouble,
    /// A double.
    Double,
    /// A bool.
    Bool,
    /// A sint32.
    Sint32,
    /// An `AnyValue`.
    Any,
    /// Repeated `KeyValue`.
    Attributes,
    /// Repeated string: a cell each.
    Texts,
    /// Repeated numbers, packed or not: one cell, an array.
    PackedFixed64,
    /// Repeated doubles, packed or not: one cell, an array.
    PackedDouble,
    /// Repeated varints, packed or not: one cell, an array.
    PackedUint64,
    /// Repeated quantile and value: one cell, an array of maps.
    Quantiles,
    /// Not on the wire: which of a metric's five kinds of data is there.
    MetricType,
    /// The message of a metric itself, with everything in it.
    Whole,
    /// Metadata, identity and address of the request: not on the wire.
    Request,
    /// A message that lies once inside another.
    Inner(Message),
    /// One of the five messages with data points.
    Data(Message),
    /// A repeated message whose fields are cells of the node.
    Inners(Message),
    /// A node below.
    Child(Message),
    /// The nodes below a scope: log records, spans or metrics.
    Records,
}

/// One field of one message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) message: Message,
    /// Field number; 0 for what is not on the wire.
    pub(crate) number: u8,
    pub(crate) form: Form,
    /// Path in canonical spelling, without what follows `attributes`; empty for messages.
    pub(crate) path: &'static str,
    pub(crate) writable: bool,
}

impl Form {
    /// The kind of its values, where there is one.
    pub(crate) fn value_kind(self) -> Option<ValueKind> {
        match self {
            Self::Text | Self::Texts => Some(ValueKind::Text),
            Self::Id(_) | Self::Whole => Some(ValueKind::Bytes),
            Self::Int32
            | Self::Uint32
            | Self::Fixed32
            | Self::Fixed64
            | Self::OneofInt
            | Self::Sint32
            | Self::MetricType => Some(ValueKind::Int),
            Self::OneofDouble | Self::Double => Some(ValueKind::Double),
            Self::Bool => Some(ValueKind::Boolean),
            Self::PackedFixed64 | Self::PackedDouble | Self::PackedUint64 | Self::Quantiles => {
                Some(ValueKind::Array)
            }
            _ => None,
        }
    }

    /// Whether a key follows the path.
    pub(crate) fn is_keyed(self) -> bool {
        self == Self::Attributes
    }

    /// Whether it is a list of numbers in one cell.
    pub(crate) fn is_numbers(self) -> bool {
        matches!(
            self,
            Self::PackedFixed64 | Self::PackedDouble | Self::PackedUint64 | Self::Quantiles
        )
    }

    /// Whether it shares a oneof, so that setting it takes its neighbour away.
    pub(crate) fn is_oneof(self) -> bool {
        matches!(self, Self::OneofInt | Self::OneofDouble)
    }
}

/// One addressable field: the rows with the same path, in however many messages.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) path: &'static str,
    pub(crate) node: NodeKind,
    pub(crate) form: Form,
    pub(crate) writable: bool,
    pub(crate) rows: Vec<Row>,
    /// The messages of its rows, a bit each.
    messages: u32,
}

impl Slot {
    /// Whether a message has the field.
    pub(crate) fn is_in(&self, message: Message) -> bool {
        self.messages & (1 << message as u32) != 0
    }

    /// Whether requests of this signal have the field.
    pub(crate) fn belongs_to(&self, signal: Signal) -> bool {
        match self.node {
            NodeKind::Request | NodeKind::Resource | NodeKind::Scope => true,
            NodeKind::LogRecord => signal == Signal::Logs,
            NodeKind::Span | NodeKind::SpanEvent | NodeKind::SpanLink => signal == Signal::Traces,
            NodeKind::Metric | NodeKind::DataPoint | NodeKind::Exemplar => {
                signal == Signal::Metrics
            }
        }
    }

    /// Whether its values come from the request and not from its bytes.
    pub(crate) fn is_of_request(&self) -> bool {
        self.node == NodeKind::Request
    }
}

/// The addressable fields, in the order of the table. An index here is the number of the field in every batch.
pub(crate) static SLOTS: LazyLock<Vec<Slot>> = LazyLock::new(|| {
    let mut slots: Vec<Slot> = Vec::new();
    for row in ROWS.iter().filter(|row| !row.path.is_empty()) {
        let node = row.message.node();
        if let Some(slot) = slots
            .iter_mut()
            .find(|slot| slot.path == row.path && slot.node == node)
        {
            slot.rows.push(*row);
            slot.messages |= 1 << row.message as u32;
        } else {
            slots.push(Slot {
                path: row.path,
                node,
                form: row.form,
                writable: row.writable,
                rows: vec![*row],
                messages: 1 << row.message as u32,
            });
        }
    }
    slots
});

/// All rows of the table.
pub(crate) fn rows() -> &'static [Row] {
    ROWS
}

/// The slot with this number.
pub(crate) fn slot(number: u32) -> Option<&'static Slot> {
    SLOTS.get(number as usize)
}

/// The number of a row's slot.
pub(crate) fn slot_of(row: &Row) -> u32 {
    number_of(row.message.node(), row.path)
}

/// Name of client metadata, whose keys are in lower case.
pub(crate) const METADATA: &str = "metadata";

/// The number of the slot with this path, of a node of this kind.
pub(crate) fn number_of(node: NodeKind, path: &str) -> u32 {
    let place = SLOTS
        .iter()
        .position(|slot| slot.path == path && slot.node == node);
    place
        .and_then(|place| u32::try_from(place).ok())
        .unwrap_or(u32::MAX)
}

/// The slot of `metric.type`, which is not on the wire.
pub(crate) fn metric_type() -> u32 {
    static NUMBER: LazyLock<u32> = LazyLock::new(|| number_of(NodeKind::Metric, "metric.type"));
    *NUMBER
}

/// The slot of `metric`: the whole message.
pub(crate) fn whole_metric() -> u32 {
    static NUMBER: LazyLock<u32> = LazyLock::new(|| number_of(NodeKind::Metric, "metric"));
    *NUMBER
}

/// The message of the nodes below a scope.
pub(crate) fn below_scope(signal: Signal) -> Message {
    match signal {
        Signal::Logs => Message::LogRecord,
        Signal::Traces => Message::Span,
        Signal::Metrics => Message::Metric,
    }
}
