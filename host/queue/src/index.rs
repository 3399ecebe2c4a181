//! What is known in memory: every frame, every queue, and what became of all records, under one lock.
//!
//! One lock, so that the numbers are exact at any moment: what was put into a queue is waiting, on its way, or settled.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};

use crate::frame::{Meta, Settled};
use crate::report::{Amount, Latencies};
use crate::room::Rooms;
use crate::{Limit, NamedQueue, QueueReport};

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
    /// None in memory; more than one where a file lies in the folder twice.
    pub(crate) places: Vec<Place>,
    /// The payload, as long as there is room for it.
    pub(crate) wire: Option<Bytes>,
    pub(crate) owed: Vec<Owed>,
    /// How often the disk did not let us read it.
    pub(crate) failed_reads: u8,
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
    pub(crate) name: Arc<str>,
    pub(crate) limit: Option<Limit>,
    /// Frames that nobody has taken, oldest first.
    pub(crate) waiting: BTreeSet<u64>,
    /// What has its room and is not there yet: it is being written.
    pub(crate) coming: Amount,
    pub(crate) report: QueueReport,
    /// What it had when the store was opened, by signal.
    pub(crate) restored: [u64; 3],
    /// What damage has cost, by signal.
    pub(crate) damaged: [u64; 3],
    /// Somebody may find a frame here.
    pub(crate) news: Arc<Notify>,
}

/// A file of frames.
#[derive(Debug, Default)]
pub(crate) struct SegmentState {
    /// Frames that some queue still has.
    pub(crate) live: usize,
    pub(crate) bytes: u64,
    /// Whether nothing more is written to it.
    pub(crate) sealed: bool,
    /// Whether it holds what could neither be read nor be kept elsewhere: it stays.
    pub(crate) stays: bool,
}

impl SegmentState {
    /// Whether nothing of it is needed any more.
    pub(crate) fn is_done(&self) -> bool {
        self.live == 0 && self.sealed && !self.stays
    }
}

/// Everything.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) queues: Vec<QueueState>,
    pub(crate) frames: HashMap<u64, Entry>,
    pub(crate) segments: BTreeMap<u64, SegmentState>,
    pub(crate) rooms: Rooms,
    pub(crate) next_id: u64,
    /// Bytes of payloads in memory that are on disk, too.
    pub(crate) cached: usize,
    pub(crate) closed: bool,
    pub(crate) damaged_frames: u64,
    pub(crate) torn: u64,
    pub(crate) write_errors: u64,
    pub(crate) commits: Latencies,
}

impl Index {
    /// The queue of this name, made if there is none.
    pub(crate) fn queue(&mut self, name: &str) -> usize {
        let known = self.queues.iter().position(|queue| &*queue.name == name);
        known.unwrap_or_else(|| {
            self.queues.push(QueueState {
                name: name.into(),
                ..QueueState::default()
            });
            self.queues.len().saturating_sub(1)
        })
    }

