//! Telemetry that is watched: what statements and conditions touch is noted, and told with what came of them.

use tollgate_ottl::{Error, Slot, Telemetry, Text, Time, Value};
use tollgate_sdk::{Effect, NodeView, Rule, Sighting, Subject, Trail, attribute_path};

use crate::failures::Fallible;
use crate::layout::{Layout, Place};

/// What statements run on, with somebody who watches. It is what it stands before; nothing runs in another way because of it.
#[derive(Debug)]
pub struct Watched<'w, T> {
    inner: &'w mut T,
    touched: Vec<(Slot, Touch)>,
}

/// What was done with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touch {
    Read,
    Written,
}

/// Sightings of what was written, so that what is written over can be told.
#[derive(Debug, Default)]
pub struct Writings(Vec<(u32, String, usize, Rule)>);

impl<'w, T> Watched<'w, T> {
    /// Watches from now on.
    pub fn new(inner: &'w mut T) -> Self {
        Self {
            inner,
            touched: Vec::new(),
        }
    }

    /// What is watched.
    pub fn inner(&mut self) -> &mut T {
        self.inner
    }

    fn touch(&mut self, slot: Slot, touch: Touch) {
        if !self.touched.contains(&(slot, touch)) {
            self.touched.push((slot, touch));
        }
    }

    /// Tells of a rule that has just run on a node, whose condition held or not, or that failed; and of what it touched on the way.
    /// `is_certain`: it has no condition, so that there is nothing to say of the node as a whole.
    pub fn tell(
        &mut self,
        (layout, node): (&Layout, NodeView<'_>),
        fallible: Fallible,
        came: &Result<bool, Error>,
        is_certain: bool,
        (trail, writings): (&mut Trail, &mut Writings),
    ) {
        let (effect, remark) = match came {
            Ok(true) => (Effect::Applied, String::new()),
            Ok(false) => (Effect::Missed, String::new()),
            Err(error) => (Effect::Failed, failed(error, fallible)),
        };
        let rule = fallible.rule;
        if !is_certain || effect == Effect::Failed {
            let whole = Sighting::new(rule, Subject::Node(node.index()), effect);
            trail.add(&whole.note(&remark));
        }
        for (slot, touch) in std::mem::take(&mut self.touched) {
            let Some((on, cell, path)) = found(layout, node, slot) else {
                continue;
            };
            // What is read above the node is this node's matter, and not that of all others there.
            let is_above = touch == Touch::Read && on != node.index();
            let subject = match cell {
                _ if is_above => Subject::Path(node.index(), &path),
                Some(cell) => Subject::Cell(on, cell),
                None => Subject::Path(on, &path),
            };
            let what = match touch {
                Touch::Read => "reads it",
                Touch::Written => "writes it",
            };
            if touch == Touch::Written {
                writings.written(trail, (on, &path), rule);
            }
            let said = if remark.is_empty() { what } else { &remark };
            trail.add(&Sighting::new(rule, subject, effect).note(said));
        }
    }
}

impl Writings {
    /// A rule writes to a place: what another one wrote there before is no more.
    fn written(&mut self, trail: &mut Trail, (node, path): (u32, &str), rule: Rule) {
        for (_, _, sighting, before) in self
            .0
            .iter()
            .filter(|(on, known, ..)| *on == node && *known == path)
        {
            if *before != rule {
                trail.overrule(*sighting, rule);
            }
        }
        self.0
            .retain(|(on, known, ..)| *on != node || *known != path);
        self.0.push((node, path.to_owned(), trail.len(), rule));
    }
}

/// What is said of a failure, and of what comes of it.
fn failed(error: &Error, fallible: Fallible) -> String {
    if fallible.mode.goes_on() {
        format!("{error}; by its error_mode the next one has its turn")
    } else {
        format!("{error}; by its error_mode the record fails")
    }
}

/// The node, the cell and the path of a slot; none of what is no telemetry.
fn found(layout: &Layout, node: NodeView<'_>, slot: Slot) -> Option<(u32, Option<u32>, String)> {
    let by_field = |field| {
        let (on, cell, path) = node.spot(field)?;
        Some((on, cell, path.to_owned()))
    };
    match layout.place(slot)? {
        Place::Field { field, .. }
        | Place::Entry { field, .. }
        | Place::TraceState { field, .. }
        | Place::Request { field, .. }
        | Place::Quantiles(field) => by_field(*field),
        Place::Inside { map, key, .. } => {
            let of = layout.maps.get(*map)?.of;
            let on = if node.kind() == of.kind {
                node
            } else {
                node.ancestor(of.kind)?
            };
            let mut cells = on.attribute_cells();
            let cell = cells
                .find(|(_, known, _)| known == key)
                .map(|(cell, ..)| cell);
            Some((on.index(), cell, attribute_path(of.kind, key)))
        }
        Place::Map(map) => {
            let of = layout.maps.get(*map)?.of;
            let on = if node.kind() == of.kind {
                node
            } else {
                node.ancestor(of.kind)?
            };
            Some((on.index(), None, of.path.to_owned()))
        }
        _ => None,
    }
}

impl<'e, T: Telemetry<'e>> Telemetry<'e> for Watched<'_, T> {
    fn get(&mut self, slot: Slot) -> Result<Value<'e>, Error> {
        self.touch(slot, Touch::Read);
        self.inner.get(slot)
    }

    fn set(&mut self, slot: Slot, value: Value<'e>) -> Result<(), Error> {
        self.touch(slot, Touch::Written);
        self.inner.set(slot, value)
    }

    fn is_text(&mut self, slot: Slot, text: &str) -> Result<bool, Error> {
        self.touch(slot, Touch::Read);
        self.inner.is_text(slot, text)
    }

    fn copy(&mut self, from: Slot, to: Slot) -> Result<(), Error> {
        self.touch(from, Touch::Read);
        self.touch(to, Touch::Written);
        self.inner.copy(from, to)
    }

    fn delete(&mut self, slot: Slot) -> Result<(), Error> {
        self.touch(slot, Touch::Written);
        self.inner.delete(slot)
    }

    fn holds(&mut self, slot: Slot) -> Result<bool, Error> {
        self.touch(slot, Touch::Read);
        self.inner.holds(slot)
    }

    fn is_nil(&mut self, slot: Slot) -> Result<bool, Error> {
        self.touch(slot, Touch::Read);
        self.inner.is_nil(slot)
    }

    fn set_entry(&mut self, slot: Slot, key: Text<'e>, value: Value<'e>) -> Result<(), Error> {
        self.touch(slot, Touch::Written);
        self.inner.set_entry(slot, key, value)
    }

    fn delete_entry(&mut self, slot: Slot, key: &str) -> Result<(), Error> {
        self.touch(slot, Touch::Written);
        self.inner.delete_entry(slot, key)
    }

    fn now(&self) -> Time {
        self.inner.now()
    }

    fn random(&mut self) -> u64 {
        self.inner.random()
    }

    fn act(&mut self, action: u32, arguments: &[Value<'e>]) -> Result<Value<'e>, Error> {
        self.inner.act(action, arguments)
    }
}
