//! The store: where frames are put, and where queues take them from.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::disk::Disk;
use crate::folder::{Folder, RealFolder};
use crate::frame::{Meta, NewFrame, Settled};
use crate::index::Index;
use crate::queue::Queue;
use crate::recovery::recover;
use crate::room::Room;
use crate::writer::{Put, Sizes, Writer, entry};
use crate::{Limit, Recovery, StoreReport};

/// Bytes of payloads that are kept in memory.
const CACHE: usize = 32 << 20;

/// A folder that keeps frames.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where.
    pub directory: PathBuf,
    /// Whether it is made if it is missing.
    pub create: bool,
    /// Its permissions then.
    pub permissions: u32,
    /// Whether what was acknowledged is on the disk, and not only with the operating system.
    pub fsync: bool,
    /// Bytes that it may hold; none is what the disk has.
    pub max_size: Option<u64>,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system does not let us.
    #[error("{}: {source}", path.display())]
    Folder {
        /// Which folder, or which file in it.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process has it.
    #[error("{} is used by another process: stop it, or name another folder", path.display())]
    Locked {
        /// Which.
        path: PathBuf,
    },
}

/// Why a frame was not taken. The client still has its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// There is no room.
    #[error("the queue is full")]
    Full,
    /// The disk failed.
    #[error("the queue's disk failed: {0}")]
    Disk(io::ErrorKind),
    /// The store is closed.
    #[error("the queue is closed")]
    Closed,
}

/// Tells what becomes of a frame in one queue.
#[derive(Debug)]
pub struct Receipt(pub(crate) oneshot::Receiver<Settled>);

impl Receipt {
    /// What became of it. None if the store ended before it was known.
    pub async fn settled(self) -> Option<Settled> {
        self.0.await.ok()
    }
}

/// Frames, on disk or in memory, and the queues that they wait in.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    index: Mutex<Index>,
    pub(crate) disk: Option<Arc<Disk>>,
    /// Bytes of payloads that are kept in memory, so that they need not be read back.
    pub(crate) cache: usize,
    writer: Mutex<Option<Asked<Put>>>,
    /// Removes segments, so that nobody who writes or settles waits for that.
    remover: Mutex<Option<Asked<u64>>>,
}

/// A thread, and how it is asked for something.
struct Asked<T> {
    ask: Sender<T>,
    thread: JoinHandle<()>,
}

impl<T: Send + 'static> Asked<T> {
    fn start(name: &str, work: impl FnOnce(Receiver<T>) + Send + 'static) -> io::Result<Self> {
        let (ask, asked) = channel();
        let thread = std::thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || work(asked))?;
        Ok(Self { ask, thread })
    }

    /// Waits until everything that was asked for is done.
    fn end(self) {
        drop(self.ask);
        // The thread itself may be the last who has the store.
        let is_other = self.thread.thread().id() != std::thread::current().id();
        if is_other && self.thread.join().is_err() {
            tracing::error!(target: "tollgate", "a thread of the queue did not end well");
        }
    }
}

