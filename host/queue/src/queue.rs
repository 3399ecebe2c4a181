//! One queue: frames that wait for one destination.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Notify;

use crate::QueueReport;
use crate::disk::ReadError;
use crate::frame::{Frame, Settled};
use crate::index::Place;
use crate::store::{Shared, Store};

/// Frames that wait for one destination.
#[derive(Clone)]
pub struct Queue {
    shared: Arc<Shared>,
    pub(crate) number: usize,
    frames: Arc<Notify>,
}

/// A frame on its way. Dropped without being settled, it waits again, in front.
pub struct Taken {
    shared: Arc<Shared>,
    queue: usize,
    frames: Arc<Notify>,
    frame: Frame,
    /// Whether it is settled.
    is_done: bool,
}

impl Queue {
    pub(crate) fn new(shared: Arc<Shared>, number: usize, frames: Arc<Notify>) -> Self {
        Self {
            shared,
            number,
            frames,
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
            let news = self.frames.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            match self.try_next().await {
                Next::Taken(taken) => return Some(*taken),
                Next::Closed => return None,
                Next::Nothing => news.await,
            }
        }
    }

    /// Likewise, if there is one now.
    pub async fn next_now(&self) -> Option<Taken> {
        match self.try_next().await {
            Next::Taken(taken) => Some(*taken),
            Next::Nothing | Next::Closed => None,
        }
    }

    async fn try_next(&self) -> Next {
        loop {
            let (meta, place, wire) = {
                let mut index = self.shared.lock();
                if index.closed {
                    return Next::Closed;
                }
                let Some(id) = index.take(self.number) else {
                    return Next::Nothing;
                };
                let Some(entry) = index.frames.get(&id) else {
                    continue;
                };
                (Arc::clone(&entry.meta), entry.place, entry.wire.clone())
            };
            let mut taken = Taken {
                shared: Arc::clone(&self.shared),
                queue: self.number,
                frames: Arc::clone(&self.frames),
                frame: Frame {
                    meta,
                    wire: Bytes::new(),
                },
                is_done: false,
            };
            match (wire, place) {
                (Some(wire), _) => taken.frame.wire = wire,
                (None, Some(place)) => {
                    let Some(wire) = self.read(&taken, place).await else {
                        taken.lose(place);
                        continue;
                    };
                    taken.frame.wire = wire;
                }
                (None, None) => {}
            }
            return Next::Taken(Box::new(taken));
        }
    }

    /// The payload of a frame; none if it is not what was written.
    async fn read(&self, taken: &Taken, place: Place) -> Option<Bytes> {
        let bytes = taken.frame.meta.bytes;
        loop {
            let disk = Arc::clone(self.shared.disk.as_ref()?);
            let read = tokio::task::spawn_blocking(move || disk.read(&place, bytes)).await;
            match read {
                Ok(Ok(wire)) => return Some(wire),
                Ok(Err(ReadError::Io(error))) => {
                    // A disk that does not answer may answer again: the frame is not given up for that.
                    tracing::error!(target: "tollgate", %error, "the queue's disk cannot be read; it is tried again");
                    tokio::time::sleep(READ_PAUSE).await;
                    if self.shared.lock().closed {
                        return None;
                    }
                }
                Ok(Err(ReadError::Damaged | ReadError::Gone)) | Err(_) => return None,
            }
        }
    }

    /// What became of its records.
    #[must_use]
    pub fn report(&self) -> QueueReport {
        let index = self.shared.lock();
        let state = index.queues.get(self.number);
        state.map(|state| state.report.clone()).unwrap_or_default()
    }
}

const READ_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

enum Next {
    Taken(Box<Taken>),
    Nothing,
    Closed,
}

impl Taken {
    /// The frame.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Says what became of it. It never comes again.
    pub fn settle(mut self, settled: Settled) {
        self.finish(settled);
    }

    fn finish(&mut self, settled: Settled) {
        self.is_done = true;
        let id = self.frame.meta.id;
        let (place, name) = {
            let index = self.shared.lock();
            let place = index.frames.get(&id).and_then(|entry| entry.place);
            let queue = index.queues.get(self.queue);
            (
                place,
                queue.map(|state| state.name.clone()).unwrap_or_default(),
            )
        };
        // On disk before anybody is told: what is told must hold after a crash.
        if let Some((disk, place)) = self.shared.disk.as_ref().zip(place) {
            disk.settle(place.segment, id, disk.key.name(&name));
        }
        let emptied = self.shared.lock().settle(self.queue, id, settled);
        match emptied {
            Some(segment) => self.shared.remove(segment),
            None => self.shared.room.notify_waiters(),
        }
    }

    /// The disk has lost it.
    fn lose(mut self, place: Place) {
        let meta = Arc::clone(&self.frame.meta);
        if self.shared.lock().closed {
            return;
        }
        tracing::error!(target: "tollgate", segment = place.segment, offset = place.offset, records = meta.records, "a frame of the queue is damaged and kept aside");
        if let Some(disk) = &self.shared.disk
            && let Err(error) = disk.keep_aside(
                place.segment,
                place.offset,
                place.payload.saturating_add(meta.bytes),
            )
        {
            tracing::error!(target: "tollgate", %error, "a damaged frame could not be kept aside");
        }
        {
            let mut index = self.shared.lock();
            index.damaged_frames = index.damaged_frames.saturating_add(1);
        }
        self.finish(Settled::damaged(meta.records));
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        self.shared.lock().put_back(self.queue, self.frame.meta.id);
        self.frames.notify_one();
    }
}
