//! Room in queues and in the folder: taken before anything is written, in all queues or in none, and in turn.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::PutError;
use crate::frame::Meta;
use crate::index::{Index, QueueState};
use crate::report::Amount;
use crate::store::Shared;

/// What stands before a payload takes about as much.
const HEADER: u64 = 256;

/// Who waits for room, and what the folder may hold.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    /// None in memory.
    pub(crate) max_size: Option<u64>,
    /// Bytes on their way to the disk.
    pub(crate) on_disk: u64,
    waiting: VecDeque<Waiting>,
}

impl Rooms {
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[derive(Debug)]
struct Waiting {
    meta: Arc<Meta>,
    queues: Arc<[usize]>,
    granted: oneshot::Sender<()>,
}

/// Room that a frame has until it is in its queues. Dropped before, it is given back.
pub(crate) struct Room {
    shared: Arc<Shared>,
    meta: Arc<Meta>,
    queues: Arc<[usize]>,
    is_used: bool,
}

/// What somebody who asks for room is told.
enum Answer {
    Taken,
    Wait(oneshot::Receiver<()>),
}

impl Room {
    /// Takes room in all of these queues, now or when it is there; an error if one of them does not wait.
    pub(crate) async fn take(
        shared: &Arc<Shared>,
        meta: Arc<Meta>,
        queues: Arc<[usize]>,
    ) -> Result<Self, PutError> {
        let answer = shared.lock().ask(&meta, &queues)?;
        match answer {
            Answer::Taken => {}
            Answer::Wait(granted) => {
                let mut turn = Turn {
                    shared,
                    meta: &meta,
                    queues: &queues,
                    granted,
                };
                let granted = (&mut turn.granted).await;
                if granted.is_err() {
                    return Err(PutError::Closed);
                }
            }
        }
        Ok(Self {
            shared: Arc::clone(shared),
            meta,
            queues,
            is_used: false,
        })
    }

    /// Room that is there already, under another frame.
    pub(crate) fn again(shared: &Arc<Shared>, meta: Arc<Meta>, queues: Arc<[usize]>) -> Self {
        shared.lock().reserve(&meta, &queues);
        Self {
            shared: Arc::clone(shared),
            meta,
            queues,
            is_used: false,
        }
    }

    /// The frame is in its queues.
    pub(crate) fn used(mut self, index: &mut Index) {
        self.is_used = true;
        index.arrived(&self.meta, &self.queues);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if !self.is_used {
            let mut index = self.shared.lock();
            index.arrived(&self.meta, &self.queues);
            index.give_room();
        }
    }
}

/// Somebody's place among those who wait. Left before room was given, it is nobody's; left after that and before it was seen, the room
/// is given back.
struct Turn<'a> {
    shared: &'a Shared,
    meta: &'a Meta,
    queues: &'a [usize],
    granted: oneshot::Receiver<()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut index = self.shared.lock();
        self.granted.close();
        if self.granted.try_recv().is_ok() {
            index.arrived(self.meta, self.queues);
        }
        index.give_room();
    }
}

impl Index {
    fn ask(&mut self, meta: &Arc<Meta>, queues: &Arc<[usize]>) -> Result<Answer, PutError> {
        if self.closed {
            return Err(PutError::Closed);
        }
        let states = queues.iter().filter_map(|queue| self.queues.get(*queue));
        let waits = |state: &QueueState| state.limit.is_some_and(|limit| limit.block);
        let has_disk = self.has_disk(meta);
        for state in states {
            let fits = has_disk && state.has_room(meta);
            if !fits && !waits(state) {
                return Err(PutError::Full);
            }
        }
        let is_my_turn = !self.rooms.waiting.iter().any(|other| {
            let mut shared = other.queues.iter().filter(|queue| queues.contains(queue));
            shared.any(|queue| self.queues.get(*queue).is_some_and(waits))
        });
        if is_my_turn && has_disk && self.has_queues(meta, queues) {
            self.reserve(meta, queues);
            return Ok(Answer::Taken);
        }
        let (granted, grant) = oneshot::channel();
        self.rooms.waiting.push_back(Waiting {
            meta: Arc::clone(meta),
            queues: Arc::clone(queues),
            granted,
        });
        Ok(Answer::Wait(grant))
    }

    fn has_disk(&self, meta: &Meta) -> bool {
        let most = self.rooms.max_size;
        most.is_none_or(|most| self.bytes_on_disk().saturating_add(on_disk(meta)) <= most)
    }

    fn has_queues(&self, meta: &Meta, queues: &[usize]) -> bool {
        let mut states = queues.iter().filter_map(|queue| self.queues.get(*queue));
        states.all(|state| state.has_room(meta))
    }

    fn reserve(&mut self, meta: &Meta, queues: &[usize]) {
        for queue in queues {
            if let Some(state) = self.queues.get_mut(*queue) {
                state.coming.add(meta);
            }
        }
        if self.rooms.max_size.is_some() {
            self.rooms.on_disk = self.rooms.on_disk.saturating_add(on_disk(meta));
        }
    }

    /// A frame is not on its way any more: it is there, or it will never be.
    fn arrived(&mut self, meta: &Meta, queues: &[usize]) {
        for queue in queues {
            if let Some(state) = self.queues.get_mut(*queue) {
                state.coming.remove(meta);
            }
        }
        if self.rooms.max_size.is_some() {
            self.rooms.on_disk = self.rooms.on_disk.saturating_sub(on_disk(meta));
        }
    }

    /// Gives the room that there is to those who wait, in turn: nobody passes one who waits for the same queue.
    pub(crate) fn give_room(&mut self) {
        let mut passed = BTreeSet::new();
        let mut place = 0;
        while let Some(next) = self.rooms.waiting.get(place) {
            let (meta, queues) = (Arc::clone(&next.meta), Arc::clone(&next.queues));
            let has_left = next.granted.is_closed();
            let is_in_turn = !queues.iter().any(|queue| passed.contains(queue));
            let has_disk = self.has_disk(&meta);
            let fits = is_in_turn && has_disk && self.has_queues(&meta, &queues);
            if !fits && !has_left {
                passed.extend(queues.iter().copied());
                if !has_disk {
                    return;
                }
                place = place.saturating_add(1);
                continue;
            }
            let Some(next) = self.rooms.waiting.remove(place) else {
                return;
            };
            if !has_left && next.granted.send(()).is_ok() {
                self.reserve(&meta, &queues);
            }
        }
    }

    /// Nobody gets room any more.
    pub(crate) fn end_waiting(&mut self) {
        self.rooms.waiting.clear();
    }
}

impl QueueState {
    /// Whether there is room for a frame. One alone always fits: a limit that nothing can pass would stop everything.
    fn has_room(&self, meta: &Meta) -> bool {
        let Some(limit) = self.limit else {
            return true;
        };
        let parts = [&self.report.waiting, &self.report.in_flight, &self.coming];
        let there = parts.map(|part: &Amount| limit.unit.of_amount(part));
        let there = there.into_iter().fold(0, u64::saturating_add);
        let more = limit.unit.of_amount(&Amount::of(meta));
        there == 0 || there.saturating_add(more) <= limit.size
    }
}

/// What a frame takes of the disk, about.
fn on_disk(meta: &Meta) -> u64 {
    meta.bytes.saturating_add(HEADER)
}
