//! What a batch is made of: its memory, and tables of nodes, cells and frames that point into it.

use bytes::Bytes;

use crate::schema::Message;
use crate::signal::{NodeKind, ValueKind};
use crate::wire::{Reader, Span};

/// No entry of a table.
pub(crate) const NONE: u32 = u32::MAX;
/// Offsets are 32 bits wide; the upper half is left for what edits add.
pub(crate) const MAX_WIRE: usize = 1 << 30;

/// The bytes of the request, and after them, in one address space, what was added since.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    pub(crate) wire: Bytes,
    pub(crate) arena: Vec<u8>,
}

impl Memory {
    /// The bytes of a span; nothing for a span that is not the batch's.
    #[inline]
    pub(crate) fn get(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        let end = span.end() as usize;
        match start.checked_sub(self.wire.len()) {
            None => self.wire.get(start..end),
            Some(start) => self.arena.get(start..end.saturating_sub(self.wire.len())),
        }
        .unwrap_or_default()
    }

    /// A reader of the message whose content is a span.
    pub(crate) fn reader(&self, span: Span) -> Reader<'_> {
        Reader::new(self.get(span), span.start)
    }

    /// Where the next addition will stand.
    pub(crate) fn end(&self) -> u32 {
        u32::try_from(self.wire.len().saturating_add(self.arena.len())).unwrap_or(u32::MAX)
    }

    /// Whether so many bytes can be added.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        let total = self
            .wire
            .len()
            .saturating_add(self.arena.len())
            .saturating_add(bytes);
        u32::try_from(total).is_ok_and(|total| total < u32::MAX)
    }

    /// Adds bytes; the caller has asked whether there is room.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Span {
        let start = self.end();
        self.arena.extend_from_slice(bytes);
        Span::between(start, self.end())
    }
}

/// A table whose indices are its own: entries are never taken away, so an index that was handed out stays good.
#[derive(Debug, Clone)]
pub(crate) struct Table<T>(Vec<T>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "indices come from `push` of the same table, never from outside"
)]
impl<T> std::ops::Index<u32> for Table<T> {
    type Output = T;

    #[inline]
    fn index(&self, index: u32) -> &T {
        &self.0[index as usize]
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "indices come from `push` of the same table, never from outside"
)]
impl<T> std::ops::IndexMut<u32> for Table<T> {
    #[inline]
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.0[index as usize]
    }
}

impl<T> Table<T> {
    /// An empty table with room.
    pub(crate) fn with_capacity(entries: usize) -> Self {
        Self(Vec::with_capacity(entries))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "tables are limited far below 2^32 entries"
    )]
    #[inline]
    pub(crate) fn push(&mut self, entry: T) -> u32 {
        let index = self.0.len() as u32;
        self.0.push(entry);
        index
    }

    /// Makes room for more.
    pub(crate) fn reserve(&mut self, entries: usize) {
        self.0.reserve(entries);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The entry, for an index that may lie beyond the end.
    pub(crate) fn at(&self, index: u32) -> Option<&T> {
        self.0.get(index as usize)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// All indices.
    pub(crate) fn ids(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

/// A length-delimited message on the wire whose length must be mended when its content changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) message: Message,
    /// Where its tag starts.
    pub(crate) start: u32,
    /// Where its length starts.
    pub(crate) length_at: u32,
    /// Where its content starts.
    pub(crate) content: u32,
    /// Where it ends.
    pub(crate) end: u32,
    /// The frame around it.
    pub(crate) parent: u32,
}

/// A node of the tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) message: Message,
    /// It, or a record it stood for alone, was dropped.
    pub(crate) dead: bool,
    /// It or a node below was changed.
    pub(crate) touched: bool,
    pub(crate) parent: u32,
    /// One more than the last node below it.
    pub(crate) end: u32,
    pub(crate) frame: u32,
    /// The frames of messages that lie once inside it: resource, scope, status, a metric's data, or positive and negative buckets.
    pub(crate) inner: [u32; 2],
    /// Its cells.
    pub(crate) cells: List,
    /// Those of its cells that were changed, or hold a change, as entries of the batch's `edits`.
    pub(crate) edits: List,
    /// Ordinals of the records that are it, stand below it, or that it stands below.
    pub(crate) records: (u32, u32),
    /// How many records below it are left.
    pub(crate) live: u32,
}

impl Node {
    /// The frame of the message that lies once inside it.
    pub(crate) fn inner(&self) -> u32 {
        let [first, _] = self.inner;
        first
    }
}

/// Cells in their order, chained by `Cell::next`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl List {
    pub(crate) const EMPTY: Self = Self {
        first: NONE,
        last: NONE,
    };
}

/// A cell that was changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edited {
    pub(crate) cell: u32,
    pub(crate) next: u32,
}

/// What happened to a cell.
pub(crate) mod flag {
    /// It was deleted, or lay in a value that is gone.
    pub(crate) const DEAD: u8 = 1;
    /// Its value is not the one on the wire.
    pub(crate) const REPLACED: u8 = 2;
    /// Its key is not the one on the wire.
    pub(crate) const RENAMED: u8 = 4;
    /// It is not on the wire.
    pub(crate) const ADDED: u8 = 8;
    /// A value inside it was changed.
    pub(crate) const BELOW: u8 = 16;
    /// A later element of the message takes its place.
    pub(crate) const SHADOWED: u8 = 32;
    /// It lies in another cell, and not in a message of a node.
    pub(crate) const NESTED: u8 = 64;
    /// It is a metric itself, with everything in it.
    pub(crate) const WHOLE: u8 = 128;
    /// Anything that the encoder must act on.
    pub(crate) const CHANGED: u8 = DEAD | REPLACED | RENAMED | ADDED | BELOW;
}

/// A value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) node: u32,
    /// Its path, in the batch's names.
    pub(crate) name: u32,
    /// The cell it lies in when nested, else the frame. `NONE`: the frame does not exist yet.
    pub(crate) owner: u32,
    /// The next cell of the list.
    pub(crate) next: u32,
    /// Its entries or elements: an index of the batch's `children`.
    pub(crate) children: u32,
    pub(crate) flags: u8,
    pub(crate) kind: ValueKind,
    /// The whole element on the wire, or in the arena, with its tag.
    pub(crate) origin: Span,
    /// Number, or packed span.
    pub(crate) value: u64,
}

impl Cell {
    #[inline]
    pub(crate) fn is(&self, flags: u8) -> bool {
        self.flags & flags != 0
    }

    pub(crate) fn is_live(&self) -> bool {
        !self.is(flag::DEAD | flag::SHADOWED)
    }

    pub(crate) fn span(&self) -> Span {
        Span::unpack(self.value)
    }
}
