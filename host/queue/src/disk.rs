//! The files of a store: segments that are read, and the settlements beside them.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::folder::{File, Folder};
use crate::index::Place;
use crate::layout::{head, settlement};
use crate::seal::Key;

/// Where bytes that are no frame any more are kept.
pub(crate) const DAMAGED: &str = "damaged";
/// Files that stay open for the next time, of each kind.
const OPEN_FILES: usize = 8;

/// The files of a store.
pub(crate) struct Disk {
    pub(crate) folder: Arc<dyn Folder>,
    pub(crate) key: Key,
    pub(crate) fsync: bool,
    frames: Mutex<Opened>,
    done: Mutex<Opened>,
    /// Settlements that could not be written: the disk was full. They are written with the next one.
    late: Mutex<Vec<Done>>,
    /// Held as long as somebody may write.
    _lock: Option<std::fs::File>,
}

/// A queue is done with a frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done {
    pub(crate) segment: u64,
    pub(crate) frame: u64,
    /// The queue's name, as the key writes it.
    pub(crate) queue: u64,
}

/// Files that are open, the one that was used last in front.
#[derive(Default)]
struct Opened(Vec<(u64, Arc<dyn File>)>);

impl Opened {
    fn get(
        &mut self,
        segment: u64,
        open: impl FnOnce() -> io::Result<Arc<dyn File>>,
    ) -> io::Result<Arc<dyn File>> {
        let known = self.0.iter().position(|(known, _)| *known == segment);
        let entry = match known {
            Some(0) => {
                return self
                    .0
                    .first()
                    .map(|(_, file)| Arc::clone(file))
                    .ok_or_else(gone);
            }
            Some(place) => self.0.remove(place),
            None => (segment, open()?),
        };
        let file = Arc::clone(&entry.1);
        self.0.insert(0, entry);
        self.0.truncate(OPEN_FILES);
        Ok(file)
    }

    fn forget(&mut self, segment: u64) {
        self.0.retain(|(known, _)| *known != segment);
    }
}

fn gone() -> io::Error {
    io::ErrorKind::NotFound.into()
}

pub(crate) fn frames_name(segment: u64) -> String {
    format!("frames-{segment:010}")
}

pub(crate) fn done_name(segment: u64) -> String {
    format!("frames-{segment:010}.done")
}

/// The number of a segment of this name.
pub(crate) fn segment_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("frames-")?;
    let number = digits.parse().ok()?;
    (frames_name(number) == name).then_some(number)
}

impl Disk {
    pub(crate) fn new(
        folder: Arc<dyn Folder>,
        key: Key,
        fsync: bool,
        lock: Option<std::fs::File>,
    ) -> Self {
        Self {
            folder,
            key,
            fsync,
            frames: Mutex::default(),
            done: Mutex::default(),
            late: Mutex::default(),
            _lock: lock,
        }
    }

    /// A new segment, empty and sure to be there; its file of settlements is there first.
    pub(crate) fn create(&self, segment: u64) -> io::Result<Arc<dyn File>> {
        let made = self.make(segment);
        if made.is_err() {
            // The next try has another number; what is left of this one is in nobody's way.
            let _ = self.folder.remove(&frames_name(segment));
            let _ = self.folder.remove(&done_name(segment));
        }
        made
    }

    fn make(&self, segment: u64) -> io::Result<Arc<dyn File>> {
        self.make_done(segment)?;
        let frames = self.folder.create(&frames_name(segment))?;
        // It is synced with the first frames.
        frames.append(&[&head(&self.key, segment)])?;
        if self.fsync {
            self.folder.sync()?;
        }
        Ok(frames)
    }

    fn make_done(&self, segment: u64) -> io::Result<Arc<dyn File>> {
        let done = self.folder.create(&done_name(segment))?;
        done.append(&[&head(&self.key, segment)])?;
        Ok(done)
    }

    fn frames(&self, segment: u64) -> io::Result<Arc<dyn File>> {
        let open = || self.folder.open(&frames_name(segment));
        held(&self.frames).get(segment, open)
    }

    fn done(&self, segment: u64) -> io::Result<Arc<dyn File>> {
        let name = done_name(segment);
        let open = || match self.folder.open(&name) {
            // Lost: without a new one no settlement would hold.
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.make_done(segment),
            opened => opened,
        };
        held(&self.done).get(segment, open)
    }

    /// The payload of a frame; an error of its own kind where it is not what was written.
    pub(crate) fn read(&self, place: &Place, bytes: u64) -> Result<Bytes, ReadError> {
        let file = self.frames(place.segment);
        let file = file.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ReadError::Damaged,
            _ => ReadError::Io(error),
        })?;
        let length = usize::try_from(bytes).map_err(|_| ReadError::Damaged)?;
        let mut wire = vec![0; length];
        let at = place.offset.saturating_add(place.payload);
        let read = file.read_at(&mut wire, at).map_err(ReadError::Io)?;
        if read < length || self.key.payload(&wire) != place.check {
            return Err(ReadError::Damaged);
        }
        Ok(wire.into())
    }

    /// Notes that queues are done with frames, before anybody is told.
    pub(crate) fn settle(&self, done: impl IntoIterator<Item = Done>) {
        let mut late = held(&self.late);
        late.extend(done);
        late.retain(|done| {
            let entry = settlement(&self.key, done.frame, done.queue);
            let written = self
                .done(done.segment)
                .and_then(|file| file.append(&[&entry]));
            written.is_err()
        });
    }

    /// Removes a segment that nobody needs any more: the frames first, and its settlements only when they are gone for good.
    pub(crate) fn remove(&self, segment: u64) {
        held(&self.late).retain(|done| done.segment != segment);
        held(&self.frames).forget(segment);
        held(&self.done).forget(segment);
        if let Err(error) = self.remove_files(segment) {
            // It is looked at again when the folder is opened.
            tracing::warn!(target: "tollgate", segment, %error, "a file of the queue cannot be removed");
        }
    }

    fn remove_files(&self, segment: u64) -> io::Result<()> {
        self.folder.remove(&frames_name(segment))?;
        if self.fsync {
            self.folder.sync()?;
        }
        self.folder.remove(&done_name(segment))
    }

    /// Copies bytes that are no frame to where somebody may look at them. Says whether they were not there before.
    pub(crate) fn keep_aside(&self, place: &Region) -> io::Result<bool> {
        let name = format!("{DAMAGED}/{}-{}", frames_name(place.segment), place.offset);
        if let Ok(kept) = self.folder.open(&name) {
            if kept.length()? == place.length {
                return Ok(false);
            }
            self.folder.remove(&name)?;
        }
        let file = self.frames(place.segment)?;
        let aside = self.folder.create(&name)?;
        let copied = copy(&*file, &*aside, place);
        if copied.is_err() {
            // A copy in part would look like the whole.
            let _ = self.folder.remove(&name);
        }
        copied.map(|()| true)
    }
}

/// Bytes of a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Region {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

fn copy(from: &dyn File, to: &dyn File, place: &Region) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 20];
    let end = place.offset.saturating_add(place.length);
    let mut at = place.offset;
    while at < end {
        let room = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
        let room = room.min(buffer.len());
        let part = buffer.get_mut(..room).unwrap_or_default();
        let read = from.read_at(part, at)?;
        if read == 0 {
            break;
        }
        to.append(&[part.get(..read).unwrap_or_default()])?;
        at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    Ok(())
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a payload is not there.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// It is not what was written, or its file is gone.
    Damaged,
    /// The disk says so.
    Io(io::Error),
}
