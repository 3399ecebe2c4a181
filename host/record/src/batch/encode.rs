//! From the batch back to bytes: what nobody touched is copied, what was changed is stitched in, and the lengths above it are
//! mended.
//!
//! A walk over the touched nodes makes a list of splices: a piece of the wire, and what stands in its place. Each touched frame has
//! one over its own length, which is filled in once the splices inside it are known. Then the wire is copied once, with the splices.

use bytes::Bytes;

use super::Batch;
use super::any;
use super::index::Store;
use super::names::Step;
use super::numbers;
use super::store::{Cell, Memory, NONE, Node, flag};
use crate::schema::{self, Form, Message, Row};
use crate::signal::ValueKind;
use crate::wire::{self, Element, Span};

/// A piece of the wire, and what stands in its place.
struct Splice {
    start: u32,
    end: u32,
    /// Where the replacement stands in the scratch bytes.
    from: u32,
    to: u32,
}

/// A frame whose content changes.
struct Dirty {
    frame: u32,
    /// Its splice, over its length.
    splice: usize,
    /// By how much its content grows.
    growth: i64,
    /// The dirty frame around it.
    parent: usize,
}

struct Encoder<'a> {
    memory: &'a Memory,
    store: &'a Store,
    splices: Vec<Splice>,
    scratch: Vec<u8>,
    dirty: Vec<Dirty>,
    /// For each frame, its place in `dirty`.
    dirty_of: Vec<u32>,
}

impl Batch {
    /// The request as it is now: the same handle when nothing was changed, empty when no record is left of those that came.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        if self.live_records() == 0 && self.records() > 0 {
            return Bytes::new();
        }
        if !self
            .store
            .nodes
            .at(0)
            .is_some_and(|request| request.touched)
        {
            return self.memory.wire.clone();
        }
        let mut encoder = Encoder {
            memory: &self.memory,
            store: &self.store,
            splices: Vec::new(),
            scratch: Vec::new(),
            dirty: Vec::new(),
            dirty_of: vec![NONE; self.store.frames.len()],
        };
        encoder.node(0);
        encoder.finish()
    }
}

