//! The one thread that writes: everything that waits is one write and one `fsync`, then all who wait are told.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::disk::Disk;
use crate::folder::File;
use crate::frame::{Meta, Settled};
use crate::index::{Entry, Index, Owed, Place};
use crate::layout::{HEAD, frame_head};
use crate::room::Room;
use crate::seal::SEAL;
use crate::store::Shared;
use crate::{PutError, Receipt};

/// What is written at once.
const FRAMES: usize = 256;
const BYTES: usize = 16 << 20;
/// How long a segment that nothing of is needed waits for the next frame before it goes.
const IDLE: Duration = Duration::from_secs(1);

/// Bytes from which on a segment is left for another one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// Whatever is in it.
    pub(crate) full: u64,
    /// If nothing of it is needed, so that it can go.
    pub(crate) settled: u64,
}

impl Sizes {
    /// A folder with a limit has a few segments at least: room comes back by the segment.
    pub(crate) fn within(max_size: Option<u64>) -> Self {
        let full = (64 << 20).min(max_size.unwrap_or(u64::MAX) / 8);
        Self {
            full,
            settled: full / 2,
        }
    }
}

/// A frame that is to be written.
pub(crate) struct Put {
    pub(crate) meta: Arc<Meta>,
    pub(crate) queues: Arc<[usize]>,
    pub(crate) names: Vec<String>,
    pub(crate) wire: Bytes,
    pub(crate) check: [u8; SEAL],
    pub(crate) room: Room,
    pub(crate) since: Instant,
    pub(crate) reply: oneshot::Sender<Result<Vec<Receipt>, PutError>>,
}

/// The segment that is written.
struct Open {
    segment: u64,
    frames: Arc<dyn File>,
    length: u64,
}

pub(crate) struct Writer {
    shared: Weak<Shared>,
    disk: Arc<Disk>,
    sizes: Sizes,
    open: Option<Open>,
    next_segment: u64,
}

impl Writer {
    pub(crate) fn new(
        shared: Weak<Shared>,
        disk: Arc<Disk>,
        sizes: Sizes,
        next_segment: u64,
    ) -> Self {
        Self {
            shared,
            disk,
            sizes,
            open: None,
            next_segment,
        }
    }

