//! Single changes. All of them were checked; what remains to be decided here is where a value stands.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Batch;
use super::any;
use super::check::{Edit, Op};
use super::index::Indexer;
use super::names::Step;
use super::store::{Cell, List, NONE, flag};
use crate::access::Limits;
use crate::fields::path::{self, Path};
use crate::schema::{self, Form};
use crate::signal::ValueKind;
use crate::wire::Span;

/// Sizes were checked with the outcome.
const UNLIMITED: Limits = Limits {
    nodes: usize::MAX,
    cells: usize::MAX,
    depth: usize::MAX,
};
/// Content of an `AnyValue` that holds an empty map.
const EMPTY_MAP: [u8; 2] = [0x32, 0];

/// The paths that puts write, each with its names from the field on, once they are known.
pub(super) struct Paths<'a> {
    paths: &'a [Path],
    names: Vec<Option<Rc<[u32]>>>,
}

impl<'a> Paths<'a> {
    pub(super) fn new(paths: &'a [Path]) -> Self {
        Self {
            paths,
            names: vec![None; paths.len()],
        }
    }
}

impl Batch {
    /// The node that an edit changes.
    pub(super) fn node_of(&self, edit: &Edit) -> u32 {
        if edit.op == Op::Put {
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
        };
        if is_done {
            self.touch(node);
        }
        is_done
    }

    fn set(&mut self, cell: u32, kind: ValueKind, value: u64) {
        self.empty(cell);
        self.store.list_edit(cell);
        let entry = &mut self.store.cells[cell];
        entry.kind = kind;
        entry.value = value;
        entry.flags = (entry.flags | flag::REPLACED) & !flag::BELOW;
        self.mark_above(cell);
        self.look_inside(cell);
    }