impl Encoder<'_> {
    /// Lists the splices of a touched node and of what is below it.
    fn node(&mut self, id: u32) {
        let node = self.store.nodes[id];
        let mut child = id.saturating_add(1);
        while child < node.end {
            let below = self.store.nodes[child];
            if below.dead {
                let frame = self.store.frames[below.frame];
                self.splice(frame.parent, Span::between(frame.start, frame.end), 0);
            } else if below.touched {
                self.node(child);
            }
            child = below.end;
        }
        self.cells(&node);
    }

    fn cells(&mut self, node: &Node) {
        let mut has_added = false;
        let mut next = node.edits.first;
        while next != NONE {
            let edited = self.store.edits[next];
            next = edited.next;
            let cell = self.store.cells[edited.cell];
            if cell.is(flag::ADDED) {
                has_added |= cell.is_live();
                continue;
            }
            let from = self.scratch.len();
            if !cell.is(flag::DEAD) {
                let number = number_at(self.memory, cell.origin);
                element(self.memory, self.store, &cell, number, &mut self.scratch);
            }
            self.splice(
                cell.owner,
                cell.origin,
                self.scratch.len().saturating_sub(from),
            );
        }
        if has_added {
            self.added(node);
        }
    }

    /// Values that are not on the wire stand at the end of their message. A message inside the node that does not exist yet is
    /// made for all of them together.
    fn added(&mut self, node: &Node) {
        let inner = node.inner;
        for frame in [inner, node.frame]
            .into_iter()
            .filter(|frame| *frame != NONE)
        {
            let from = self.scratch.len();
            each_added(self.store, node, frame, |cell, row| {
                element(
                    self.memory,
                    self.store,
                    cell,
                    u32::from(row.number),
                    &mut self.scratch,
                );
            });
            let end = self.store.frames[frame].end;
            let written = self.scratch.len().saturating_sub(from);
            if written > 0 {
                self.splice(frame, Span { start: end, len: 0 }, written);
            }
        }
        let mut content = Vec::new();
        each_added(self.store, node, NONE, |cell, row| {
            element(
                self.memory,
                self.store,
                cell,
                u32::from(row.number),
                &mut content,
            );
        });
        if let Some(number) = inner_number(node.message).filter(|_| !content.is_empty()) {
            let from = self.scratch.len();
            wire::put_bytes(&mut self.scratch, number, &content);
            let end = self.store.frames[node.frame].end;
            self.splice(
                node.frame,
                Span { start: end, len: 0 },
                self.scratch.len().saturating_sub(from),
            );
        }
    }

    /// Notes that the last `written` scratch bytes stand in the place of `span`, which lies in `frame`.
    fn splice(&mut self, frame: u32, span: Span, written: usize) {
        let growth = signed(written).saturating_sub(i64::from(span.len));
        let dirty = self.open(frame);
        if let Some(dirty) = self.dirty.get_mut(dirty) {
            dirty.growth = dirty.growth.saturating_add(growth);
        }
        let to = offset(self.scratch.len());
        let from = to.saturating_sub(offset(written));
        self.splices.push(Splice {
            start: span.start,
            end: span.end(),
            from,
            to,
        });
    }

    /// The place of a frame among the dirty ones; the frames around it become dirty with it.
    fn open(&mut self, frame: u32) -> usize {
        match self.dirty_of.get(frame as usize) {
            Some(&known) if known != NONE => return known as usize,
            None => return usize::MAX,
            Some(_) => {}
        }
        let entry = self.store.frames[frame];
        let parent = if entry.parent == NONE {
            usize::MAX
        } else {
            self.open(entry.parent)
        };
        let place = self.dirty.len();
        self.dirty.push(Dirty {
            frame,
            splice: self.splices.len(),
            growth: 0,
            parent,
        });
        if let Some(known) = self.dirty_of.get_mut(frame as usize) {
            *known = offset(place);
        }
        self.splices.push(Splice {
            start: entry.length_at,
            end: entry.content,
            from: 0,
            to: 0,
        });
        place
    }

    /// Fills in the lengths, from the inside out: a frame becomes dirty after the frames around it.
    fn lengths(&mut self) -> i64 {
        let mut total = 0;
        while let Some(dirty) = self.dirty.pop() {
            let frame = self.store.frames[dirty.frame];
            if frame.parent == NONE {
                total = dirty.growth;
                continue;
            }
            let old = i64::from(frame.end.saturating_sub(frame.content));
            let length = old.saturating_add(dirty.growth).unsigned_abs();
            let from = self.scratch.len();
            wire::put_varint(&mut self.scratch, length);
            let width = signed(self.scratch.len().saturating_sub(from));
            let old_width = i64::from(frame.content.saturating_sub(frame.length_at));
            if let Some(splice) = self.splices.get_mut(dirty.splice) {
                splice.from = offset(from);
                splice.to = offset(self.scratch.len());
            }
            if let Some(parent) = self.dirty.get_mut(dirty.parent) {
                parent.growth = parent
                    .growth
                    .saturating_add(dirty.growth)
                    .saturating_add(width)
                    .saturating_sub(old_width);
            }
        }
        total
    }

    fn finish(mut self) -> Bytes {
        let growth = self.lengths();
        // Of two at the same place the one that adds comes first: it ends a message, and the other starts the next. Of two that
        // add, the inner one was listed first.
        self.splices
            .sort_by_key(|splice| (splice.start, splice.end > splice.start));
        let wire = &self.memory.wire;
        let size = signed(wire.len()).saturating_add(growth);
        let mut out = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let mut at = 0;
        for splice in &self.splices {
            out.extend_from_slice(wire.get(at..splice.start as usize).unwrap_or_default());
            out.extend_from_slice(
                self.scratch
                    .get(splice.from as usize..splice.to as usize)
                    .unwrap_or_default(),
            );
            at = splice.end as usize;
        }
        out.extend_from_slice(wire.get(at..).unwrap_or_default());
        Bytes::from(out)
    }
}

/// Visits the added cells of a node that belong into a frame, each with its row for that message.
fn each_added(store: &Store, node: &Node, frame: u32, mut visit: impl FnMut(&Cell, &Row)) {
    let message = match (frame, inner_message(node.message)) {
        (NONE, Some(inner)) => inner,
        (NONE, None) => return,
        (frame, _) => store.frames[frame].message,
    };
    let mut next = node.edits.first;
    while next != NONE {
        let edited = store.edits[next];
        next = edited.next;
        let cell = &store.cells[edited.cell];
        if !cell.is(flag::ADDED) || !cell.is_live() || cell.owner != frame {
            continue;
        }
        let slot = schema::slot(store.names.get(cell.name).slot);
        if let Some(row) = slot.and_then(|slot| slot.rows.iter().find(|row| row.message == message))
        {
            visit(cell, row);
        }
    }
}

/// The message that lies once inside a node and can be made when it is missing.
pub(super) fn inner_message(node: Message) -> Option<Message> {
    match node {
        Message::ResourceEntry => Some(Message::Resource),
        Message::ScopeEntry => Some(Message::Scope),
        Message::Span => Some(Message::Status),
        _ => None,
    }
}

fn inner_number(node: Message) -> Option<u32> {
    match node {
        Message::ResourceEntry | Message::ScopeEntry => Some(1),
        Message::Span => Some(15),
        _ => None,
    }
}

