//! The short way through a run of attributes. A record is mostly attributes, one after the other, with the keys of the record
//! before, written the way every encoder writes them; whatever is not so is left to the general way.

use super::any::{self, Any};
use super::index::{At, Indexer};
use super::store::{Cell, NONE};
use crate::error::Malformed;
use crate::signal::ValueKind;
use crate::wire::{self, Element, Reader, Span};

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
        while let Some((header, content)) = wire::plain_message(reader.rest(), tag)
            && let Some((key, value)) = wire::plain_key_value(content)
            && let Some(name) = self.store.names.guess(self.memory, (slot, *previous), key)
        {
            *previous = name;
            let start = reader.position();
            reader.advance(header.saturating_add(content.len()));
            let place = self.store.names.get(name).place;
            if place.is_nowhere() {
                continue;
            }
            let end = reader.position();
            let origin = Span::between(start, end);
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
                self.store.append_to_node(at.node, cell);
                continue;
            }
            let any: Any = any::any(self.memory, origin.tail(value.len()))?;
            let element = Element::spanning(number, origin);
            self.value(at.node, name, &element, (at.frame, 0), any, place)?;
        }
        Ok(())
    }
}
