//! What is known in memory: every frame, every queue, and what became of all records, under one lock.
//!
//! One lock, so that the numbers are exact at any moment: what was put into a queue is waiting, on its way, or settled.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::frame::{Meta, Settled};
use crate::{Limit, QueueReport, Unit};

/// Where a frame lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
    /// Where its payload begins, from `offset`.
    pub(crate) payload: u64,
    pub(crate) check: [u8; crate::seal::SEAL],
}

/// A frame that some queue still has.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) meta: Arc<Meta>,
    /// None in memory.
    pub(crate) place: Option<Place>,
    /// The payload, as long as there is room for it.
    pub(crate) wire: Option<Bytes>,
    pub(crate) owed: Vec<Owed>,
}

/// A queue that is not done with a frame.
#[derive(Debug)]
pub(crate) struct Owed {
    pub(crate) queue: usize,
    pub(crate) told: Option<oneshot::Sender<Settled>>,
}

/// One queue.
#[derive(Debug, Default)]
pub(crate) struct QueueState {
    pub(crate) name: String,
    pub(crate) limit: Option<Limit>,
    /// Frames that nobody has taken, oldest first.
    pub(crate) waiting: BTreeSet<u64>,
    /// What of its limit is taken, by what is being written, too.
    pub(crate) held: u64,
    pub(crate) report: QueueReport,
}

/// A file of frames.
#[derive(Debug, Default)]
pub(crate) struct SegmentState {
    /// Frames that some queue still has.
    pub(crate) live: usize,
    pub(crate) bytes: u64,
    /// Whether nothing more is written to it.
    pub(crate) sealed: bool,
}

/// Everything.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) queues: Vec<QueueState>,
    pub(crate) frames: HashMap<u64, Entry>,
    pub(crate) segments: BTreeMap<u64, SegmentState>,
    pub(crate) next_id: u64,
    /// Bytes of payloads in memory that are on disk, too.
    pub(crate) cached: usize,
    /// Bytes that are being written.
    pub(crate) pending: u64,
    pub(crate) closed: bool,
    pub(crate) damaged_frames: u64,
    pub(crate) write_errors: u64,
}

impl Index {
    /// The queue of this name, made if there is none.
    pub(crate) fn queue(&mut self, name: &str) -> usize {
        let known = self.queues.iter().position(|queue| queue.name == name);
        known.unwrap_or_else(|| {
            self.queues.push(QueueState {
                name: name.to_owned(),
                ..QueueState::default()
            });
            self.queues.len().saturating_sub(1)
        })
    }

    pub(crate) fn bytes_on_disk(&self) -> u64 {
        let segments = self.segments.values().map(|segment| segment.bytes);
        segments.fold(self.pending, u64::saturating_add)
    }

    /// Whether there is room in a queue for a frame. One alone always fits: a limit that nothing can pass would stop everything.
    pub(crate) fn has_room(&self, queue: usize, records: u32, bytes: u64) -> bool {
        let Some(state) = self.queues.get(queue) else {
            return false;
        };
        let Some(limit) = state.limit else {
            return true;
        };
        let more = limit.unit.of(records, bytes);
        state.held == 0 || state.held.saturating_add(more) <= limit.size
    }

    pub(crate) fn hold(&mut self, queue: usize, records: u32, bytes: u64) {
        if let Some(state) = self.queues.get_mut(queue) {
            let unit = state.unit();
            state.held = state.held.saturating_add(unit.of(records, bytes));
        }
    }

    pub(crate) fn release(&mut self, queue: usize, records: u32, bytes: u64) {
        if let Some(state) = self.queues.get_mut(queue) {
            let unit = state.unit();
            state.held = state.held.saturating_sub(unit.of(records, bytes));
        }
    }

    /// A frame is in these queues from now on; their room has been taken before.
    pub(crate) fn publish(&mut self, entry: Entry, restored: bool) {
        let id = entry.meta.id;
        if let Some(place) = entry.place {
            let segment = self.segments.entry(place.segment).or_default();
            segment.live = segment.live.saturating_add(1);
            if let Some(wire) = &entry.wire {
                self.cached = self.cached.saturating_add(wire.len());
            }
        }
        for owed in &entry.owed {
            if let Some(queue) = self.queues.get_mut(owed.queue) {
                queue.waiting.insert(id);
                let came = if restored {
                    &mut queue.report.restored
                } else {
                    &mut queue.report.put
                };
                *came = came.saturating_add(entry.meta.records.into());
                queue.report.waiting.add(&entry.meta);
            }
        }
        self.frames.insert(id, entry);
    }

    /// The oldest frame of a queue that nobody has taken, on its way from now on.
    pub(crate) fn take(&mut self, queue: usize) -> Option<u64> {
        let state = self.queues.get_mut(queue)?;
        let id = state.waiting.pop_first()?;
        if let Some(entry) = self.frames.get(&id) {
            state.report.waiting.remove(&entry.meta);
            state.report.in_flight.add(&entry.meta);
        }
        Some(id)
    }

    /// A frame that was taken waits again, in front.
    pub(crate) fn put_back(&mut self, queue: usize, id: u64) {
        if let Some((state, entry)) = self.queues.get_mut(queue).zip(self.frames.get(&id)) {
            state.waiting.insert(id);
            state.report.in_flight.remove(&entry.meta);
            state.report.waiting.add(&entry.meta);
        }
    }

    /// A queue is done with a frame that it had taken; the segment that is empty and closed by that, if one is.
    pub(crate) fn settle(&mut self, queue: usize, id: u64, settled: Settled) -> Option<u64> {
        let entry = self.frames.get_mut(&id)?;
        let meta = Arc::clone(&entry.meta);
        let place = entry.owed.iter().position(|owed| owed.queue == queue)?;
        let owed = entry.owed.swap_remove(place);
        if let Some(told) = owed.told {
            // Whoever does not wait any longer need not be told.
            let _ = told.send(settled);
        }
        let is_done = entry.owed.is_empty();
        if let Some(state) = self.queues.get_mut(queue) {
            state.report.in_flight.remove(&meta);
            state.report.settled.add(&settled);
        }
        self.release(queue, meta.records, meta.bytes);
        if !is_done {
            return None;
        }
        let entry = self.frames.remove(&id)?;
        let place = entry.place?;
        if let Some(wire) = entry.wire {
            self.cached = self.cached.saturating_sub(wire.len());
        }
        let segment = self.segments.get_mut(&place.segment)?;
        segment.live = segment.live.saturating_sub(1);
        (segment.live == 0 && segment.sealed).then_some(place.segment)
    }
}

impl QueueState {
    fn unit(&self) -> Unit {
        self.limit.map_or(Unit::Requests, |limit| limit.unit)
    }

    /// The limit that holds from now on, for what is there, too.
    pub(crate) fn limited(&mut self, limit: Limit) {
        let report = &self.report;
        let there = [&report.waiting, &report.in_flight].map(|part| match limit.unit {
            Unit::Requests => part.frames,
            Unit::Items => part.records,
            Unit::Bytes => part.bytes,
        });
        self.held = there.into_iter().fold(0, u64::saturating_add);
        self.limit = Some(limit);
    }
}
