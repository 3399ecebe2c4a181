//! The one thread that writes: everything that waits is one write and one `fsync`, then all who wait are told.

use std::io;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::disk::{Disk, Files};
use crate::frame::{Meta, Settled};
use crate::index::{Entry, Index, Owed, Place};
use crate::layout::{HEAD, frame_head};
use crate::store::Shared;
use crate::{PutError, Receipt};

/// Bytes of a segment from which on another one is begun.
const SEGMENT: u64 = 64 << 20;
/// Bytes of a segment without anything left in it, from which on another one is begun so that this one can go.
const SETTLED_SEGMENT: u64 = 4 << 20;
/// What is written at once.
const FRAMES: usize = 256;
const BYTES: usize = 16 << 20;
/// Payloads that are kept in memory, so that they need not be read back.
const CACHE: usize = 32 << 20;

/// A frame that is to be written.
pub(crate) struct Job {
    pub(crate) meta: Arc<Meta>,
    pub(crate) queues: Vec<usize>,
    pub(crate) names: Vec<String>,
    pub(crate) wire: Bytes,
    pub(crate) reply: oneshot::Sender<Reply>,
}

/// The segment that is written.
struct Open {
    segment: u64,
    files: Files,
    length: u64,
}

pub(crate) struct Writer {
    shared: Weak<Shared>,
    disk: Arc<Disk>,
    open: Option<Open>,
    next_segment: u64,
}

impl Writer {
    pub(crate) fn new(shared: Weak<Shared>, disk: Arc<Disk>, next_segment: u64) -> Self {
        Self {
            shared,
            disk,
            open: None,
            next_segment,
        }
    }

    /// Writes until nobody can put anything any more.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut bytes = first.wire.len();
            let mut group = vec![first];
            while group.len() < FRAMES && bytes < BYTES {
                match jobs.try_recv() {
                    Ok(job) => {
                        bytes = bytes.saturating_add(job.wire.len());
                        group.push(job);
                    }
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
            }
            let Some(shared) = self.shared.upgrade() else {
                return;
            };
            let replies = match self.write(&shared, &group) {
                Ok(places) => publish(&shared, group, places),
                Err(error) => {
                    self.abandon(&shared);
                    refuse(&shared, group, &error)
                }
            };
            // Whoever is told may be the last one to use the store, and open the folder anew.
            drop(shared);
            for (reply, result) in replies {
                // A client that is gone meanwhile has its records taken all the same.
                let _ = reply.send(result);
            }
        }
        if let Some(shared) = self.shared.upgrade() {
            self.seal(&shared);
        }
    }

    fn write(&mut self, shared: &Shared, group: &[Job]) -> io::Result<Vec<Place>> {
        self.roll(shared);
        let heads: Vec<_> = group
            .iter()
            .map(|job| {
                let names: Vec<_> = job.names.iter().map(String::as_str).collect();
                frame_head(&self.disk.key, &job.meta, &names, &job.wire)
            })
            .collect();
        let fsync = self.disk.fsync;
        let open = self.open()?;
        let mut parts: Vec<&[u8]> = Vec::with_capacity(group.len().saturating_mul(2));
        let mut places = Vec::with_capacity(group.len());
        let mut offset = open.length;
        for (job, head) in group.iter().zip(&heads) {
            parts.extend([head.as_slice(), &job.wire]);
            places.push(Place {
                segment: open.segment,
                offset,
                payload: length(head.len()),
                // The last thing in a header but for the header's own checksum.
                check: payload_check(head),
            });
            let whole = length(head.len()).saturating_add(length(job.wire.len()));
            offset = offset.saturating_add(whole);
        }
        open.files.frames.append(&parts)?;
        if fsync {
            open.files.frames.sync()?;
        }
        open.length = offset;
        Ok(places)
    }

    /// The segment that is written; a new one if there is none.
    fn open(&mut self) -> io::Result<&mut Open> {
        if self.open.is_none() {
            let segment = self.next_segment;
            self.next_segment = segment.saturating_add(1);
            self.open = Some(Open {
                segment,
                files: self.disk.create(segment)?,
                length: length(HEAD),
            });
        }
        self.open.as_mut().ok_or(io::ErrorKind::NotFound.into())
    }

    /// Leaves a segment that is full, or that nothing of is needed any more.
    fn roll(&mut self, shared: &Shared) {
        let Some(open) = self
            .open
            .as_ref()
            .filter(|open| open.length >= SETTLED_SEGMENT)
        else {
            return;
        };
        let is_empty = {
            let index = shared.lock();
            let state = index.segments.get(&open.segment);
            state.is_none_or(|segment| segment.live == 0)
        };
        if is_empty || open.length >= SEGMENT {
            self.seal(shared);
        }
    }

    /// Writes nothing more to the segment; it goes if nothing of it is needed.
    fn seal(&mut self, shared: &Shared) {
        let Some(open) = self.open.take() else {
            return;
        };
        let is_empty = {
            let mut index = shared.lock();
            let state = index.segments.entry(open.segment).or_default();
            state.sealed = true;
            state.live == 0
        };
        if is_empty {
            shared.remove(open.segment);
        }
    }

    /// After a failed write nobody knows what is on the disk: the file ends where it was last known to be good, and is left.
    fn abandon(&mut self, shared: &Shared) {
        if let Some(open) = &self.open {
            // Frames of which nobody was told may come back if this fails, too; they are delivered twice then, and not lost.
            let _ = open.files.frames.truncate(open.length);
        }
        self.seal(shared);
    }
}

