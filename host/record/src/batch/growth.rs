//! Nodes that policies add, and metrics that they replace: what the tables cannot show before the batch is settled.

use std::collections::HashMap;

use super::Batch;
use super::store::NONE;
use crate::wire::Span;

/// A metric that gave way to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Replacement {
    /// The new metric, as an OTLP message.
    pub(super) message: Span,
    /// Its data points.
    pub(super) records: u32,
}

/// A node that a policy added.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addition {
    /// The frame that it stands at the end of.
    pub(super) frame: u32,
    /// Its field number there.
    pub(super) number: u32,
    /// The node, as an OTLP message.
    pub(super) message: Span,
    /// Records in it.
    pub(super) records: u32,
}

/// What was added and replaced since the batch was indexed, by node.
#[derive(Debug, Clone, Default)]
pub(super) struct Growth {
    replaced: HashMap<u32, Replacement>,
    added: HashMap<u32, Vec<Addition>>,
}

impl Growth {
    pub(super) fn is_empty(&self) -> bool {
        self.replaced.is_empty() && self.added.is_empty()
    }

    /// What stands in place of a metric.
    pub(super) fn replacement_of(&self, metric: u32) -> Option<Replacement> {
        if self.replaced.is_empty() {
            return None;
        }
        self.replaced.get(&metric).copied()
    }

    /// What was added to a node, in order.
    pub(super) fn added_to(&self, node: u32) -> &[Addition] {
        if self.added.is_empty() {
            return &[];
        }
        self.added.get(&node).map_or(&[], Vec::as_slice)
    }
}

impl Batch {
    /// Adds a node to another; returns how many records came with it.
    pub(super) fn add_node(&mut self, parent: u32, addition: Addition) -> u32 {
        if self.store.nodes[parent].dead {
            return 0;
        }
        self.growth.added.entry(parent).or_default().push(addition);
        self.touch(parent);
        // A record that gets an event or an exemplar is one record still.
        self.gain(parent, addition.records);
        addition.records
    }

    /// Puts a metric in the place of another; returns how many records there were, and how many there are.
    pub(super) fn replace_metric(&mut self, metric: u32, by: Replacement) -> (u32, u32) {
        let entry = self.store.nodes[metric];
        if entry.dead {
            return (0, 0);
        }
        self.growth.replaced.insert(metric, by);
        self.touch(metric);
        for record in entry.records.0..entry.records.1 {
            let point = self.store.records[record];
            self.store.nodes[point].dead = true;
        }
        self.gain(metric, by.records);
        self.forget(metric, entry.live);
        (entry.live, by.records)
    }

    /// Counts records more in a node and in those above it.
    fn gain(&mut self, mut node: u32, records: u32) {
        self.live = self.live.saturating_add(records);
        while node != NONE {
            let entry = &mut self.store.nodes[node];
            entry.live = entry.live.saturating_add(records);
            node = entry.parent;
        }
    }

    /// Counts records less, without taking the nodes away that have none left.
    fn forget(&mut self, mut node: u32, records: u32) {
        self.live = self.live.saturating_sub(records);
        while node != NONE {
            let entry = &mut self.store.nodes[node];
            entry.live = entry.live.saturating_sub(records);
            node = entry.parent;
        }
    }
}
