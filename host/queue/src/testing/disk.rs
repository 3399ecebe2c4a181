//! A folder in memory that fails on demand, and that remembers what a power cut would leave of it.
//!
//! A process that is killed loses nothing that a call returned for. A power cut keeps what was synced; of everything else, names
//! included, any part may be there: a block of a file or zeros in its place, a file under its name or not.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;

use crate::folder::{File, Folder};

/// What a disk writes whole or not at all.
const BLOCK: usize = 512;

/// What is asked of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// The names in the folder.
    List,
    /// A new file.
    Create,
    /// A file that is there.
    Open,
    /// Bytes at the end of a file.
    Append,
    /// Bytes of a file.
    Read,
    /// The end of a file cut off.
    Truncate,
    /// A file made safe from power cuts.
    Sync,
    /// The folder made safe from power cuts.
    SyncFolder,
    /// A file removed.
    Remove,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::List,
        Self::Create,
        Self::Open,
        Self::Append,
        Self::Read,
        Self::Truncate,
        Self::Sync,
        Self::SyncFolder,
        Self::Remove,
    ];
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The `nth` call of one kind fails, and so many after it. A write may be there in part all the same.
    Fail {
        /// Of which kind.
        operation: Operation,
        /// Counted from 0.
        nth: u64,
        /// How many fail.
        times: u64,
        /// With what.
        error: io::ErrorKind,
    },
    /// From the `nth` call of any kind on, nothing works any more.
    Stop {
        /// Counted from 0.
        nth: u64,
    },
    /// The files hold no more than this together.
    Full {
        /// Bytes.
        room: u64,
    },
}

/// How everything ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The process was killed: the system has all that it was told.
    Kill,
    /// The machine lost its power.
    PowerCut,
}

#[derive(Debug, Clone, Default)]
struct Content {
    /// As a process sees it.
    now: Vec<u8>,
    /// As it was when it was last synced.
    safe: Vec<u8>,
}

type Stored = Arc<Mutex<Content>>;

#[derive(Debug)]
struct State {
    names: BTreeMap<String, Stored>,
    safe_names: BTreeMap<String, Stored>,
    faults: Vec<Fault>,
    counts: BTreeMap<Operation, u64>,
    all: u64,
    bytes_read: u64,
    is_stopped: bool,
    rng: Rng,
}

/// A folder in memory.
#[derive(Debug, Clone)]
pub struct Simulated(Arc<Mutex<State>>);

