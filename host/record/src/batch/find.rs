//! Finding cells by their paths.

use super::Batch;
use super::any::{self, Any};
use super::encode::inner_messages;
use super::names::Names;
use super::store::{List, Memory, NONE};
use super::tables::Store;
use crate::fields::path;
use crate::schema::Slot;
use crate::signal::ValueKind;
use crate::wire::{Element, Reader};

/// How much looking around one outcome may cost: a put looks at the cells of its node, and an outcome may have very many puts
/// on a node with very many cells.
pub(super) struct Budget(pub(super) u64);

impl Budget {
    /// Takes from the budget; `None` when it is used up.
    pub(super) fn take(&mut self, cost: u64) -> Option<()> {
        self.0 = self.0.checked_sub(cost)?;
        Some(())
    }
}

impl Store {
    /// The live cell of a list with this name, and how many cells were looked at.
    pub(super) fn find(&self, list: List, name: u32) -> (Option<u32>, u64) {
        let mut next = list.first;
        let mut looked_at = 0_u64;
        while next != NONE {
            looked_at = looked_at.saturating_add(1);
            let cell = &self.cells[next];
            if cell.name == name && cell.is_live() {
                return (Some(next), looked_at);
            }
            next = cell.next;
        }
        (None, looked_at)
    }

    /// The list of the cells inside a cell, if they are cells.
    pub(super) fn inside(&self, cell: u32) -> Option<List> {
        let children = self.cells[cell].children;
        if children == NONE {
            None
        } else {
            Some(self.children[children])
        }
    }

    /// The frame that a new value of a field belongs into: `Some(NONE)` for one that does not exist yet, `None` where the node
    /// has no such field.
    pub(super) fn frame_for(&self, node: u32, slot: &Slot) -> Option<u32> {
        let node = &self.nodes[node];
        let has = |message| slot.is_in(message);
        if has(node.message) {
            return Some(node.frame);
        }
        let is_there = |frame: &u32| {
            let frame = self.frames.at(*frame);
            frame.is_some_and(|frame| has(frame.message))
        };
        if let Some(frame) = node.inner.into_iter().find(is_there) {
            return Some(frame);
        }
        inner_messages(node.message)
            .iter()
            .any(|(inner, _)| has(*inner))
            .then_some(NONE)
    }
}

impl Names {
    /// The name of a step from another name, if any cell ever had it.
    pub(super) fn lookup_step(
        &self,
        memory: &Memory,
        parent: u32,
        step: &path::Step,
    ) -> Option<u32> {
        match step {
            path::Step::Key(key) => self.lookup_key(memory, parent, key.as_bytes()),
            path::Step::Index(index) => self.lookup_index(parent, *index),
        }
    }
}

impl Batch {
    /// How many levels of values a cell stands under, itself included.
    pub(super) fn depth_of(&self, mut cell: u32) -> usize {
        let mut depth = 1_usize;
        while self.store.cells[cell].is(super::store::flag::NESTED) {
            cell = self.store.cells[cell].owner;
            depth = depth.saturating_add(1);
        }
        depth
    }
}

/// The value of an entry or an element of a list whose insides are no cells, and how many were looked at.
pub(super) fn raw_child(
    memory: &Memory,
    container: ValueKind,
    list: &Element,
    step: &path::Step,
) -> (Option<Any>, u64) {
    let mut reader = memory.reader(list.inside());
    let mut looked_at = 0_u64;
    while let Some(element) = next_value(&mut reader) {
        let index = looked_at;
        looked_at = looked_at.saturating_add(1);
        let content = match (container, step) {
            (ValueKind::Array, path::Step::Index(wanted)) if index == u64::from(*wanted) => {
                Some(element.inside())
            }
            (ValueKind::Map, path::Step::Key(wanted)) => {
                match any::key_value(memory, element.inside()) {
                    Ok((key, value)) if memory.get(key) == wanted.as_bytes() => {
                        Some(value.unwrap_or(crate::wire::Span {
                            start: element.end,
                            len: 0,
                        }))
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some(content) = content {
            return (any::any(memory, content).ok(), looked_at);
        }
    }
    (None, looked_at)
}

fn next_value(reader: &mut Reader<'_>) -> Option<Element> {
    loop {
        match reader.next() {
            Ok(Some(element)) if element.number == 1 => return Some(element),
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return None,
        }
    }
}