impl Store {
    /// A store in memory: it ends with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self(Arc::new(Shared {
            index: Mutex::default(),
            disk: None,
            cache: usize::MAX,
            writer: Mutex::default(),
            remover: Mutex::default(),
        }))
    }

    /// Opens a folder, and finds what is in it. It waits for the disk.
    pub fn open(settings: &Settings) -> Result<(Self, Recovery), OpenError> {
        let lock = crate::folder::locked(settings)?;
        let path = &settings.directory;
        let folder = Arc::new(RealFolder::new(path.clone()));
        let sizes = Sizes::within(settings.max_size);
        let store = Self::over(folder, settings, Some(lock), sizes, CACHE);
        store.map_err(|source| OpenError::Folder {
            path: path.clone(),
            source,
        })
    }

    /// Likewise, over any folder, with segments of this size, and with no payload kept in memory.
    #[cfg(feature = "testing")]
    pub fn open_over(
        folder: Arc<dyn Folder>,
        settings: &Settings,
        segment: u64,
    ) -> io::Result<(Self, Recovery)> {
        let sizes = Sizes {
            full: segment,
            settled: segment / 2,
        };
        Self::over(folder, settings, None, sizes, 0)
    }

    fn over(
        folder: Arc<dyn Folder>,
        settings: &Settings,
        lock: Option<std::fs::File>,
        sizes: Sizes,
        cache: usize,
    ) -> io::Result<(Self, Recovery)> {
        let mut recovered = recover(folder, settings.fsync, lock)?;
        recovered.index.rooms.max_size = settings.max_size;
        let disk = Arc::new(recovered.disk);
        let remover = Asked::start("queue remover", {
            let disk = Arc::clone(&disk);
            move |segments: Receiver<u64>| segments.iter().for_each(|segment| disk.remove(segment))
        })?;
        let shared = Arc::new(Shared {
            index: Mutex::new(recovered.index),
            disk: Some(Arc::clone(&disk)),
            cache,
            writer: Mutex::default(),
            remover: Mutex::new(Some(remover)),
        });
        let next = recovered.next_segment;
        let writer = Writer::new(Arc::downgrade(&shared), disk, sizes, next);
        let writer = Asked::start("queue writer", move |puts: Receiver<Put>| writer.run(&puts))?;
        *held(&shared.writer) = Some(writer);
        Ok((Self(shared), recovered.recovery))
    }

    /// The queue of a destination. Asked again, it is the same one under the new limit.
    #[must_use]
    pub fn queue(&self, name: &str, limit: Limit) -> Queue {
        let mut index = self.0.lock();
        let number = index.queue(name);
        let state = index.queues.get_mut(number);
        let news = state.map(|state| {
            state.limit = Some(limit);
            Arc::clone(&state.news)
        });
        index.give_room();
        drop(index);
        Queue::new(Arc::clone(&self.0), number, news.unwrap_or_default())
    }

    /// Puts a frame into queues of this store: into all of them, or none. It returns when the frame is sure to be there. Dropped before,
    /// it may be there or not. A queue that is named twice has it once.
    pub async fn put(&self, frame: NewFrame, to: &[&Queue]) -> Result<Vec<Receipt>, PutError> {
        let since = Instant::now();
        let shared = &self.0;
        let is_ours = |queue: &&Queue| Arc::ptr_eq(&queue.shared, shared);
        if !to.iter().all(is_ours) {
            return Err(PutError::Closed);
        }
        let mut queues = Vec::with_capacity(to.len());
        for queue in to {
            if !queues.contains(&queue.number) {
                queues.push(queue.number);
            }
        }
        if queues.is_empty() {
            return Ok(Vec::new());
        }
        let queues: Arc<[usize]> = queues.into();
        let (meta, wire) = shared.number(frame);
        let room = Room::take(shared, Arc::clone(&meta), Arc::clone(&queues)).await?;
        self.put_into(meta, wire, queues, room, since).await
    }

    /// Puts what is left of a frame into the queue that it came from: it was there before, so that it needs no other room.
    pub(crate) async fn put_rest(&self, frame: NewFrame, queue: usize) -> Result<(), PutError> {
        let shared = &self.0;
        let (meta, wire) = shared.number(frame);
        let queues: Arc<[usize]> = Arc::new([queue]);
        let room = Room::again(shared, Arc::clone(&meta), Arc::clone(&queues));
        let since = Instant::now();
        self.put_into(meta, wire, queues, room, since)
            .await
            .map(drop)
    }

    async fn put_into(
        &self,
        meta: Arc<Meta>,
        wire: Bytes,
        queues: Arc<[usize]>,
        room: Room,
        since: Instant,
    ) -> Result<Vec<Receipt>, PutError> {
        let shared = &self.0;
        let Some(disk) = &shared.disk else {
            let (entry, receipts) = entry(meta, Vec::new(), Some(wire), &queues);
            let mut index = shared.lock();
            // Whoever closes the store has given back what it held by then.
            if index.closed {
                drop(index);
                return Err(PutError::Closed);
            }
            room.used(&mut index);
            index.publish(entry, false);
            return Ok(receipts);
        };
        let (reply, replied) = oneshot::channel();
        let put = Put {
            check: disk.key.payload(&wire),
            names: shared.lock().names(&queues),
            meta,
            queues,
            wire,
            room,
            since,
            reply,
        };
        if !shared.send(put) {
            return Err(PutError::Closed);
        }
        replied.await.unwrap_or(Err(PutError::Closed))
    }

    /// Whether what it holds survives the process.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.0.disk.is_some()
    }

    /// How many wait for room.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.lock().rooms.waiting()
    }

    /// How it is.
    #[must_use]
    pub fn report(&self) -> StoreReport {
        let index = self.0.lock();
        StoreReport {
            bytes_on_disk: index.bytes_on_disk(),
            damaged_frames: index.damaged_frames,
            torn: index.torn,
            write_errors: index.write_errors,
            commits: index.commits,
            queues: index.report(),
        }
    }

    /// Takes and hands out nothing more. What waits in memory is given back to whoever put it there; on disk it stays. It waits for
    /// what is being written. What was taken can be settled still.
    pub fn close(&self) {
        let shared = &self.0;
        let mut index = shared.lock();
        index.closed = true;
        index.end_waiting();
        if shared.disk.is_none() {
            for queue in 0..index.queues.len() {
                while let Some(entry) = index.take(queue) {
                    let (id, records) = (entry.meta.id, entry.meta.records);
                    index.settle(queue, id, &Settled::given_back(records));
                }
            }
        }
        for queue in &index.queues {
            queue.news.notify_waiters();
        }
        drop(index);
        shared.end();
    }
}

/// The same store, not one with the same content.
impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Store {}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Index> {
        held(&self.index)
    }

    /// Gives a frame its number, and parts what is known of it from its bytes.
    fn number(&self, frame: NewFrame) -> (Arc<Meta>, Bytes) {
        let meta = Meta {
            id: self.lock().new_id(),
            signal: frame.signal,
            records: frame.records,
            bytes: u64::try_from(frame.wire.len()).unwrap_or(u64::MAX),
            stamp: frame.stamp,
            context: frame.context,
        };
        (Arc::new(meta), frame.wire)
    }

    /// Asks the writer; false if there is none any more.
    fn send(&self, put: Put) -> bool {
        // What comes back holds room, and is let go of when nothing is locked.
        let unsent = match held(&self.writer).as_ref() {
            Some(writer) => writer.ask.send(put).err().map(|unsent| unsent.0),
            None => Some(put),
        };
        unsent.is_none()
    }

    /// Removes segments that nothing of is needed.
    pub(crate) fn remove(&self, segments: Vec<u64>) {
        let Some(disk) = self.disk.as_ref().filter(|_| !segments.is_empty()) else {
            return;
        };
        let remover = held(&self.remover);
        for segment in segments {
            let asked = remover
                .as_ref()
                .is_some_and(|remover| remover.ask.send(segment).is_ok());
            if !asked {
                disk.remove(segment);
            }
        }
    }

    /// Waits for what is being written, and then for what is being removed.
    fn end(&self) {
        let writer = held(&self.writer).take();
        if let Some(writer) = writer {
            writer.end();
        }
        let remover = held(&self.remover).take();
        if let Some(remover) = remover {
            remover.end();
        }
        // The last chance for what the disk did not take before.
        if let Some(disk) = &self.disk {
            disk.settle([]);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.end();
    }
}