fn payload_check(head: &[u8]) -> [u8; crate::seal::SEAL] {
    let seal = crate::seal::SEAL;
    let end = head.len().saturating_sub(seal);
    let check = head.get(end.saturating_sub(seal)..end);
    check
        .and_then(|check| check.try_into().ok())
        .unwrap_or_default()
}

/// What is told to those who wait.
type Reply = Result<Vec<Receipt>, PutError>;
type Replies = Vec<(oneshot::Sender<Reply>, Reply)>;

/// The frames are on the disk: their queues have them.
fn publish(shared: &Shared, group: Vec<Job>, places: Vec<Place>) -> Replies {
    let mut woken = Vec::new();
    let mut replies = Vec::with_capacity(group.len());
    {
        let mut index = shared.lock();
        for (job, place) in group.into_iter().zip(places) {
            let bytes = place.payload.saturating_add(job.meta.bytes);
            index.pending = index.pending.saturating_sub(bytes_of(&job.meta));
            let segment = index.segments.entry(place.segment).or_default();
            segment.bytes = segment.bytes.saturating_add(bytes);
            let room = index.cached.saturating_add(job.wire.len()) <= CACHE;
            let wire = room.then_some(job.wire);
            let (entry, receipts) = entry(job.meta, Some(place), wire, &job.queues);
            woken.extend(job.queues);
            index.publish(entry, false);
            replies.push((job.reply, Ok(receipts)));
        }
    }
    shared.wake(&woken);
    replies
}

fn refuse(shared: &Shared, group: Vec<Job>, error: &io::Error) -> Replies {
    tracing::error!(target: "tollgate", %error, frames = group.len(), "the queue's disk does not take what is written; clients are asked to send it again");
    let mut index = shared.lock();
    index.write_errors = index.write_errors.saturating_add(1);
    let replies = group.into_iter().map(|job| {
        give_room_back(&mut index, &job.meta, &job.queues);
        (job.reply, Err(PutError::Disk(error.kind())))
    });
    let replies = replies.collect();
    drop(index);
    shared.room.notify_waiters();
    replies
}

pub(crate) fn give_room_back(index: &mut Index, meta: &Meta, queues: &[usize]) {
    index.pending = index.pending.saturating_sub(bytes_of(meta));
    for queue in queues {
        index.release(*queue, meta.records, meta.bytes);
    }
}

/// What a frame takes of the disk, about.
pub(crate) fn bytes_of(meta: &Meta) -> u64 {
    meta.bytes.saturating_add(256)
}

/// A frame of these queues, and what tells what becomes of it in each.
pub(crate) fn entry(
    meta: Arc<Meta>,
    place: Option<Place>,
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
        place,
        wire,
        owed,
    };
    (entry, receipts)
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
