//! One queue: frames that wait for one destination.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tollgate_record::Signal;

use crate::disk::{Done, ReadError, Region};
use crate::frame::{Frame, Meta, NewFrame, Settled};
use crate::index::Place;
use crate::store::{Shared, Store};
use crate::{PutError, QueueReport};

/// Frames that wait for one destination.
#[derive(Clone)]
pub struct Queue {
    pub(crate) shared: Arc<Shared>,
    pub(crate) number: usize,
    news: Arc<Notify>,
}

/// A frame on its way. Dropped without being settled, it waits again, in front.
pub struct Taken {
    shared: Arc<Shared>,
    queue: usize,
    frame: Frame,
    /// Whether it is settled.
    is_done: bool,
}

impl Queue {
    pub(crate) fn new(shared: Arc<Shared>, number: usize, news: Arc<Notify>) -> Self {
        Self {
            shared,
            number,
            news,
        }
    }

    /// The store that it is in.
    #[must_use]
    pub fn store(&self) -> Store {
        Store(Arc::clone(&self.shared))
    }

    /// The oldest frame that nobody has taken, when there is one. None once the store is closed.
    pub async fn next(&self) -> Option<Taken> {
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            match self.try_next().await {
                Next::Taken(taken) => return Some(*taken),
                Next::Closed => return None,
                Next::Nothing => news.await,
                // A disk that does not answer may answer again: the frame is not given up at once for that.
                Next::Unread => tokio::time::sleep(READ_PAUSE).await,
            }
        }
    }

    /// Likewise, if there is one now.
    pub async fn next_now(&self) -> Option<Taken> {
        match self.try_next().await {
            Next::Taken(taken) => Some(*taken),
            Next::Nothing | Next::Unread | Next::Closed => None,
        }
    }

    async fn try_next(&self) -> Next {
        loop {
            let (meta, places, wire) = {
                let mut index = self.shared.lock();
                if index.closed {
                    return Next::Closed;
                }
                let Some(entry) = index.take(self.number) else {
                    return Next::Nothing;
                };
                let (meta, wire) = (Arc::clone(&entry.meta), entry.wire.clone());
                let places = if wire.is_none() {
                    entry.places.clone()
                } else {
                    Vec::new()
                };
                (meta, places, wire)
            };
            // From here on it waits again if this future is dropped.
            let mut taken = Taken {
                shared: Arc::clone(&self.shared),
                queue: self.number,
                frame: Frame {
                    meta,
                    wire: Bytes::new(),
                },
                is_done: false,
            };
            if let Some(wire) = wire {
                taken.frame.wire = wire;
                return Next::Taken(Box::new(taken));
            }
            match self.read(&taken.frame.meta, places.clone()).await {
                Read::Whole(wire) => {
                    taken.frame.wire = wire;
                    return Next::Taken(Box::new(taken));
                }
                Read::Damaged => taken.lose(&places),
                Read::Failed => {
                    if !taken.is_given_up() {
                        return Next::Unread;
                    }
                }
                Read::Unknown => return Next::Unread,
            }
        }
    }

    /// The payload of a frame, from the first place where it is what was written.
    async fn read(&self, meta: &Meta, places: Vec<Place>) -> Read {
        let Some(disk) = self.shared.disk.clone() else {
            return Read::Damaged;
        };
        let bytes = meta.bytes;
        let read = tokio::task::spawn_blocking(move || {
            let mut outcome = Read::Damaged;
            for place in &places {
                match disk.read(place, bytes) {
                    Ok(wire) => return Read::Whole(wire),
                    Err(ReadError::Damaged) => {}
                    Err(ReadError::Io(error)) => {
                        tracing::error!(target: "tollgate", segment = place.segment, %error, "the queue's disk cannot be read; it is tried again");
                        outcome = Read::Failed;
                    }
                }
            }
            outcome
        });
        // A runtime that ends has read nothing: nothing is known of the frame.
        read.await.unwrap_or(Read::Unknown)
    }

    /// Records of a signal that it had when the store was opened. They are told once: whoever asks takes them into an account of its own.
    #[must_use]
    pub fn take_restored(&self, signal: Signal) -> u64 {
        let mut index = self.shared.lock();
        let state = index.queues.get_mut(self.number);
        let count = state.and_then(|state| state.restored.get_mut(signal as usize));
        count.map(std::mem::take).unwrap_or_default()
    }

    /// Records of a signal that damage of the disk has cost: nobody is handed them.
    #[must_use]
    pub fn damaged(&self, signal: Signal) -> u64 {
        let index = self.shared.lock();
        let state = index.queues.get(self.number);
        let counts = state.map(|state| state.damaged).unwrap_or_default();
        counts.get(signal as usize).copied().unwrap_or_default()
    }

    /// What became of its records.
    #[must_use]
    pub fn report(&self) -> QueueReport {
        let index = self.shared.lock();
        let state = index.queues.get(self.number);
        state.map(|state| state.report.clone()).unwrap_or_default()
    }
}

