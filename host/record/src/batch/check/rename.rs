//! Renames: whether the new key is allowed, and what gives way to it.

use super::{Checker, Edit, GONE};
use crate::batch::store::{Cell, List, NONE, flag};
use crate::error::Refusal;
use crate::fields::plan::WRITE;
use crate::signal::ValueKind;
use crate::wire::{Span, same};

impl Checker<'_> {
    pub(super) fn rename(
        &mut self,
        index: usize,
        edit: &Edit,
        cell: &Cell,
        keyed: bool,
    ) -> Result<(), Refusal> {
        let node = self.batch.store.nodes[cell.node].kind;
        if !keyed {
            return Err(Refusal::NoKey { index, node });
        }
        if edit.kind != ValueKind::Text {
            return Err(Refusal::Value { index });
        }
        let span = self.span(index, edit)?;
        let known = self.new_name(index, cell, span)?;
        self.paths_inside(edit.target, span.len as usize)?;
        // The entry that has the key already gives way.
        match known {
            Some(name) if name != cell.name => {
                let list = if cell.is(flag::NESTED) {
                    self.batch.store.inside(cell.owner)
                } else {
                    None
                };
                let list = list.unwrap_or(self.batch.store.nodes[cell.node].cells);
                self.give_way(list, name)
            }
            _ => Ok(()),
        }
    }

    /// Checks the new key of an entry; returns the name that it then has, if any cell ever had it. A policy gives the entries of one
    /// name mostly the same key, record after record.
    fn new_name(&mut self, index: usize, cell: &Cell, span: Span) -> Result<Option<u32>, Refusal> {
        let batch = self.batch;
        if self.renamed.is_empty() {
            self.renamed.resize(batch.store.names.len(), None);
        }
        let key = self.values.get(span);
        if let Some(Some((last, known))) = self.renamed.get(cell.name as usize)
            && same(self.values.get(*last), key)
        {
            return Ok(*known);
        }
        if std::str::from_utf8(key).is_err() {
            return Err(Refusal::Value { index });
        }
        let key = key.to_vec();
        let parent = batch.store.names.get(cell.name).parent;
        let place = self.place(parent);
        if self.plan.entry(place, &key, WRITE).bits == 0 {
            let node = batch.store.nodes[cell.node].kind;
            return Err(Refusal::Undeclared { index, node });
        }
        let known = batch.store.names.lookup_key(&batch.memory, parent, &key);
        if let Some(last) = self.renamed.get_mut(cell.name as usize) {
            *last = Some((span, known));
        }
        Ok(known)
    }

    /// Marks the cells of a list with a name as gone.
    fn give_way(&mut self, list: List, name: u32) -> Result<(), Refusal> {
        let mut next = list.first;
        while next != NONE {
            self.budget.take(1).ok_or(Refusal::TooLarge)?;
            if self.batch.store.cells[next].name == name {
                self.mark(next, GONE);
            }
            next = self.batch.store.cells[next].next;
        }
        Ok(())
    }

    /// Renaming a container gives new paths to everything inside it.
    fn paths_inside(&mut self, cell: u32, key: usize) -> Result<(), Refusal> {
        let own = self
            .batch
            .store
            .names
            .text(self.batch.store.cells[cell].name)
            .len();
        self.path_bytes = self
            .path_bytes
            .checked_sub(own.saturating_add(key))
            .ok_or(Refusal::TooLarge)?;
        let Some(list) = self.batch.store.inside(cell) else {
            return Ok(());
        };
        let mut next = list.first;
        while next != NONE {
            self.budget.take(1).ok_or(Refusal::TooLarge)?;
            self.paths_inside(next, key)?;
            next = self.batch.store.cells[next].next;
        }
        Ok(())
    }
}
