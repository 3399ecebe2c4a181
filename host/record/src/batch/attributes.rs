//! The short way through a run of attributes. A record is mostly attributes, one after the other, with the keys of the record
//! before, written the way every encoder writes them; whatever is not so is left to the general way.

use super::any::{self, Any};
use super::index::{At, Indexer};
use super::store::{Cell, List, NONE};
use super::tables::Store;
use crate::error::Malformed;
use crate::signal::ValueKind;
use crate::wire::{self, Element, Reader, Span};

/// The cells of the node while its attributes are read.
struct Run {
    list: List,
}

impl Run {
    #[inline]
    fn push(&mut self, store: &mut Store, cell: u32) {
        if self.list.last == NONE {
            self.list.first = cell;
        } else {
            store.cells[self.list.last].next = cell;
        }
        self.list.last = cell;
    }
}

impl<'a> Indexer<'a> {
    /// Reads attributes as long as they are plain. `previous` is the name of the last one read.
    pub(super) fn attributes(
        &mut self,
        at: At,
        (number, slot): (u32, u32),
        reader: &mut Reader<'a>,
        previous: &mut u32,
    ) -> Result<(), Malformed> {
        let Some(tag) = wire::short_tag(number) else {
            return Ok(());
        };
        let memory = self.memory;
        let mut run = Run {
            list: self.store.nodes[at.node].cells,
        };
        let mut rest = reader.rest();
        let mut start = reader.position();
        let mut before = *previous;
        while let Some((content, after)) = wire::plain_message(rest, tag)
            && let Some((key, value)) = wire::plain_key_value(content)
            && let Some((name, place)) = self.store.names.guess(memory, (slot, before), key)
        {
            before = name;
            let origin = Span::of(start, rest.len().saturating_sub(after.len()));
            rest = after;
            start = origin.end();
            if place.is_nowhere() {
                continue;
            }
            if let Some(text) = wire::plain_text(value)
                && wire::is_utf8(text)
            {
                let cell = self.cell(Cell {
                    node: at.node,
                    name,
                    owner: at.frame,
                    next: NONE,
                    children: NONE,
                    flags: 0,
                    kind: ValueKind::Text,
                    origin,
                    value: origin.tail(text.len()).pack(),
                })?;
                run.push(self.store, cell);
                continue;
            }
            if let Some((kind, number)) = wire::plain_number(value) {
                let cell = self.cell(Cell {
                    node: at.node,
                    name,
                    owner: at.frame,
                    next: NONE,
                    children: NONE,
                    flags: 0,
                    kind,
                    origin,
                    value: number,
                })?;
                run.push(self.store, cell);
                continue;
            }
            let any: Any = any::any(memory, origin.tail(value.len()))?;
            let element = Element::spanning(number, origin);
            self.store.nodes[at.node].cells = run.list;
            self.value(at.node, name, &element, (at.frame, 0), any, place)?;
            run.list = self.store.nodes[at.node].cells;
        }
        *previous = before;
        reader.advance(reader.rest().len().saturating_sub(rest.len()));
        self.store.nodes[at.node].cells = run.list;
        Ok(())
    }
}