    /// Makes cells of what lies in a new array or map, where any stage wants them.
    fn look_inside(&mut self, cell: u32) {
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
    fn expand(&mut self, cell: u32) {
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

    fn delete(&mut self, cell: u32) {
        self.kill(cell);
        self.mark_above(cell);
        // Without the last element of a field an earlier one would count again.
        let mut later = cell;
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
    fn mark_above(&mut self, mut cell: u32) {
        while self.store.cells[cell].is(flag::NESTED) {
            cell = self.store.cells[cell].owner;
            if self.store.cells[cell].is(flag::BELOW) {
                return;
            }
            self.store.list_edit(cell);
            self.store.cells[cell].flags |= flag::BELOW;
        }
    }

    /// Gives an attribute or an entry another key. An entry that has the key already gives way, so that keys stay unique.
    fn rename(&mut self, cell: u32, key: Span) {
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
        let mut next = list.first;
        while next != NONE {
            let other = self.store.cells[next];
            if other.name == name && other.is_live() {
                self.delete(next);
            }
            next = other.next;
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

    fn name_below(&mut self, place: (u32, u32), step: Step) -> Option<u32> {
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

    /// Puts a value at a path: in place of one that is there, else as a new one. Maps on the way are made where there is nothing.
    fn put(&mut self, edit: &Edit, value: u64, paths: &mut Paths<'_>) -> bool {
        let Some(path) = paths.paths.get(edit.path as usize) else {
            return false;
        };
        let Some(names) = self.names_of(path, edit.path, paths) else {
            return false;
        };
        let mut names = names.iter().copied();
        let Some(first) = names.next() else {
            return false;
        };
        let node = edit.target;
        let (found, _) = self.store.find(self.store.nodes[node].cells, first);
        let mut here = match found {
            Some(cell) if names.len() == 0 => {
                self.set(cell, edit.kind, value);
                return true;
            }
            None if names.len() == 0 => {
                return self
                    .add_to_node(node, path.slot, first, edit.kind, value)
                    .is_some();
            }
            Some(cell) => cell,
            None => {
                let map = self.memory.push(&EMPTY_MAP).pack();
                let Some(cell) = self.add_to_node(node, path.slot, first, ValueKind::Map, map)
                else {
                    return false;
                };
                cell
            }
        };
        while let Some(name) = names.next() {
            let Some(list) = self.opened(here, name) else {
                return false;
            };
            let (found, _) = self.store.find(list, name);
            let is_last = names.len() == 0;
            here = match found {
                Some(cell) => {
                    if is_last {
                        self.set(cell, edit.kind, value);
                    }
                    cell
                }
                None if matches!(self.store.names.get(name).step, Step::Index(_)) => return false,
                None if is_last => self.add_to_cell(here, name, edit.kind, value),
                None => {
                    let map = self.memory.push(&EMPTY_MAP).pack();
                    self.add_to_cell(here, name, ValueKind::Map, map)
                }
            };
        }
        true
    }

    /// The list inside a cell that a name belongs into, if the cell is an array or a map as the name's last step wants it.
    fn opened(&mut self, cell: u32, name: u32) -> Option<List> {
        let is_key = matches!(self.store.names.get(name).step, Step::Key(_));
        if self.store.cells[cell].kind == ValueKind::Empty && is_key {
            let map = self.memory.push(&EMPTY_MAP).pack();
            self.set(cell, ValueKind::Map, map);
        }
        let wanted = if is_key {
            ValueKind::Map
        } else {
            ValueKind::Array
        };
        if self.store.cells[cell].kind != wanted {
            return None;
        }
        self.expand(cell);
        self.store.inside(cell)
    }

    fn names_of(&mut self, path: &Path, index: u32, paths: &mut Paths<'_>) -> Option<Rc<[u32]>> {
        let place = paths.names.get_mut(index as usize)?;
        if let Some(known) = place {
            return Some(Rc::clone(known));
        }
        let mut names = Vec::with_capacity(path.steps.len().saturating_add(1));
        let mut name = path.slot;
        if schema::slot(path.slot)?.form != Form::Attributes {
            names.push(name);
        }
        for step in &path.steps {
            name = match self.store.names.lookup_step(&self.memory, name, step) {
                Some(known) => known,
                None => match step {
                    path::Step::Key(key) => {
                        let key = self.memory.push(key.as_bytes());
                        self.name_below((name, NONE), Step::Key(key))?
                    }
                    path::Step::Index(index) => {
                        self.name_below((name, NONE), Step::Index(*index))?
                    }
                },
            };
            names.push(name);
        }
        Some(Rc::clone(place.insert(names.into())))
    }

    fn add_to_node(
        &mut self,
        node: u32,
        slot: u32,
        name: u32,
        kind: ValueKind,
        value: u64,
    ) -> Option<u32> {
        let slot = schema::slot(slot)?;
        let owner = self.store.frame_for(node, slot)?;
        if slot.form.is_oneof() {
            self.delete_rival(node, name);
        }
        let cell = self.added(node, name, owner, flag::ADDED, kind, value);
        self.store.append_to_node(node, cell);
        self.store.append_edit(node, cell);
        self.look_inside(cell);
        Some(cell)
    }

    /// Of a oneof only one member can be there.
    fn delete_rival(&mut self, node: u32, name: u32) {
        let mut next = self.store.nodes[node].cells.first;
        while next != NONE {
            let cell = self.store.cells[next];
            let is_oneof = schema::slot(cell.name).is_some_and(|slot| slot.form.is_oneof());
            if is_oneof && cell.name != name && cell.is_live() {
                self.delete(next);
            }
            next = cell.next;
        }
    }

    fn add_to_cell(&mut self, container: u32, name: u32, kind: ValueKind, value: u64) -> u32 {
        let node = self.store.cells[container].node;
        let cell = self.added(
            node,
            name,
            container,
            flag::ADDED | flag::NESTED,
            kind,
            value,
        );
        self.store.append_to_cell(container, cell);
        self.mark_above(cell);
        self.look_inside(cell);
        cell
    }

    fn added(
        &mut self,
        node: u32,
        name: u32,
        owner: u32,
        flags: u8,
        kind: ValueKind,
        value: u64,
    ) -> u32 {
        self.store.names.hold(name);
        self.store.cells.push(Cell {
            node,
            name,
            owner,
            next: NONE,
            children: NONE,
            flags,
            kind,
            origin: Span::default(),
            value,
        })
    }
}
