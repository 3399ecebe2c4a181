//! Putting values at paths, where there may be nothing yet.

use std::rc::Rc;

use super::Batch;
use super::any;
use super::check::Edit;
use super::names::Step;
use super::store::{Cell, List, NONE, flag};
use crate::fields::path::{self, Path};
use crate::schema::{self, Form};
use crate::signal::ValueKind;
use crate::wire::Span;

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
    /// Puts a value at a path: in place of one that is there, else as a new one. Maps on the way are made where there is nothing.
    pub(super) fn put(&mut self, edit: &Edit, value: u64, paths: &mut Paths<'_>) -> bool {
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

    /// Puts the entries of a map in the place of all attributes of a node.
    pub(super) fn fill(&mut self, edit: &Edit, map: Span, paths: &Paths<'_>) -> bool {
        let Some(slot) = paths.paths.get(edit.path as usize).map(|path| path.slot) else {
            return false;
        };
        let node = edit.target;
        let mut next = self.store.nodes[node].cells.first;
        while next != NONE {
            let cell = self.store.cells[next];
            if cell.is_live() && self.store.names.get(cell.name).parent == slot {
                self.delete(next);
            }
            next = cell.next;
        }
        let list = any::any(&self.memory, map).ok().and_then(|any| any.list);
        let Some(list) = list.filter(|_| edit.kind == ValueKind::Map) else {
            return true;
        };
        let mut previous = NONE;
        let mut at = list.content;
        // It was surveyed when the outcome was checked, so that reading it again cannot fail.
        while let Ok(Some(element)) = self.memory.reader(Span::between(at, list.end)).next() {
            at = element.end;
            if element.number != 1 {
                continue;
            }
            let Ok((key, value)) = any::key_value(&self.memory, element.inside()) else {
                continue;
            };
            let Some(name) = self.name_below((slot, previous), Step::Key(key)) else {
                continue;
            };
            previous = name;
            let any = value.and_then(|content| any::any(&self.memory, content).ok());
            let (kind, value) = any.map_or((ValueKind::Empty, 0), |any| (any.kind, any.value));
            self.add_to_node(node, slot, name, kind, value);
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
