//! Where each slot finds its value, once fields are declared.

use tollgate_ottl::Slot;
use tollgate_ottl::nested::Step;
use tollgate_sdk::{Field, NodeKind};

use crate::place::{Children, MapOf, Target};
use crate::rows::Row;

/// The places of all paths of a policy's statements for one signal. Keep it beside the statements.
#[derive(Debug)]
pub struct Layout {
    pub(crate) places: Vec<Place>,
    pub(crate) units: [Vec<Unit>; LAYERS],
    pub(crate) maps: Vec<MapPlace>,
    /// By layer: whether it has anything that statements may change.
    pub(crate) written: [bool; LAYERS],
    /// The kind of the metric, where a path depends on it.
    pub(crate) metric_type: Option<Field>,
    /// Whole metrics, where statements run on them.
    pub(crate) whole: Option<Field>,
    /// The slots that functions of a policy's own need, by their names.
    pub(crate) hidden: Vec<(&'static str, Vec<Slot>)>,
    pub(crate) signal: tollgate_sdk::Signal,
}

/// How many kinds of nodes have a layer of edits: resource, scope, metric, record, span event.
pub(crate) const LAYERS: usize = 5;

/// The layer of a kind of node.
pub(crate) const fn layer(kind: NodeKind) -> Option<usize> {
    match kind {
        NodeKind::Resource => Some(0),
        NodeKind::Scope => Some(1),
        NodeKind::Metric => Some(2),
        NodeKind::LogRecord | NodeKind::Span | NodeKind::DataPoint => Some(3),
        NodeKind::SpanEvent => Some(4),
        NodeKind::Request | NodeKind::SpanLink | NodeKind::Exemplar => None,
    }
}

/// A value that is kept and written by itself: a field, or an entry of a map whose other entries nobody names.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) kind: NodeKind,
    /// None of what is part of a whole metric.
    pub(crate) field: Option<Field>,
    /// Whether its value is read.
    pub(crate) read: bool,
    /// Whether a statement may change it.
    pub(crate) written: bool,
    pub(crate) what: Held,
}

/// What a unit is.
#[derive(Debug)]
pub(crate) enum Held {
    /// A field.
    Field(&'static Row),
    /// An entry of a map.
    Entry {
        /// Index into [`Layout::maps`].
        map: usize,
        key: String,
    },
}

/// A map that is always there.
#[derive(Debug)]
pub(crate) struct MapPlace {
    pub(crate) of: MapOf,
    /// Its layer.
    pub(crate) layer: usize,
    /// Whether statements look at all its entries.
    pub(crate) whole: bool,
    /// Whether statements may change entries by keys that are not known ahead.
    pub(crate) written: bool,
}

/// Where a unit stands: in which layer, and at which place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) layer: usize,
    pub(crate) unit: usize,
}

/// Where a slot finds its value.
#[derive(Debug)]
pub(crate) enum Place {
    Field {
        row: &'static Row,
        field: Field,
        /// None where it is never written.
        at: Option<At>,
        steps: Vec<Step<'static>>,
    },
    /// An entry of a map whose other entries nobody names.
    Entry {
        field: Field,
        at: Option<At>,
        steps: Vec<Step<'static>>,
    },
    /// An entry of a map that is looked at as a whole.
    Inside {
        map: usize,
        key: String,
        steps: Vec<Step<'static>>,
    },
    Map(usize),
    /// What always fails.
    NoKey,
    /// A part of a whole metric.
    Metric(Target),
    Cache(Vec<Step<'static>>),
    TraceState {
        field: Field,
        at: Option<At>,
        key: String,
    },
    Children(Children),
    /// The status of a span, which statements can pass about alone.
    Status,
    EventIndex,
    /// Buckets of an exponential histogram, which statements can pass about alone.
    Buckets,
    Quantiles(Field),
    Request {
        field: Field,
        path: &'static str,
        /// Whether all entries are meant.
        whole: bool,
        steps: Vec<Step<'static>>,
    },
}

impl Layout {
    pub(crate) fn place(&self, slot: Slot) -> Option<&Place> {
        self.places.get(slot.0 as usize)
    }

    /// The slots that a function needs.
    pub(crate) fn hidden(&self, function: &str) -> &[Slot] {
        let found = self.hidden.iter().find(|(name, _)| *name == function);
        found.map_or(&[][..], |(_, slots)| slots)
    }

    /// Whether a layer has anything that statements may change.
    #[inline]
    pub(crate) fn writes(&self, layer: usize) -> bool {
        self.written.get(layer).is_some_and(|written| *written)
    }

    /// Whether statements may change nodes of a kind.
    #[must_use]
    pub fn changes(&self, kind: NodeKind) -> bool {
        layer(kind).is_some_and(|layer| self.writes(layer))
    }

    /// What a slot is in a whole metric, where statements run on those.
    #[must_use]
    pub fn in_metric(&self, slot: Slot) -> Option<&Target> {
        match self.place(slot) {
            Some(Place::Metric(target)) => Some(target),
            _ => None,
        }
    }

    /// The signal that it is for.
    #[must_use]
    pub const fn signal(&self) -> tollgate_sdk::Signal {
        self.signal
    }

    /// The field of whole metrics, where statements run on them.
    #[must_use]
    pub const fn whole(&self) -> Option<Field> {
        self.whole
    }
}