    /// Writes until nobody can put anything any more.
    pub(crate) fn run(mut self, jobs: &Receiver<Put>) {
        loop {
            let first = match jobs.recv_timeout(IDLE) {
                Ok(first) => first,
                Err(RecvTimeoutError::Timeout) => {
                    self.tidy();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut bytes = first.wire.len();
            let mut group = vec![first];
            while group.len() < FRAMES && bytes < BYTES {
                let Ok(put) = jobs.try_recv() else {
                    break;
                };
                bytes = bytes.saturating_add(put.wire.len());
                group.push(put);
            }
            self.put(group);
        }
        if let Some(shared) = self.shared.upgrade() {
            self.seal(&shared);
        }
    }

    fn put(&mut self, group: Vec<Put>) {
        // Without a store there is nobody who is told.
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        match self.write(&shared, &group) {
            Ok(places) => publish(&shared, group, places),
            Err(error) => {
                self.abandon(&shared);
                refuse(&shared, group, &error);
            }
        }
    }

    fn write(&mut self, shared: &Shared, group: &[Put]) -> io::Result<Vec<Place>> {
        self.roll(shared);
        let open = if let Some(open) = &mut self.open {
            open
        } else {
            let segment = self.next_segment;
            self.next_segment = segment.saturating_add(1);
            let frames = self.disk.create(segment)?;
            let length = length(HEAD);
            shared.lock().segments.entry(segment).or_default().bytes = length;
            self.open.insert(Open {
                segment,
                frames,
                length,
            })
        };
        let head = |put: &Put| {
            let key = &self.disk.key;
            frame_head(key, open.segment, &put.meta, &put.names, &put.check)
        };
        let heads: Option<Vec<_>> = group.iter().map(head).collect();
        let heads = heads.ok_or(io::ErrorKind::InvalidInput)?;
        let mut parts: Vec<&[u8]> = Vec::with_capacity(group.len().saturating_mul(2));
        let mut places = Vec::with_capacity(group.len());
        let mut offset = open.length;
        for (put, head) in group.iter().zip(&heads) {
            parts.extend([head.as_slice(), &put.wire]);
            places.push(Place {
                segment: open.segment,
                offset,
                payload: length(head.len()),
                check: put.check,
            });
            offset = offset
                .saturating_add(length(head.len()))
                .saturating_add(put.meta.bytes);
        }
        open.frames.append(&parts)?;
        if self.disk.fsync {
            open.frames.sync()?;
        }
        open.length = offset;
        Ok(places)
    }

    /// Leaves a segment that is full, or that nothing of is needed any more.
    fn roll(&mut self, shared: &Shared) {
        let Some(open) = &self.open else {
            return;
        };
        let is_full = open.length >= self.sizes.full;
        if is_full || (open.length >= self.sizes.settled && is_settled(shared, open.segment)) {
            self.seal(shared);
        }
    }

    /// Nothing happens: a segment that nothing of is needed can go.
    fn tidy(&mut self) {
        if let Some((open, shared)) = self.open.as_ref().zip(self.shared.upgrade())
            && is_settled(&shared, open.segment)
        {
            self.seal(&shared);
        }
    }

    /// Writes nothing more to the segment; it goes if nothing of it is needed.
    fn seal(&mut self, shared: &Shared) {
        let Some(open) = self.open.take() else {
            return;
        };
        let is_done = {
            let mut index = shared.lock();
            let state = index.segments.entry(open.segment).or_default();
            state.sealed = true;
            let is_done = state.is_done();
            if is_done {
                index.segments.remove(&open.segment);
                index.give_room();
            }
            is_done
        };
        if is_done {
            shared.remove(vec![open.segment]);
        }
    }

    /// After a failed write nobody knows what is on the disk: the file ends where it was last known to be good, and is left.
    fn abandon(&mut self, shared: &Shared) {
        if let Some(open) = &self.open {
            // Frames of which nobody was told may come back if this fails, too; they are delivered twice then, and not lost.
            let _ = open.frames.truncate(open.length);
        }
        self.seal(shared);
    }
}

fn is_settled(shared: &Shared, segment: u64) -> bool {
    let index = shared.lock();
    let state = index.segments.get(&segment);
    state.is_none_or(|state| state.live == 0)
}

/// The frames are on the disk: their queues have them.
fn publish(shared: &Shared, group: Vec<Put>, places: Vec<Place>) {
    let mut replies = Vec::with_capacity(group.len());
    {
        let mut index = shared.lock();
        for (put, place) in group.into_iter().zip(places) {
            let segment = index.segments.entry(place.segment).or_default();
            let bytes = place.payload.saturating_add(put.meta.bytes);
            segment.bytes = segment.bytes.saturating_add(bytes);
            let has_room = index.cached.saturating_add(put.wire.len()) <= shared.cache;
            let wire = has_room.then_some(put.wire);
            let (entry, receipts) = entry(put.meta, vec![place], wire, &put.queues);
            put.room.used(&mut index);
            index.publish(entry, false);
            index.commits.add(put.since.elapsed());
            replies.push((put.reply, receipts));
        }
    }
    for (reply, receipts) in replies {
        // A client that is gone meanwhile has its records taken all the same.
        let _ = reply.send(Ok(receipts));
    }
}

fn refuse(shared: &Shared, group: Vec<Put>, error: &io::Error) {
    tracing::error!(target: "tollgate", %error, frames = group.len(), "the queue's disk does not take what is written; clients are asked to send it again");
    {
        let mut index = shared.lock();
        index.write_errors = index.write_errors.saturating_add(1);
    }
    for put in group {
        drop(put.room);
        let _ = put.reply.send(Err(PutError::Disk(error.kind())));
    }
}

/// A frame of these queues, and what tells what becomes of it in each.
pub(crate) fn entry(
    meta: Arc<Meta>,
    places: Vec<Place>,
    wire: Option<Bytes>,
    queues: &[usize],
) -> (Entry, Vec<Receipt>) {
    let mut receipts = Vec::with_capacity(queues.len());
    let owed = queues.iter().map(|queue| {
        let (told, tells) = oneshot::channel::<Settled>();
        receipts.push(Receipt(tells));
        Owed {
            queue: *queue,
            told: Some(told),
        }
    });
    let owed = owed.collect();
    let entry = Entry {
        meta,
        places,
        wire,
        owed,
        failed_reads: 0,
    };
    (entry, receipts)
}

impl Index {
    /// Removes what is known of segments that nothing of is needed.
    pub(crate) fn drop_segments(&mut self, segments: &[u64]) {
        for segment in segments {
            self.segments.remove(segment);
        }
        if !segments.is_empty() {
            self.give_room();
        }
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
