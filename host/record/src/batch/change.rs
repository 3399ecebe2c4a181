//! Single changes. All of them were checked; what remains to be decided here is where a value stands.

use super::any;
use super::check::{Edit, Grown, Op};
use super::growth::{Addition, Replacement};
use super::index::Indexer;
use super::put::Paths;
use super::store::{NONE, flag};
use super::{Applied, Batch};
use crate::access::Limits;
use crate::schema;
use crate::signal::ValueKind;
use crate::wire::Span;

/// Sizes were checked with the outcome.
const UNLIMITED: Limits = Limits {
    nodes: usize::MAX,
    cells: usize::MAX,
    depth: usize::MAX,
};

impl Batch {
    /// The node that an edit changes.
    pub(super) fn node_of(&self, edit: &Edit) -> u32 {
        if edit.op.is_of_node() {
            edit.target
        } else {
            self.store.cells[edit.target].node
        }
    }

    /// Makes one change; `base` is where the outcome's text stands. Cells whose elements must be numbered anew when all changes
    /// are made go to `renumber`. Says whether there was something to change.
    pub(super) fn edit(
        &mut self,
        edit: &Edit,
        base: u32,
        paths: &mut Paths<'_>,
        renumber: &mut Vec<u32>,
    ) -> bool {
        let mut span = Span::unpack(edit.value);
        span.start = span.start.saturating_add(base);
        let value = if edit.kind.is_span() {
            span.pack()
        } else {
            edit.value
        };
        let node = self.node_of(edit);
        let is_done = match edit.op {
            Op::Set => {
                self.set(edit.target, edit.kind, value);
                true
            }
            Op::Delete => {
                let cell = self.store.cells[edit.target];
                if cell.is(flag::NESTED) && self.store.cells[cell.owner].kind == ValueKind::Array {
                    renumber.push(cell.owner);
                }
                self.delete(edit.target);
                true
            }
            Op::Rename => {
                self.rename(edit.target, span);
                true
            }
            Op::Put => self.put(edit, value, paths),
            Op::Fill => self.fill(edit, span, paths),
            Op::Add | Op::Replace => false,
        };
        if is_done {
            self.touch(node);
        }
        is_done
    }

    /// Adds a node, or puts a metric in the place of another.
    pub(super) fn edit_node(
        &mut self,
        edit: &Edit,
        base: u32,
        grown: &[Grown],
        applied: &mut Applied,
    ) -> bool {
        let Some(new) = grown.get(edit.path as usize) else {
            return false;
        };
        let mut message = Span::unpack(edit.value);
        message.start = message.start.saturating_add(base);
        let (before, after) = if edit.op == Op::Add {
            let addition = Addition {
                frame: new.frame,
                number: new.number,
                message,
                records: new.records,
            };
            (0, self.add_node(edit.target, addition))
        } else {
            let replacement = Replacement {
                message,
                records: new.records,
            };
            self.replace_metric(edit.target, replacement)
        };
        let created = u64::from(after.saturating_sub(before));
        applied.created = applied.created.saturating_add(created);
        let merged = u64::from(before.saturating_sub(after));
        applied.merged = applied.merged.saturating_add(merged);
        true
    }

    pub(super) fn set(&mut self, cell: u32, kind: ValueKind, value: u64) {
        self.empty(cell);
        self.store.list_edit(cell);
        let entry = &mut self.store.cells[cell];
        entry.kind = kind;
        entry.value = value;
        entry.flags = (entry.flags | flag::REPLACED) & !flag::BELOW;
        self.mark_above(cell);
        self.look_inside(cell);
        // All pieces of a list are replaced, not the last alone.
        if !self.store.shadows.is_empty() {
            let slot = schema::slot(self.store.cells[cell].name);
            if slot.is_some_and(|slot| slot.form.is_numbers()) {
                self.kill_shadows(cell);
            }
        }
    }

    /// Makes cells of what lies in a new array or map, where any stage wants them.
    pub(super) fn look_inside(&mut self, cell: u32) {
        let entry = self.store.cells[cell];
        if !entry.kind.is_container() {
            return;
        }
        let place = self.store.names.get(entry.name).place;
        if !self.plan.looks_into(place) {
            return;
        }
        if let Some(list) = any::any(&self.memory, entry.span())
            .ok()
            .and_then(|any| any.list)
        {
            // It was surveyed when the outcome was checked, so that reading it again cannot fail.
            let _well_formed = Indexer::new(&self.memory, &self.plan, UNLIMITED, &mut self.store)
                .inside(cell, &list, place, usize::MAX);
        }
    }

    /// Makes cells of the entries of an array or a map that no stage looks into.
    pub(super) fn expand(&mut self, cell: u32) {
        let entry = self.store.cells[cell];
        if entry.children != NONE {
            return;
        }
        if let Some(list) = any::any(&self.memory, entry.span())
            .ok()
            .and_then(|any| any.list)
        {
            // It was surveyed when it was indexed.
            let _well_formed = Indexer::new(&self.memory, &self.plan, UNLIMITED, &mut self.store)
                .expand(cell, &list, usize::MAX, false);
        }
    }

    pub(super) fn delete(&mut self, cell: u32) {
        self.kill(cell);
        self.mark_above(cell);
        // Without the last element of a field an earlier one would count again.
        self.kill_shadows(cell);
    }

    /// Takes away the elements of a field whose place a cell has taken.
    fn kill_shadows(&mut self, cell: u32) {
        let mut later = cell;
        if self.store.shadows.is_empty() {
            return;
        }
        while let Some(earlier) = self.store.shadows.remove(&later) {
            self.store.list_edit(earlier);
            self.store.cells[earlier].flags |= flag::DEAD;
            later = earlier;
        }
    }

    fn kill(&mut self, cell: u32) {
        self.empty(cell);
        self.store.list_edit(cell);
        let entry = &mut self.store.cells[cell];
        if entry.is_live() {
            entry.flags |= flag::DEAD;
            self.store.names.release(entry.name);
        }
    }

    /// Takes away what lies in a cell.
    fn empty(&mut self, cell: u32) {
        let Some(list) = self.store.inside(cell) else {
            return;
        };
        self.store.cells[cell].children = NONE;
        let mut next = list.first;
        while next != NONE {
            self.kill(next);
            next = self.store.cells[next].next;
        }
    }

    /// Notes in the cells around a cell that something inside them changed.
    pub(super) fn mark_above(&mut self, mut cell: u32) {
        while self.store.cells[cell].is(flag::NESTED) {
            cell = self.store.cells[cell].owner;
            if self.store.cells[cell].is(flag::BELOW) {
                return;
            }
            self.store.list_edit(cell);
            self.store.cells[cell].flags |= flag::BELOW;
        }
    }
}