    /// A number that no frame of this store had.
    pub(crate) fn new_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        id
    }

    /// The names of queues.
    pub(crate) fn names(&self, queues: &[usize]) -> Vec<String> {
        let known = |queue: &usize| Some(self.queues.get(*queue)?.name.to_string());
        queues.iter().filter_map(known).collect()
    }

    /// Bytes of all segments, with what is being written.
    pub(crate) fn bytes_on_disk(&self) -> u64 {
        let segments = self.segments.values().map(|segment| segment.bytes);
        segments.fold(self.rooms.on_disk, u64::saturating_add)
    }

    /// A frame is in these queues from now on.
    pub(crate) fn publish(&mut self, entry: Entry, restored: bool) {
        let id = entry.meta.id;
        for place in &entry.places {
            self.lies_in(place.segment);
        }
        if let Some(wire) = entry.wire.as_ref().filter(|_| !entry.places.is_empty()) {
            self.cached = self.cached.saturating_add(wire.len());
        }
        for owed in &entry.owed {
            if let Some(queue) = self.queues.get_mut(owed.queue) {
                queue.waiting.insert(id);
                let came = if restored {
                    if let Some(of_signal) = queue.restored.get_mut(entry.meta.signal as usize) {
                        *of_signal = of_signal.saturating_add(entry.meta.records.into());
                    }
                    &mut queue.report.restored
                } else {
                    &mut queue.report.put
                };
                *came = came.saturating_add(entry.meta.records.into());
                queue.report.waiting.add(&entry.meta);
                queue.news.notify_one();
            }
        }
        self.frames.insert(id, entry);
    }

    /// A frame lies in a second file, too.
    pub(crate) fn lies_too(&mut self, id: u64, place: Place) {
        if let Some(entry) = self.frames.get_mut(&id) {
            entry.places.push(place);
            self.lies_in(place.segment);
        }
    }

    fn lies_in(&mut self, segment: u64) {
        let segment = self.segments.entry(segment).or_default();
        segment.live = segment.live.saturating_add(1);
    }

    /// A segment holds what is nowhere else.
    pub(crate) fn stays(&mut self, segment: u64) {
        self.segments.entry(segment).or_default().stays = true;
    }

    /// The oldest frame of a queue that nobody has taken, on its way from now on.
    pub(crate) fn take(&mut self, queue: usize) -> Option<&Entry> {
        let state = self.queues.get_mut(queue)?;
        let id = state.waiting.pop_first()?;
        let entry = self.frames.get(&id)?;
        state.report.waiting.remove(&entry.meta);
        state.report.in_flight.add(&entry.meta);
        Some(entry)
    }

    /// A frame that was taken waits again, in front.
    pub(crate) fn put_back(&mut self, queue: usize, id: u64) {
        if let Some((state, entry)) = self.queues.get_mut(queue).zip(self.frames.get(&id)) {
            state.waiting.insert(id);
            state.report.in_flight.remove(&entry.meta);
            state.report.waiting.add(&entry.meta);
            state.news.notify_one();
        }
    }

    /// A queue is done with a frame that it had taken; the segments that nothing of is needed now.
    pub(crate) fn settle(&mut self, queue: usize, id: u64, settled: &Settled) -> Vec<u64> {
        let Some(entry) = self.frames.get_mut(&id) else {
            return Vec::new();
        };
        let Some(place) = entry.owed.iter().position(|owed| owed.queue == queue) else {
            return Vec::new();
        };
        let owed = entry.owed.swap_remove(place);
        let settled = settled.of(entry.meta.records);
        if let Some(state) = self.queues.get_mut(queue) {
            state.report.in_flight.remove(&entry.meta);
            state.report.settled.add(&settled);
            if let Some(of_signal) = state.damaged.get_mut(entry.meta.signal as usize) {
                *of_signal = of_signal.saturating_add(settled.damaged);
            }
        }
        if let Some(told) = owed.told {
            // Whoever does not wait any longer need not be told.
            let _ = told.send(settled);
        }
        let is_done = entry.owed.is_empty();
        let emptied = if is_done { self.forget(id) } else { Vec::new() };
        self.give_room();
        emptied
    }

    /// Every queue is done with a frame.
    fn forget(&mut self, id: u64) -> Vec<u64> {
        let Some(entry) = self.frames.remove(&id) else {
            return Vec::new();
        };
        if let Some(wire) = entry.wire.filter(|_| !entry.places.is_empty()) {
            self.cached = self.cached.saturating_sub(wire.len());
        }
        let mut emptied = Vec::new();
        for place in entry.places {
            if let Some(segment) = self.segments.get_mut(&place.segment) {
                segment.live = segment.live.saturating_sub(1);
                if segment.is_done() {
                    emptied.push(place.segment);
                }
            }
        }
        emptied
    }

    /// Every queue by its name.
    pub(crate) fn report(&self) -> Vec<NamedQueue> {
        let named = |state: &QueueState| NamedQueue {
            name: state.name.to_string(),
            // Whoever has it listens to its news.
            is_open: Arc::strong_count(&state.news) > 1,
            report: state.report.clone(),
        };
        self.queues.iter().map(named).collect()
    }
}