/// The field number of the element that stands there.
fn number_at(memory: &Memory, origin: Span) -> u32 {
    memory
        .reader(origin)
        .next()
        .ok()
        .flatten()
        .map_or(0, |element| element.number)
}

/// Writes the whole element of a cell.
fn element(memory: &Memory, store: &Store, cell: &Cell, number: u32, out: &mut Vec<u8>) {
    let name = store.names.get(cell.name);
    let form = match name.step {
        Step::Slot => schema::slot(name.slot).map_or(Form::Any, |slot| slot.form),
        Step::Key(_) => Form::Attributes,
        Step::Index(_) => Form::Any,
    };
    let expected = u64::from(cell.origin.len);
    match form {
        Form::Attributes => wire::put_message(out, number, expected, |out| {
            key_value(memory, store, cell, out);
        }),
        Form::Any => wire::put_message(out, number, expected, |out| {
            any_content(memory, store, cell, out);
        }),
        Form::Text | Form::Texts | Form::Id(_) => {
            wire::put_bytes(out, number, memory.get(cell.span()));
        }
        form => numbers::put(out, number, form, cell.value),
    }
}

/// Writes the content of a `KeyValue`. What is unknown in it stays.
fn key_value(memory: &Memory, store: &Store, cell: &Cell, out: &mut Vec<u8>) {
    let Step::Key(key) = store.names.get(cell.name).step else {
        return;
    };
    let key = memory.get(key);
    let value = |out: &mut Vec<u8>| {
        let expected = if cell.kind.is_span() {
            u64::from(cell.span().len)
        } else {
            9
        };
        wire::put_message(out, 2, expected, |out| {
            any_content(memory, store, cell, out);
        });
    };
    if cell.is(flag::ADDED) {
        wire::put_bytes(out, 1, key);
        return value(out);
    }
    let Ok(Some(origin)) = memory.reader(cell.origin).next() else {
        return;
    };
    let mut has_value = false;
    let mut reader = memory.reader(origin.inside());
    if cell.is(flag::RENAMED) {
        wire::put_bytes(out, 1, key);
    }
    while let Ok(Some(part)) = reader.next() {
        match part.number {
            1 if cell.is(flag::RENAMED) => {}
            2 if cell.is(flag::REPLACED | flag::BELOW) => {
                value(out);
                has_value = true;
            }
            _ => out.extend_from_slice(memory.get(part.whole())),
        }
    }
    if !has_value && cell.is(flag::REPLACED | flag::BELOW) {
        value(out);
    }
}

/// Writes the content of the `AnyValue` of a cell.
pub(super) fn any_content(memory: &Memory, store: &Store, cell: &Cell, out: &mut Vec<u8>) {
    match cell.kind {
        ValueKind::Empty | ValueKind::Withheld => {}
        ValueKind::Text => wire::put_bytes(out, 1, memory.get(cell.span())),
        ValueKind::Boolean => wire::put_number(out, 2, cell.value),
        ValueKind::Int => wire::put_number(out, 3, cell.value),
        ValueKind::Double => wire::put_fixed64(out, 4, cell.value),
        ValueKind::Bytes => wire::put_bytes(out, 7, memory.get(cell.span())),
        ValueKind::Array | ValueKind::Map => {
            let list = any::any(memory, cell.span()).ok().and_then(|any| any.list);
            match list.filter(|_| cell.is(flag::BELOW) && cell.children != NONE) {
                Some(list) => container(memory, store, cell, &list, out),
                None => out.extend_from_slice(memory.get(cell.span())),
            }
        }
    }
}

/// Writes an array or a map in which something was changed.
fn container(memory: &Memory, store: &Store, cell: &Cell, list: &Element, out: &mut Vec<u8>) {
    let content = cell.span();
    out.extend_from_slice(memory.get(Span::between(content.start, list.start)));
    let first = store.children[cell.children].first;
    wire::put_message(out, list.number, u64::from(list.inside().len), |out| {
        let mut at = list.content;
        let mut next = first;
        while next != NONE {
            let child = &store.cells[next];
            next = child.next;
            if child.is(flag::ADDED) || !child.is(flag::CHANGED) {
                continue;
            }
            out.extend_from_slice(memory.get(Span::between(at, child.origin.start)));
            if !child.is(flag::DEAD) {
                element(memory, store, child, 1, out);
            }
            at = child.origin.end();
        }
        out.extend_from_slice(memory.get(Span::between(at, list.end)));
        let mut next = first;
        while next != NONE {
            let child = &store.cells[next];
            next = child.next;
            if child.is(flag::ADDED) && child.is_live() {
                element(memory, store, child, 1, out);
            }
        }
    });
    out.extend_from_slice(memory.get(Span::between(list.end, content.end())));
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
