//! One record, with what is above it, while statements run on it.

use std::collections::BTreeMap;

use tollgate_ottl::{Entries, Time};
use tollgate_sdk::{Batch, NodeKind, NodeView, Rule};

use crate::change::Changes;
use crate::flush;
use crate::layout::{LAYERS, Layout, layer};

/// What statements run on: a node of the batch, those above it, and what earlier statements have changed of them.
///
/// Values are borrowed from the batch. Changes are kept here, so that later statements see them, and written by [`Scene::flush`].
pub struct Scene<'e> {
    pub(crate) layout: &'e Layout,
    pub(crate) now: Time,
    pub(crate) random: u64,
    pub(crate) rule: Option<Rule>,
    pub(crate) node: Option<NodeView<'e>>,
    /// By layer: the node whose changes are at hand, and its changes.
    pub(crate) layers: [(Option<NodeView<'e>>, Changes<'e>); LAYERS],
    /// Changes of other nodes.
    pub(crate) kept: BTreeMap<u32, (NodeView<'e>, Changes<'e>)>,
    /// Changes that are empty, with room.
    pub(crate) spare: Vec<Changes<'e>>,
    pub(crate) cache: Entries<'e>,
    /// The map that was handed out last, as it was then.
    pub(crate) handed: Option<(usize, tollgate_ottl::Map<'e>)>,
}

impl<'e> Scene<'e> {
    /// For one batch, by its time and its seed.
    #[must_use]
    pub fn new(layout: &'e Layout, now: u64, seed: u64) -> Self {
        Self {
            layout,
            now: Time::from_unix_nanos(now.cast_signed()),
            random: seed,
            rule: None,
            node: None,
            layers: Default::default(),
            kept: BTreeMap::new(),
            spare: Vec::new(),
            cache: Entries::new(),
            handed: None,
        }
    }

    /// Where the paths lead.
    #[must_use]
    pub const fn layout(&self) -> &'e Layout {
        self.layout
    }

    /// Goes to a node, with an empty cache. Changes of the node before it are kept.
    pub fn enter(&mut self, node: NodeView<'e>) {
        self.node = Some(node);
        self.handed = None;
        self.cache.clear();
        for place in 0..LAYERS {
            if self.layout.writes(place) {
                self.enter_layer(place, node);
            }
        }
    }

    fn enter_layer(&mut self, place: usize, node: NodeView<'e>) {
        let Some((at, changes)) = self.layers.get_mut(place) else {
            return;
        };
        let wanted = if layer(node.kind()) == Some(place) {
            Some(node.index())
        } else {
            kind_of(place, node).and_then(|kind| node.ancestor_index(kind))
        };
        if at.map(|at| at.index()) == wanted {
            return;
        }
        if let Some(at) = at
            && changes.dirty
        {
            let fresh = self.spare.pop().unwrap_or_default();
            self.kept
                .insert(at.index(), (*at, std::mem::replace(changes, fresh)));
        }
        *at = match kind_of(place, node) {
            Some(kind) if kind == node.kind() => Some(node),
            Some(kind) => node.ancestor(kind),
            None => None,
        };
        if let Some(index) = wanted
            && let Some((_, known)) = self.kept.remove(&index)
        {
            self.spare.push(std::mem::replace(changes, known));
        }
    }

    /// The node that statements run on.
    #[must_use]
    pub const fn node(&self) -> Option<NodeView<'e>> {
        self.node
    }

    /// Says which rule the changes that follow are due to.
    #[inline]
    pub const fn rule(&mut self, rule: Rule) {
        self.rule = Some(rule);
    }

    /// Takes the cache over, to be given back by [`Scene::put_cache`] for the next node: a cache that is shared.
    #[must_use]
    pub fn take_cache(&mut self) -> Entries<'e> {
        std::mem::take(&mut self.cache)
    }

    /// Gives the node a cache.
    pub fn put_cache(&mut self, cache: Entries<'e>) {
        self.cache = cache;
    }

    /// Forgets what was changed of the node itself.
    pub fn discard(&mut self) {
        let place = self.node.and_then(|node| layer(node.kind()));
        if let Some((_, changes)) = place.and_then(|place| self.layers.get_mut(place)) {
            changes.clear();
        }
    }

    /// Writes the changes of the node itself, which no later statement will look at.
    #[inline]
    pub fn flush_node(&mut self, batch: &mut Batch<'_>) {
        let place = self.node.and_then(|node| layer(node.kind()));
        if let Some(place) = place
            && let Some((Some(at), changes)) = self.layers.get_mut(place)
            && changes.dirty
        {
            flush::write(self.layout, place, *at, changes, batch);
            changes.clear();
        }
    }

    /// Writes all changes.
    pub fn flush(&mut self, batch: &mut Batch<'_>) {
        let at_hand = self.layers.iter_mut().filter_map(|(at, changes)| {
            let at = (*at)?;
            changes
                .dirty
                .then(|| (at.index(), (at, std::mem::take(changes))))
        });
        self.kept.extend(at_hand);
        for (_, (at, changes)) in std::mem::take(&mut self.kept) {
            if let Some(place) = layer(at.kind()) {
                flush::write(self.layout, place, at, &changes, batch);
            }
        }
    }
}

/// The kind of node that a layer is of, above or at a node.
fn kind_of(place: usize, node: NodeView<'_>) -> Option<NodeKind> {
    Some(match place {
        0 => NodeKind::Resource,
        1 => NodeKind::Scope,
        2 => NodeKind::Metric,
        3 => node.signal().record_kind(),
        4 => NodeKind::SpanEvent,
        _ => return None,
    })
}