const READ_PAUSE: Duration = Duration::from_secs(1);
/// How often a frame is read before those behind it need not wait for it any longer.
const READS: u8 = 10;

enum Next {
    Taken(Box<Taken>),
    Nothing,
    Unread,
    Closed,
}

enum Read {
    Whole(Bytes),
    Damaged,
    /// The disk does not say what is there.
    Failed,
    /// Nobody asked the disk.
    Unknown,
}

impl Taken {
    /// The frame.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Says what became of it. It never comes again.
    pub fn settle(mut self, settled: Settled) {
        self.finish(&settled);
    }

    /// Says what became of a part of it; `rest` holds the records that `settled` counts as moved, and waits in the same queue, behind what
    /// is there. Where it cannot be put, the frame waits again as a whole: what was settled comes twice then, and nothing is lost.
    pub async fn settle_with(mut self, settled: Settled, rest: NewFrame) -> Result<(), PutError> {
        let store = Store(Arc::clone(&self.shared));
        store.put_rest(rest, self.queue).await?;
        self.finish(&settled);
        Ok(())
    }

    fn finish(&mut self, settled: &Settled) {
        self.is_done = true;
        let id = self.frame.meta.id;
        // On disk before anybody is told: what is told must hold after a crash.
        if let Some(disk) = &self.shared.disk {
            let (segments, name) = {
                let index = self.shared.lock();
                let places = index.frames.get(&id).map(|entry| entry.places.as_slice());
                let segments = places.unwrap_or_default().iter().map(|place| place.segment);
                let queue = index.queues.get(self.queue);
                let segments: Vec<_> = segments.collect();
                (segments, queue.map(|state| Arc::clone(&state.name)))
            };
            let queue = disk.key.name(name.as_deref().unwrap_or_default());
            disk.settle(segments.into_iter().map(|segment| Done {
                segment,
                frame: id,
                queue,
            }));
        }
        let emptied = {
            let mut index = self.shared.lock();
            let emptied = index.settle(self.queue, id, settled);
            index.drop_segments(&emptied);
            emptied
        };
        self.shared.remove(emptied);
    }

    /// The disk has lost it.
    fn lose(mut self, places: &[Place]) {
        let meta = Arc::clone(&self.frame.meta);
        let mut is_new = false;
        for place in places {
            let region = Region {
                segment: place.segment,
                offset: place.offset,
                length: place.payload.saturating_add(meta.bytes),
            };
            let Some(disk) = &self.shared.disk else {
                continue;
            };
            match disk.keep_aside(&region) {
                Ok(kept) => is_new |= kept,
                Err(error) => {
                    is_new = true;
                    tracing::error!(target: "tollgate", %error, "a damaged frame cannot be kept aside; its file stays");
                    self.shared.lock().stays(place.segment);
                }
            }
            if is_new {
                tracing::error!(target: "tollgate", segment = place.segment, offset = place.offset, records = meta.records, "a frame of the queue is damaged; it is kept aside");
            }
        }
        if is_new {
            let mut index = self.shared.lock();
            index.damaged_frames = index.damaged_frames.saturating_add(1);
        }
        self.finish(&Settled::damaged(meta.records));
    }

    /// Counts that the disk did not let us read it. Too often, and it is passed by until the folder is opened again.
    fn is_given_up(&mut self) -> bool {
        let id = self.frame.meta.id;
        let mut index = self.shared.lock();
        let Some(entry) = index.frames.get_mut(&id) else {
            return true;
        };
        entry.failed_reads = entry.failed_reads.saturating_add(1);
        if entry.failed_reads < READS {
            return false;
        }
        let segments: Vec<_> = entry.places.iter().map(|place| place.segment).collect();
        for segment in segments {
            index.stays(segment);
        }
        index.damaged_frames = index.damaged_frames.saturating_add(1);
        let damaged = Settled::damaged(self.frame.meta.records);
        index.settle(self.queue, id, &damaged);
        drop(index);
        self.is_done = true;
        tracing::error!(target: "tollgate", records = self.frame.meta.records, "a frame of the queue cannot be read; it stays on the disk until the next start");
        true
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if !self.is_done {
            let id = self.frame.meta.id;
            self.shared.lock().put_back(self.queue, id);
        }
    }
}
