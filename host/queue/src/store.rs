//! The store: where frames are put, and where queues take them from.

use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{Notify, oneshot};

use crate::disk::Disk;
use crate::folder::{Folder, RealFolder};
use crate::frame::{Meta, NewFrame, Settled};
use crate::index::Index;
use crate::queue::Queue;
use crate::recovery::recover;
use crate::writer::{Job, Writer, bytes_of, entry, give_room_back};
use crate::{Limit, Recovery, StoreReport};

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
    jobs: Mutex<Option<Sender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// By queue: somebody may find a frame there.
    frames: Mutex<Vec<Arc<Notify>>>,
    /// Somebody may find room.
    pub(crate) room: Notify,
    max_size: Option<u64>,
    /// Held as long as the store is.
    _lock: Option<std::fs::File>,
}

impl Store {
    /// A store in memory: it ends with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self(Arc::new(Shared {
            index: Mutex::default(),
            disk: None,
            jobs: Mutex::default(),
            writer: Mutex::default(),
            frames: Mutex::default(),
            room: Notify::new(),
            max_size: None,
            _lock: None,
        }))
    }

    /// Opens a folder, and finds what is in it. It waits for the disk.
    pub fn open(settings: &Settings) -> Result<(Self, Recovery), OpenError> {
        let path = &settings.directory;
        let failed = |path: PathBuf| |source| OpenError::Folder { path, source };
        if settings.create {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(settings.permissions)
                .create(path)
                .map_err(failed(path.clone()))?;
        }
        let lock = path.join("lock");
        let locked = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(failed(lock))?;
        match locked.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(OpenError::Locked { path: path.clone() });
            }
            Err(std::fs::TryLockError::Error(source)) => {
                return Err(OpenError::Folder {
                    path: path.clone(),
                    source,
                });
            }
        }
        let folder: Arc<dyn Folder> = Arc::new(RealFolder::new(path.clone()));
        Self::over(&folder, settings, Some(locked)).map_err(failed(path.clone()))
    }

    /// Likewise, over any folder.
    #[cfg(feature = "testing")]
    pub fn open_over(
        folder: &Arc<dyn Folder>,
        settings: &Settings,
    ) -> io::Result<(Self, Recovery)> {
        Self::over(folder, settings, None)
    }

    fn over(
        folder: &Arc<dyn Folder>,
        settings: &Settings,
        lock: Option<std::fs::File>,
    ) -> io::Result<(Self, Recovery)> {
        let recovered = recover(folder, settings.fsync)?;
        let disk = Arc::new(recovered.disk);
        let (jobs, written) = channel();
        let queues = recovered.index.queues.len();
        let shared = Arc::new(Shared {
            index: Mutex::new(recovered.index),
            disk: Some(Arc::clone(&disk)),
            jobs: Mutex::new(Some(jobs)),
            writer: Mutex::default(),
            frames: Mutex::new((0..queues).map(|_| Arc::default()).collect()),
            room: Notify::new(),
            max_size: settings.max_size,
            _lock: lock,
        });
        let writer = Writer::new(Arc::downgrade(&shared), disk, recovered.next_segment);
        let thread = std::thread::Builder::new().name("queue".to_owned());
        let thread = thread.spawn(move || writer.run(&written))?;
        *shared.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok((Self(shared), recovered.recovery))
    }

    /// The queue of a destination. Asked again, it is the same one under the new limit.
    #[must_use]
    pub fn queue(&self, name: &str, limit: Limit) -> Queue {
        let mut index = self.0.lock();
        let number = index.queue(name);
        if let Some(state) = index.queues.get_mut(number) {
            state.limited(limit);
        }
        drop(index);
        self.0.room.notify_waiters();
        let mut frames = self.0.notifies();
        while frames.len() <= number {
            frames.push(Arc::default());
        }
        let notify = frames.get(number).cloned().unwrap_or_default();
        drop(frames);
        Queue::new(Arc::clone(&self.0), number, notify)
    }

    /// Puts a frame into queues of this store: into all of them, or none. It returns when the frame is sure to be there.
    pub async fn put(&self, frame: NewFrame, to: &[&Queue]) -> Result<Vec<Receipt>, PutError> {
        let queues: Vec<usize> = to.iter().map(|queue| queue.number).collect();
        let meta = self.reserve(&frame, &queues).await?;
        let shared = &self.0;
        if shared.disk.is_none() {
            let (entry, receipts) = entry(meta, None, Some(frame.wire), &queues);
            let mut index = shared.lock();
            index.pending = 0;
            index.publish(entry, false);
            drop(index);
            shared.wake(&queues);
            return Ok(receipts);
        }
        let names = shared.names(&queues);
        let (reply, replied) = oneshot::channel();
        let job = Job {
            meta: Arc::clone(&meta),
            queues,
            names,
            wire: frame.wire,
            reply,
        };
        let sent = shared.send(job);
        if let Err(job) = sent {
            give_room_back(&mut shared.lock(), &job.meta, &job.queues);
            return Err(PutError::Closed);
        }
        replied.await.unwrap_or(Err(PutError::Closed))
    }

    /// Takes room for a frame in every queue, and a number for it.
    async fn reserve(&self, frame: &NewFrame, queues: &[usize]) -> Result<Arc<Meta>, PutError> {
        let bytes = u64::try_from(frame.wire.len()).unwrap_or(u64::MAX);
        loop {
            let room = self.0.room.notified();
            tokio::pin!(room);
            // From here on no news of room is missed.
            room.as_mut().enable();
            {
                let mut index = self.0.lock();
                if index.closed {
                    return Err(PutError::Closed);
                }
                let fits = |queue: &usize| index.has_room(*queue, frame.records, bytes);
                let full: Vec<_> = queues.iter().filter(|queue| !fits(queue)).collect();
                let disk_is_full = self
                    .0
                    .max_size
                    .is_some_and(|most| index.bytes_on_disk().saturating_add(bytes) > most);
                if full.is_empty() && !disk_is_full {
                    return Ok(take_room(&mut index, frame, bytes, queues));
                }
                let waits = |queue: &usize| {
                    let state = index.queues.get(*queue);
                    state
                        .and_then(|state| state.limit)
                        .is_some_and(|limit| limit.block)
                };
                let all_wait = if disk_is_full {
                    queues.iter().all(waits)
                } else {
                    full.into_iter().all(waits)
                };
                if !all_wait {
                    return Err(PutError::Full);
                }
            }
            room.await;
        }
    }

    /// How it is.
    #[must_use]
    pub fn report(&self) -> StoreReport {
        let index = self.0.lock();
        StoreReport {
            bytes_on_disk: if self.0.disk.is_some() {
                index.bytes_on_disk()
            } else {
                0
            },
            damaged_frames: index.damaged_frames,
            write_errors: index.write_errors,
        }
    }

    /// Takes and hands out nothing more. What waits in memory is given back to whoever put it there; on disk it stays. It waits for
    /// what is being written.
    pub fn close(&self) {
        let shared = &self.0;
        let mut index = shared.lock();
        index.closed = true;
        if shared.disk.is_none() {
            for queue in 0..index.queues.len() {
                while let Some(id) = index.take(queue) {
                    let records = index.frames.get(&id).map_or(0, |entry| entry.meta.records);
                    index.settle(queue, id, Settled::given_back(records));
                }
            }
        }
        drop(index);
        shared
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let writer = shared
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!(target: "tollgate", "the queue's writer did not end well");
        }
        shared.room.notify_waiters();
        for frames in shared.notifies().iter() {
            frames.notify_waiters();
        }
    }
}

