//! From the batch back to bytes: what nobody touched is copied, what was changed is stitched in, and the lengths above it are
//! mended.
//!
//! A walk over the touched nodes makes a list of splices: a piece of the wire, and what stands in its place. Each touched frame has
//! one over its own length, which is filled in once the splices inside it are known. Then the wire is copied once, with the splices.

use bytes::Bytes;

use super::Batch;
use super::element::{element, new_head};
use super::growth::Growth;
use super::store::{Cell, Memory, NONE, Node, flag};
use super::tables::Store;
use crate::schema::{self, Message, Row};
use crate::wire::{self, Span};

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

pub(super) struct Encoder<'a> {
    memory: &'a Memory,
    store: &'a Store,
    growth: &'a Growth,
    splices: Vec<Splice>,
    scratch: Vec<u8>,
    dirty: Vec<Dirty>,
    /// The outermost frame.
    root: u32,
    /// For each frame from the outermost on, its place in `dirty`.
    dirty_of: Vec<u32>,
    /// The changed cells of one node, by where they start.
    changed: Vec<(u32, u32)>,
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
        let mut encoder = Encoder::new(self, 0);
        encoder.node(0);
        encoder.finish()
    }
}

impl<'a> Encoder<'a> {
    /// An encoder of a node and what is below it.
    pub(super) fn new(batch: &'a Batch, node: u32) -> Self {
        let store = &batch.store;
        let entry = store.nodes[node];
        let after = store.nodes.at(entry.end);
        let frames = store.frames.len();
        let end = after.map_or(frames, |node| node.frame as usize);
        // A part of the batch has a part of its edits, and nobody knows how many.
        let edits = if node == 0 { store.edits.len() } else { 0 };
        let lengths = edits.min(end.saturating_sub(entry.frame as usize));
        Self {
            memory: &batch.memory,
            store: &batch.store,
            growth: &batch.growth,
            splices: Vec::with_capacity(edits.saturating_add(lengths)),
            scratch: Vec::new(),
            dirty: Vec::with_capacity(lengths),
            root: entry.frame,
            dirty_of: vec![NONE; end.saturating_sub(entry.frame as usize)],
            changed: Vec::new(),
        }
    }

    /// Lists the splices of a touched node and of what is below it.
    pub(super) fn node(&mut self, id: u32) {
        let node = self.store.nodes[id];
        let mut child = id.saturating_add(1);
        while child < node.end {
            let below = self.store.nodes[child];
            if below.dead {
                let frame = self.store.frames[below.frame];
                self.splice(frame.parent, Span::between(frame.start, frame.end), 0);
            } else if let Some(new) = self.growth.replacement_of(child) {
                self.replace(below.frame, new.message);
            } else if below.touched {
                self.node(child);
            }
            child = below.end;
        }
        self.cells(&node);
        for addition in self.growth.added_to(id) {
            let from = self.scratch.len();
            let message = self.memory.get(addition.message);
            wire::put_bytes(&mut self.scratch, addition.number, message);
            let start = self.store.frames[addition.frame].end;
            let written = self.scratch.len().saturating_sub(from);
            self.splice(addition.frame, Span { start, len: 0 }, written);
        }
    }

    /// Puts another message in the place of the one of a frame.
    fn replace(&mut self, frame: u32, message: Span) {
        let frame = self.store.frames[frame];
        let origin = Span::between(frame.start, frame.end);
        let from = self.scratch.len();
        let number = number_at(self.memory, origin);
        wire::put_bytes(&mut self.scratch, number, self.memory.get(message));
        let written = self.scratch.len().saturating_sub(from);
        self.splice(frame.parent, origin, written);
    }

    fn cells(&mut self, node: &Node) {
        let mut has_added = false;
        let mut changed = std::mem::take(&mut self.changed);
        let mut next = node.edits.first;
        while next != NONE {
            let edited = self.store.edits[next];
            next = edited.next;
            let cell = &self.store.cells[edited.cell];
            if cell.is(flag::ADDED) {
                has_added |= cell.is_live();
            } else {
                changed.push((cell.origin.start, edited.cell));
            }
        }
        // Edits come in the order of the statements that made them. With this nearly all splices are in the order of the request.
        changed.sort_unstable();
        for (_, cell) in changed.drain(..) {
            let cell = &self.store.cells[cell];
            if cell.flags & flag::CHANGED == flag::RENAMED
                && let Some((head, written)) =
                    new_head(self.memory, self.store, cell, &mut self.scratch)
            {
                self.splice(cell.owner, head, written);
                continue;
            }
            let from = self.scratch.len();
            if !cell.is(flag::DEAD) {
                let number = number_at(self.memory, cell.origin);
                element(self.memory, self.store, cell, number, &mut self.scratch);
            }
            self.splice(
                cell.owner,
                cell.origin,
                self.scratch.len().saturating_sub(from),
            );
        }
        self.changed = changed;
        if has_added {
            self.added(node);
        }
    }

