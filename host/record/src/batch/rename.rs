//! New keys, and new numbers of elements: what gives cells other paths.

use std::collections::BTreeSet;

use super::Batch;
use super::names::Step;
use super::store::{NONE, flag};
use crate::signal::ValueKind;
use crate::wire::Span;

impl Batch {
    /// Gives an attribute or an entry another key. An entry that has the key already gives way, so that keys stay unique.
    pub(super) fn rename(&mut self, cell: u32, key: Span) {
        let entry = self.store.cells[cell];
        let parent = self.store.names.get(entry.name).parent;
        let Ok(name) = self
            .store
            .names
            .entry(&self.memory, &self.plan, (parent, entry.name), key)
        else {
            return;
        };
        if name == entry.name {
            return;
        }
        let list = if entry.is(flag::NESTED) {
            self.store.inside(entry.owner)
        } else {
            None
        };
        let list = list.unwrap_or(self.store.nodes[entry.node].cells);
        let mut next = if self.store.names.get(name).uses > 0 {
            list.first
        } else {
            NONE
        };
        while next != NONE {
            let other = &self.store.cells[next];
            let after = other.next;
            if other.name == name && other.is_live() {
                self.delete(next);
            }
            next = after;
        }
        self.store.list_edit(cell);
        self.store.cells[cell].flags |= flag::RENAMED;
        self.mark_above(cell);
        self.give_name(cell, name);
    }

    /// Gives a cell another path, and with it everything inside.
    fn give_name(&mut self, cell: u32, name: u32) {
        let entry = self.store.cells[cell];
        if entry.is_live() {
            self.store.names.release(entry.name);
            self.store.names.hold(name);
        }
        self.store.cells[cell].name = name;
        let Some(list) = self.store.inside(cell) else {
            return;
        };
        let mut previous = NONE;
        let mut next = list.first;
        while next != NONE {
            let inside = self.store.cells[next];
            let step = self.store.names.get(inside.name).step;
            if let Some(name) = self.name_below((name, previous), step) {
                self.give_name(next, name);
                previous = name;
            }
            next = inside.next;
        }
    }

    pub(super) fn name_below(&mut self, place: (u32, u32), step: Step) -> Option<u32> {
        match step {
            Step::Slot => None,
            Step::Key(key) => self
                .store
                .names
                .entry(&self.memory, &self.plan, place, key)
                .ok(),
            Step::Index(index) => self.store.names.element(&self.plan, place, index).ok(),
        }
    }

    /// Numbers the elements of arrays anew that lost some.
    pub(super) fn renumber(&mut self, arrays: &[u32]) {
        let arrays: BTreeSet<u32> = arrays.iter().copied().collect();
        for array in arrays {
            // What was an array may be something else by now.
            let is_array = self.store.cells[array].kind == ValueKind::Array;
            let Some(list) = self.store.inside(array).filter(|_| is_array) else {
                continue;
            };
            let parent = self.store.cells[array].name;
            let (mut index, mut previous, mut next) = (0_u32, NONE, list.first);
            while next != NONE {
                let cell = self.store.cells[next];
                if cell.is_live() {
                    if let Some(name) = self.name_below((parent, previous), Step::Index(index)) {
                        if name != cell.name {
                            self.give_name(next, name);
                        }
                        previous = name;
                    }
                    index = index.saturating_add(1);
                }
                next = cell.next;
            }
        }
    }
}
