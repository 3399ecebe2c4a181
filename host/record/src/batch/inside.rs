//! What lies inside arrays and maps.

use super::any::{self, Any};
use super::index::Indexer;
use super::store::{Cell, List, NONE, flag};
use crate::error::Malformed;
use crate::fields::plan::Place;
use crate::signal::ValueKind;
use crate::wire::{BYTES, Element};

impl Indexer<'_> {
    /// Looks into an array or a map: adds the cells inside it if any of them is wanted, else sees only that it is well-formed.
    pub(crate) fn inside(
        &mut self,
        cell: u32,
        list: &Element,
        place: Place,
        depth: usize,
    ) -> Result<(), Malformed> {
        if self.plan.looks_into(place) {
            return self.expand(cell, list, depth, true);
        }
        let content = self.store.cells[cell].span();
        any::survey(self.memory, content, depth.saturating_add(1))
            .map(|_| ())
            .map_err(|error| match error {
                Malformed::Depth { offset, .. } => Malformed::Depth {
                    offset,
                    limit: self.limits.depth,
                },
                other => other,
            })
    }

    /// Adds the cells of all entries or elements of a cell, and those inside them where `deep`.
    pub(crate) fn expand(
        &mut self,
        cell: u32,
        list: &Element,
        depth: usize,
        deep: bool,
    ) -> Result<(), Malformed> {
        let memory = self.memory;
        let children = self.store.children.push(List::EMPTY);
        self.store.cells[cell].children = children;
        let Cell {
            node,
            name: parent,
            kind: container,
            ..
        } = self.store.cells[cell];
        let mut reader = memory.reader(list.inside());
        let mut previous = NONE;
        let mut index = 0_u32;
        while let Some(element) = reader.next()? {
            if element.number != 1 {
                continue;
            }
            element.expect(BYTES)?;
            let Some(depth) = depth.checked_sub(1) else {
                return Err(Malformed::Depth {
                    offset: element.start as usize,
                    limit: self.limits.depth,
                });
            };
            let (name, value) = if container == ValueKind::Map {
                let (key, value) = any::key_value(memory, element.inside())?;
                (
                    self.store
                        .names
                        .entry(memory, self.plan, (parent, previous), key)?,
                    value,
                )
            } else {
                (
                    self.store
                        .names
                        .element(self.plan, (parent, previous), index)?,
                    Some(element.inside()),
                )
            };
            previous = name;
            index = index.saturating_add(1);
            let any = match value {
                Some(content) => any::any(memory, content)?,
                None => Any {
                    kind: ValueKind::Empty,
                    value: 0,
                    list: None,
                },
            };
            let child = self.cell(Cell {
                node,
                name,
                owner: cell,
                next: NONE,
                children: NONE,
                flags: flag::NESTED,
                kind: any.kind,
                origin: element.whole(),
                value: any.value,
            })?;
            self.store.append_to_cell(cell, child);
            if let Some(list) = any.list.filter(|_| deep) {
                let place = self.store.names.get(name).place;
                self.inside(child, &list, place, depth)?;
            }
        }
        Ok(())
    }
}