    /// Values that are not on the wire stand at the end of their message. A message inside the node that does not exist yet is
    /// made for all of them together.
    fn added(&mut self, node: &Node) {
        let [first, second] = node.inner;
        for frame in [first, second, node.frame]
            .into_iter()
            .filter(|frame| *frame != NONE)
        {
            let from = self.scratch.len();
            let message = self.store.frames[frame].message;
            each_added(self.store, node, (frame, message), |cell, row| {
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
        for (message, number) in inner_messages(node.message) {
            let mut content = Vec::new();
            each_added(self.store, node, (NONE, *message), |cell, row| {
                element(
                    self.memory,
                    self.store,
                    cell,
                    u32::from(row.number),
                    &mut content,
                );
            });
            if content.is_empty() {
                continue;
            }
            let from = self.scratch.len();
            wire::put_bytes(&mut self.scratch, *number, &content);
            let start = self.store.frames[node.frame].end;
            let written = self.scratch.len().saturating_sub(from);
            self.splice(node.frame, Span { start, len: 0 }, written);
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
        let place = frame.wrapping_sub(self.root) as usize;
        match self.dirty_of.get(place) {
            Some(&known) if known != NONE => return known as usize,
            None => return usize::MAX,
            Some(_) => {}
        }
        let entry = self.store.frames[frame];
        let parent = if frame == self.root {
            usize::MAX
        } else {
            self.open(entry.parent)
        };
        let last = self.dirty.len();
        self.dirty.push(Dirty {
            frame,
            splice: self.splices.len(),
            growth: 0,
            parent,
        });
        if let Some(known) = self.dirty_of.get_mut(place) {
            *known = offset(last);
        }
        self.splices.push(Splice {
            start: entry.length_at,
            end: entry.content,
            from: 0,
            to: 0,
        });
        last
    }

    /// Fills in the lengths, from the inside out: a frame becomes dirty after the frames around it.
    fn lengths(&mut self) -> i64 {
        let mut total = 0;
        while let Some(dirty) = self.dirty.pop() {
            let frame = self.store.frames[dirty.frame];
            if dirty.frame == self.root {
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
        let wire = &self.memory.wire;
        let size = signed(wire.len()).saturating_add(growth);
        let mut out = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let all = Span::of(0, wire.len());
        self.stitch(all, &mut out);
        Bytes::from(out)
    }

    /// Writes the content of one frame, of whose node alone the splices were listed.
    pub(super) fn finish_frame(mut self, frame: u32, out: &mut Vec<u8>) {
        self.lengths();
        let frame = self.store.frames[frame];
        self.splices
            .retain(|splice| splice.start >= frame.content && splice.end <= frame.end);
        self.stitch(Span::between(frame.content, frame.end), out);
    }

    /// Writes a piece of the request with the splices that lie in it.
    fn stitch(&mut self, piece: Span, out: &mut Vec<u8>) {
        // Of two at the same place the one that adds comes first: it ends a message, and the other starts the next. Of two that
        // add, the inner one was listed first.
        let order = |splice: &Splice| (splice.start, splice.end > splice.start);
        if !self.splices.is_sorted_by_key(order) {
            self.splices.sort_by_key(order);
        }
        let wire = &self.memory.wire;
        let mut at = piece.start as usize;
        for splice in &self.splices {
            out.extend_from_slice(wire.get(at..splice.start as usize).unwrap_or_default());
            out.extend_from_slice(
                self.scratch
                    .get(splice.from as usize..splice.to as usize)
                    .unwrap_or_default(),
            );
            at = splice.end as usize;
        }
        let end = piece.end() as usize;
        out.extend_from_slice(wire.get(at..end).unwrap_or_default());
    }
}

/// Visits the added cells of a node that belong into a frame of a message, each with its row there. The frame may be one that does
/// not exist yet.
fn each_added(
    store: &Store,
    node: &Node,
    (frame, message): (u32, Message),
    mut visit: impl FnMut(&Cell, &Row),
) {
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

/// The messages that lie once inside a node and can be made when they are missing, with their field numbers.
pub(super) fn inner_messages(node: Message) -> &'static [(Message, u32)] {
    match node {
        Message::ResourceEntry => &[(Message::Resource, 1)],
        Message::ScopeEntry => &[(Message::Scope, 1)],
        Message::Span => &[(Message::Status, 15)],
        Message::ExponentialPoint => {
            &[(Message::PositiveBuckets, 8), (Message::NegativeBuckets, 9)]
        }
        _ => &[],
    }
}

/// The field number of the element that stands there.
fn number_at(memory: &Memory, origin: Span) -> u32 {
    if let [tag @ ..0x80, ..] = memory.get(origin) {
        return u32::from(tag >> 3);
    }
    memory
        .reader(origin)
        .next()
        .ok()
        .flatten()
        .map_or(0, |element| element.number)
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
