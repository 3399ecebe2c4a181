//! Puts: whether there is such a place, and what they take away.

use super::{Checker, Edit, GONE, HOLLOW, Op};
use crate::batch::any;
use crate::batch::find::raw_child;
use crate::batch::store::{Cell, NONE};
use crate::error::Refusal;
use crate::fields::path::{self, Path};
use crate::fields::plan::{LEAVES, Place, VALUE};
use crate::schema::{self, Form, Slot};
use crate::signal::ValueKind;

impl Checker<'_> {
    pub(super) fn put(
        &mut self,
        index: usize,
        target: u32,
        paths: &[(Path, Place)],
        edit: &mut Edit,
    ) -> Result<(), Refusal> {
        let missing = Refusal::Index {
            columns: "edits",
            what: "target",
            index,
        };
        edit.target = *self
            .view
            .node_in_batch
            .get(target as usize)
            .ok_or(missing)?;
        let missing = Refusal::Index {
            columns: "edits",
            what: "path",
            index,
        };
        let (path, place) = paths.get(edit.path as usize).ok_or(missing)?;
        let node = self.batch.store.nodes[edit.target].kind;
        let slot = schema::slot(path.slot).ok_or(Refusal::Field { index, node })?;
        if !slot.writable {
            return Err(Refusal::ReadOnly {
                index,
                path: slot.path,
            });
        }
        if slot.node != node || self.batch.store.frame_for(edit.target, slot).is_none() {
            return Err(Refusal::Field { index, node });
        }
        if place.bits & (VALUE | LEAVES) == 0 {
            return Err(Refusal::Undeclared { index, node });
        }
        if slot.form == Form::Whole {
            return self.replace(index, edit.target, edit);
        }
        if slot.form == Form::Attributes && path.is_bare() {
            return self.fill(index, slot, path.slot, edit);
        }
        if path.steps.len() > 1 && self.filled.contains(&(edit.target, path.slot)) {
            return Err(Refusal::Gone { index });
        }
        let is_value = matches!(slot.form, Form::Any | Form::Attributes);
        self.value(
            index,
            slot,
            is_value,
            path.steps.len().saturating_add(1),
            edit,
        )?;
        if let Some(puts) = self.puts.get_mut(target as usize) {
            *puts = puts.saturating_add(1);
            self.budget
                .take(u64::from(*puts))
                .ok_or(Refusal::TooLarge)?;
        }
        self.new_cells = self
            .new_cells
            .checked_sub(path.steps.len().saturating_add(1))
            .ok_or(Refusal::TooLarge)?;
        let head = self.heads.get(edit.path as usize).copied().flatten();
        self.place_of_put(index, edit.target, slot, (path, head))
    }

    /// Checks a map that takes the place of all attributes of a node.
    fn fill(
        &mut self,
        index: usize,
        slot: &Slot,
        number: u32,
        edit: &mut Edit,
    ) -> Result<(), Refusal> {
        if !matches!(edit.kind, ValueKind::Map | ValueKind::Empty) {
            return Err(Refusal::Kind {
                index,
                path: slot.path,
                kind: edit.kind,
            });
        }
        self.value(index, slot, true, 1, edit)?;
        edit.op = Op::Fill;
        self.filled.insert((edit.target, number));
        let mut next = self.batch.store.nodes[edit.target].cells.first;
        while next != NONE {
            self.budget.take(1).ok_or(Refusal::TooLarge)?;
            let cell = self.batch.store.cells[next];
            if self.batch.store.names.get(cell.name).parent == number {
                self.mark(next, GONE);
            }
            next = cell.next;
        }
        Ok(())
    }

    /// Follows the path of a put to where its value stands or will stand.
    fn place_of_put(
        &mut self,
        index: usize,
        node: u32,
        slot: &Slot,
        (path, head): (&Path, Option<u32>),
    ) -> Result<(), Refusal> {
        let nowhere = Refusal::Place { index };
        let batch = self.batch;
        let mut steps = path.steps.iter();
        if slot.form == Form::Attributes {
            steps.next().ok_or(nowhere.clone())?;
        }
        let list = batch.store.nodes[node].cells;
        let mut cell = match head {
            Some(name) => self.find(list, name)?,
            None => None,
        };
        while let Some(here) = cell {
            let Some(step) = steps.next() else {
                self.mark(here, HOLLOW);
                return Ok(());
            };
            let entry = batch.store.cells[here];
            match (entry.kind, step) {
                (ValueKind::Map, path::Step::Key(_)) | (ValueKind::Array, path::Step::Index(_)) => {
                }
                (ValueKind::Empty, path::Step::Key(_)) => return only_keys(steps, nowhere),
                _ => return Err(nowhere),
            }
            let Some(list) = batch.store.inside(here) else {
                return self.place_in_bytes(&entry, step, steps.as_slice(), nowhere);
            };
            let name = batch
                .store
                .names
                .lookup_step(&batch.memory, entry.name, step);
            cell = match name {
                Some(name) => self.find(list, name)?,
                None => None,
            };
            if cell.is_none() && matches!(step, path::Step::Index(_)) {
                return Err(nowhere);
            }
        }
        only_keys(steps, nowhere)
    }

    /// The same, in a value whose insides are no cells.
    fn place_in_bytes(
        &mut self,
        cell: &Cell,
        first: &path::Step,
        rest: &[path::Step],
        nowhere: Refusal,
    ) -> Result<(), Refusal> {
        let memory = &self.batch.memory;
        let mut value = any::any(memory, cell.span()).ok();
        let mut steps = std::iter::once(first).chain(rest);
        while let (Some(here), Some(step)) = (value, steps.next()) {
            match (here.kind, step) {
                (ValueKind::Map, path::Step::Key(_)) | (ValueKind::Array, path::Step::Index(_)) => {
                }
                (ValueKind::Empty, path::Step::Key(_)) => return only_keys(steps, nowhere),
                _ => return Err(nowhere),
            }
            let Some(list) = here.list else {
                return Err(nowhere);
            };
            let (child, looked_at) = raw_child(memory, here.kind, &list, step);
            self.budget.take(looked_at).ok_or(Refusal::TooLarge)?;
            if child.is_none() && matches!(step, path::Step::Index(_)) {
                return Err(nowhere);
            }
            value = child;
        }
        only_keys(steps, nowhere)
    }
}

/// What does not exist is made of maps; there is nothing to make an array of.
fn only_keys<'a>(
    mut steps: impl Iterator<Item = &'a path::Step>,
    nowhere: Refusal,
) -> Result<(), Refusal> {
    if steps.all(|step| matches!(step, path::Step::Key(_))) {
        Ok(())
    } else {
        Err(nowhere)
    }
}