impl Simulated {
    /// An empty one. The seed decides how much of a failing write is there.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::holding(BTreeMap::new(), seed)
    }

    /// One with these files, all of them safe.
    #[must_use]
    pub fn holding(files: BTreeMap<String, Vec<u8>>, seed: u64) -> Self {
        let stored = |(name, bytes): (String, Vec<u8>)| {
            let content = Content {
                now: bytes.clone(),
                safe: bytes,
            };
            (name, Arc::new(Mutex::new(content)))
        };
        let names: BTreeMap<_, _> = files.into_iter().map(stored).collect();
        Self(Arc::new(Mutex::new(State {
            safe_names: names.clone(),
            names,
            faults: Vec::new(),
            counts: BTreeMap::new(),
            all: 0,
            bytes_read: 0,
            is_stopped: false,
            rng: Rng::with_seed(seed),
        })))
    }

    /// From now on this goes wrong, too; calls are counted from now on.
    pub fn fault(&self, fault: Fault) {
        let mut state = self.lock();
        state.counts.clear();
        state.all = 0;
        state.faults.push(fault);
    }

    /// From now on nothing goes wrong.
    pub fn mend(&self) {
        let mut state = self.lock();
        state.faults.clear();
        state.is_stopped = false;
    }

    /// Calls of one kind so far.
    #[must_use]
    pub fn calls(&self, operation: Operation) -> u64 {
        self.lock().counts.get(&operation).copied().unwrap_or(0)
    }

    /// Calls so far.
    #[must_use]
    pub fn all_calls(&self) -> u64 {
        self.lock().all
    }

    /// Bytes that were read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.lock().bytes_read
    }

    /// Whether the point was reached from which on nothing works.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.lock().is_stopped
    }

    /// The files as a process sees them.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.lock();
        let content = |(name, stored): (&String, &Stored)| (name.clone(), held(stored).now.clone());
        state.names.iter().map(content).collect()
    }

    /// What whoever comes next finds.
    #[must_use]
    pub fn after(&self, ending: Ending, seed: u64) -> Self {
        let files = match ending {
            Ending::Kill => self.files(),
            Ending::PowerCut => self.after_power_cut(seed),
        };
        Self::holding(files, seed)
    }

    fn after_power_cut(&self, seed: u64) -> BTreeMap<String, Vec<u8>> {
        let mut rng = Rng::with_seed(seed);
        let state = self.lock();
        let mut left = BTreeMap::new();
        let names: Vec<_> = state.names.keys().chain(state.safe_names.keys()).collect();
        for name in names {
            let (now, safe) = (state.names.get(name), state.safe_names.get(name));
            let found = match (now, safe) {
                (Some(now), Some(safe)) if Arc::ptr_eq(now, safe) => Some(now),
                (now, safe) => {
                    if rng.bool() {
                        now
                    } else {
                        safe
                    }
                }
            };
            if let Some(found) = found
                && !left.contains_key(name)
            {
                left.insert(name.clone(), torn(&held(found), &mut rng));
            }
        }
        left
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a power cut leaves of a file: of what changed since it was synced, any block.
fn torn(content: &Content, rng: &mut Rng) -> Vec<u8> {
    let Content { now, safe } = content;
    if now == safe {
        return now.clone();
    }
    let (short, long) = (now.len().min(safe.len()), now.len().max(safe.len()));
    let length = match rng.u8(..4) {
        0 => safe.len(),
        1 => now.len(),
        _ => rng.usize(short..=long),
    };
    let mut left = Vec::with_capacity(length);
    let whole = rng.bool();
    while left.len() < length {
        let at = left.len();
        let end = (at - at % BLOCK + BLOCK).min(length);
        let source = if whole || rng.bool() { now } else { safe };
        for place in at..end {
            let byte = source.get(place).or_else(|| safe.get(place));
            left.push(byte.copied().unwrap_or(0));
        }
    }
    left
}

fn held(stored: &Stored) -> MutexGuard<'_, Content> {
    stored.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Counts a call, and says whether it fails.
    fn call(&mut self, operation: Operation) -> io::Result<()> {
        if self.is_stopped {
            return Err(io::Error::other("everything has stopped"));
        }
        let count = self.counts.entry(operation).or_default();
        let (nth, all) = (*count, self.all);
        *count += 1;
        self.all += 1;
        for fault in &self.faults {
            match *fault {
                Fault::Stop { nth } if all >= nth => {
                    self.is_stopped = true;
                    return Err(io::Error::other("everything stops"));
                }
                Fault::Fail {
                    operation: failing,
                    nth: first,
                    times,
                    error,
                } if failing == operation && (first..first + times).contains(&nth) => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Bytes that the disk still takes.
    fn room(&self) -> u64 {
        let limit = |fault: &Fault| match fault {
            Fault::Full { room } => Some(*room),
            _ => None,
        };
        let most = self.faults.iter().filter_map(limit).min();
        let used: usize = self.names.values().map(|file| held(file).now.len()).sum();
        most.map_or(u64::MAX, |most| most.saturating_sub(used as u64))
    }

    fn file(&self, name: &str) -> io::Result<Stored> {
        let file = self.names.get(name).map(Arc::clone);
        file.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

struct Opened {
    disk: Simulated,
    content: Stored,
}

impl Folder for Simulated {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut state = self.lock();
        state.call(Operation::List)?;
        let top = |name: &String| name.split('/').next().unwrap_or(name).to_owned();
        let mut names: Vec<_> = state.names.keys().map(top).collect();
        names.dedup();
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let mut state = self.lock();
        state.call(Operation::Create)?;
        if state.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let content = Stored::default();
        state.names.insert(name.to_owned(), Arc::clone(&content));
        drop(state);
        let disk = self.clone();
        Ok(Arc::new(Opened { disk, content }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let mut state = self.lock();
        state.call(Operation::Open)?;
        let content = state.file(name)?;
        drop(state);
        let disk = self.clone();
        Ok(Arc::new(Opened { disk, content }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.call(Operation::Remove)?;
        state.file(name)?;
        state.names.remove(name);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.lock();
        state.call(Operation::SyncFolder)?;
        state.safe_names = state.names.clone();
        Ok(())
    }
}

impl File for Opened {
    fn append(&self, parts: &[&[u8]]) -> io::Result<()> {
        let bytes = parts.concat();
        let mut state = self.disk.lock();
        let was_stopped = state.is_stopped;
        let called = state.call(Operation::Append);
        let mut content = held(&self.content);
        match called {
            Ok(()) => {
                drop(content);
                let room = usize::try_from(state.room()).unwrap_or(usize::MAX);
                content = held(&self.content);
                let fits = bytes.len().min(room);
                content.now.extend_from_slice(&bytes[..fits]);
                if fits < bytes.len() {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                Ok(())
            }
            Err(error) => {
                if !was_stopped {
                    let part = state.rng.usize(..=bytes.len());
                    content.now.extend_from_slice(&bytes[..part]);
                }
                Err(error)
            }
        }
    }

    fn sync(&self) -> io::Result<()> {
        let called = self.disk.lock().call(Operation::Sync);
        let mut content = held(&self.content);
        if called.is_ok() {
            let Content { now, safe } = &mut *content;
            safe.clone_from(now);
        }
        called
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.disk.lock().call(Operation::Truncate)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        held(&self.content).now.truncate(length);
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(held(&self.content).now.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut state = self.disk.lock();
        state.call(Operation::Read)?;
        let content = held(&self.content);
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = content.now.get(from..).unwrap_or_default();
        let read = rest.len().min(buffer.len());
        buffer[..read].copy_from_slice(&rest[..read]);
        state.bytes_read += read as u64;
        Ok(read)
    }
}
