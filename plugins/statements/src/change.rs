//! What statements have changed of one node, until it is written.

use tollgate_ottl::{Entries, Map, MapKind, Text, Value, put};
use tollgate_sdk::{NodeView, Rule};

use crate::convert;
use crate::place::Children;

/// A unit that was changed, or was not.
#[derive(Debug, Clone)]
pub(crate) enum Change<'e> {
    /// As the batch has it.
    Kept,
    /// It has another value.
    Set(Value<'e>, Rule),
    /// It has the value that another unit of the node has in the batch: a plain one, which is not empty.
    Copied(usize, Rule),
    /// It is gone.
    Deleted(Rule),
    /// It is gone because the host takes it away by itself: of the two values of a number, the one that was not set.
    Displaced,
}

/// A map whose entries are changed.
#[derive(Debug, Clone)]
pub(crate) struct Working<'e> {
    pub(crate) entries: Entries<'e>,
    pub(crate) rule: Rule,
}

impl<'e> Working<'e> {
    /// The entries as the batch has them.
    pub(crate) fn of(node: NodeView<'e>, rule: Rule) -> Self {
        let entries = node.attributes();
        let entries = entries.map(|(key, value)| (Text::Borrowed(key), convert::read(value)));
        Self {
            entries: entries.collect(),
            rule,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value<'e>> {
        let found = self.entries.iter().find(|(known, _)| known.as_str() == key);
        found.map(|(_, value)| value)
    }

    pub(crate) fn set(&mut self, key: Text<'e>, value: Value<'e>) {
        put(&mut self.entries, key, value);
    }

    /// Removes the first entry with a key. As upstream has it, the last entry takes its place: what cuts maps short sees the order.
    pub(crate) fn take(&mut self, key: &str) {
        let place = self
            .entries
            .iter()
            .position(|(known, _)| known.as_str() == key);
        if let Some(place) = place {
            self.entries.swap_remove(place);
        }
    }

    /// Removes the first entry with a key, and keeps the order of the others.
    pub(crate) fn remove(&mut self, key: &str) {
        let place = self
            .entries
            .iter()
            .position(|(known, _)| known.as_str() == key);
        if let Some(place) = place {
            self.entries.remove(place);
        }
    }

    pub(crate) fn map(&self) -> Value<'e> {
        Value::Map(Map::new(MapKind::Map, self.entries.clone()))
    }
}

/// The changes of a node.
#[derive(Debug, Default)]
pub(crate) struct Changes<'e> {
    /// By unit of the layer; empty while nothing was changed.
    pub(crate) units: Vec<Change<'e>>,
    /// By map; empty while nothing was changed.
    pub(crate) maps: Vec<Option<Working<'e>>>,
    /// The kinds of nodes below that are taken away.
    pub(crate) cleared: Vec<(Children, Rule)>,
    /// Whether there is a change.
    pub(crate) dirty: bool,
}

impl<'e> Changes<'e> {
    #[inline]
    pub(crate) fn unit(&self, unit: usize) -> &Change<'e> {
        if !self.dirty {
            return &Change::Kept;
        }
        self.units.get(unit).unwrap_or(&Change::Kept)
    }

    #[inline]
    pub(crate) fn set(&mut self, unit: usize, change: Change<'e>) {
        self.dirty = true;
        if self.units.len() <= unit {
            self.grow(unit);
        }
        if let Some(held) = self.units.get_mut(unit) {
            *held = change;
        }
    }

    #[cold]
    fn grow(&mut self, unit: usize) {
        self.units.resize(unit.saturating_add(1), Change::Kept);
    }

    #[inline]
    pub(crate) fn map(&self, map: usize) -> Option<&Working<'e>> {
        if !self.dirty {
            return None;
        }
        self.maps.get(map)?.as_ref()
    }

    /// The entries of a map, to be changed.
    pub(crate) fn map_mut(
        &mut self,
        map: usize,
        rule: Rule,
        node: Option<NodeView<'e>>,
    ) -> Option<&mut Working<'e>> {
        self.dirty = true;
        if self.maps.len() <= map {
            self.maps.resize(map.saturating_add(1), None);
        }
        let held = self.maps.get_mut(map)?;
        let working = match held {
            Some(working) => working,
            None => held.insert(Working::of(node?, rule)),
        };
        working.rule = rule;
        Some(working)
    }

    /// Forgets everything, and keeps the room.
    pub(crate) fn clear(&mut self) {
        if self.dirty {
            self.units.fill(Change::Kept);
            self.maps.fill(None);
            self.cleared.clear();
            self.dirty = false;
        }
    }
}