fn take_room(index: &mut Index, frame: &NewFrame, bytes: u64, queues: &[usize]) -> Arc<Meta> {
    let id = index.next_id;
    index.next_id = id.saturating_add(1);
    for queue in queues {
        index.hold(*queue, frame.records, bytes);
    }
    let meta = Meta {
        id,
        signal: frame.signal,
        records: frame.records,
        bytes,
        stamp: Arc::clone(&frame.stamp),
    };
    index.pending = index.pending.saturating_add(bytes_of(&meta));
    Arc::new(meta)
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a frame to the writer; back, if there is none any more.
    fn send(&self, job: Job) -> Result<(), Job> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        match jobs.as_ref() {
            Some(jobs) => jobs.send(job).map_err(|unsent| unsent.0),
            None => Err(job),
        }
    }

    fn notifies(&self) -> MutexGuard<'_, Vec<Arc<Notify>>> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn names(&self, queues: &[usize]) -> Vec<String> {
        let index = self.lock();
        let known = |queue: &usize| index.queues.get(*queue).map(|state| state.name.clone());
        queues.iter().filter_map(known).collect()
    }

    /// There may be a frame in these queues.
    pub(crate) fn wake(&self, queues: &[usize]) {
        let frames = self.notifies();
        for queue in queues {
            if let Some(frames) = frames.get(*queue) {
                frames.notify_one();
            }
        }
    }

    /// Removes a segment that nothing of is needed.
    pub(crate) fn remove(&self, segment: u64) {
        self.lock().segments.remove(&segment);
        if let Some(disk) = &self.disk {
            disk.remove(segment);
        }
        self.room.notify_waiters();
    }
}
