//! The resources that derived metrics stand under.

use std::collections::BTreeMap;

use tollgate_metrics::{Derived, Labels};
use tollgate_sdk::{NodeKind, NodeView, Setup, Signal};

/// For each resource of a batch, the one of the same attributes that metrics are derived under.
#[derive(Debug, Default)]
pub struct Resources {
    /// Places among the derived, by the index of the resource's node.
    places: BTreeMap<u32, usize>,
    /// The one that was asked for last: neighbours share it.
    last: Option<(u32, usize)>,
    labels: Labels,
}

impl Resources {
    /// Declares what is read: all attributes of resources.
    pub fn declare(signals: &[Signal], setup: &mut Setup) {
        setup.reads(signals, "resource.attributes[*]");
    }

    /// Forgets the resources of another batch.
    pub fn start(&mut self) {
        self.places.clear();
        self.last = None;
    }

    /// The place of the resource above a node, which is made when it is first asked for.
    pub fn of(&mut self, node: &NodeView<'_>, derived: &mut Derived<'_>) -> usize {
        let index = node.ancestor_index(NodeKind::Resource).unwrap_or(u32::MAX);
        if let Some((last, place)) = self.last
            && last == index
        {
            return place;
        }
        let place = match self.places.get(&index) {
            Some(place) => *place,
            None => self.make(node, derived),
        };
        self.places.insert(index, place);
        self.last = Some((index, place));
        place
    }

    fn make(&mut self, node: &NodeView<'_>, derived: &mut Derived<'_>) -> usize {
        self.labels.clear();
        if let Some(resource) = node.resource() {
            for (key, value) in resource.attributes() {
                self.labels.push(key, value);
            }
        }
        derived.resource(&self.labels)
    }
}
