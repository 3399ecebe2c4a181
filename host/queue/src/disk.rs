//! The files of a store: the segment that is written, those that are read, and the settlements beside them.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::folder::{File, Folder};
use crate::index::Place;
use crate::layout::{head, settlement};
use crate::seal::Key;

/// Where bytes that are no frame any more are kept.
pub(crate) const DAMAGED: &str = "damaged";

/// A segment's two files.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) frames: Arc<dyn File>,
    /// None where the file of settlements cannot be had.
    pub(crate) done: Option<Arc<dyn File>>,
}

/// The files of a store.
pub(crate) struct Disk {
    pub(crate) folder: Arc<dyn Folder>,
    pub(crate) key: Key,
    pub(crate) fsync: bool,
    files: Mutex<HashMap<u64, Files>>,
    /// Settlements that could not be written: the disk was full. They are written with the next one.
    late: Mutex<Vec<(u64, u64, u64)>>,
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
    pub(crate) fn new(folder: Arc<dyn Folder>, key: Key, fsync: bool) -> Self {
        Self {
            folder,
            key,
            fsync,
            files: Mutex::default(),
            late: Mutex::default(),
        }
    }

    pub(crate) fn know(&self, segment: u64, files: Files) {
        self.lock().insert(segment, files);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Files>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn files(&self, segment: u64) -> Option<Files> {
        self.lock().get(&segment).cloned()
    }

    /// A new segment, empty and sure to be there.
    pub(crate) fn create(&self, segment: u64) -> io::Result<Files> {
        let head = head(&self.key);
        let made = self.make(segment, &head);
        if made.is_err() {
            // The next try has another number; what is left of this one is in nobody's way.
            let _ = self.folder.remove(&done_name(segment));
            let _ = self.folder.remove(&frames_name(segment));
        }
        let files = made?;
        self.know(segment, files.clone());
        Ok(files)
    }

    fn make(&self, segment: u64, head: &[u8]) -> io::Result<Files> {
        let done = self.folder.create(&done_name(segment))?;
        done.append(&[head])?;
        let frames = self.folder.create(&frames_name(segment))?;
        frames.append(&[head])?;
        if self.fsync {
            done.sync()?;
            frames.sync()?;
            self.folder.sync()?;
        }
        Ok(Files {
            frames,
            done: Some(done),
        })
    }

    /// The payload of a frame; an error of its own kind where it is not what was written.
    pub(crate) fn read(&self, place: &Place, bytes: u64) -> Result<Bytes, ReadError> {
        let files = self.files(place.segment).ok_or(ReadError::Gone)?;
        let length = usize::try_from(bytes).map_err(|_| ReadError::Damaged)?;
        let mut wire = vec![0; length];
        let at = place.offset.saturating_add(place.payload);
        let read = files.frames.read_at(&mut wire, at).map_err(ReadError::Io)?;
        if read < length || self.key.seal(&wire) != place.check {
            return Err(ReadError::Damaged);
        }
        Ok(wire.into())
    }

    /// Notes that a queue is done with a frame, before anybody is told.
    pub(crate) fn settle(&self, segment: u64, frame: u64, queue: u64) {
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        late.push((segment, frame, queue));
        late.retain(|(segment, frame, queue)| {
            let files = self.files(*segment);
            // Without the file its frames are gone, too.
            let Some(done) = files.and_then(|files| files.done) else {
                return false;
            };
            done.append(&[&settlement(&self.key, *frame, *queue)])
                .is_err()
        });
    }

    /// Removes a segment that nobody needs any more: the frames first, so that no frame is ever without its settlements.
    pub(crate) fn remove(&self, segment: u64) {
        let known = self.lock().remove(&segment);
        if known.is_none() {
            return;
        }
        let removed = self
            .folder
            .remove(&frames_name(segment))
            .and_then(|()| self.folder.remove(&done_name(segment)));
        if let Err(error) = removed {
            // It is looked at again when the folder is opened.
            tracing::warn!(target: "tollgate", segment, %error, "a file of the queue cannot be removed");
        }
    }

    /// Copies bytes that are no frame to where somebody may look at them.
    pub(crate) fn keep_aside(&self, segment: u64, offset: u64, length: u64) -> io::Result<()> {
        let Some(files) = self.files(segment) else {
            return Ok(());
        };
        let name = format!("{DAMAGED}/{}-{offset}", frames_name(segment));
        let aside = match self.folder.create(&name) {
            Ok(aside) => aside,
            // It was kept when the folder was opened before.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut buffer = vec![0; 1 << 20];
        let (mut at, end) = (offset, offset.saturating_add(length));
        while at < end {
            let room = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
            let room = room.min(buffer.len());
            let part = buffer.get_mut(..room).unwrap_or_default();
            let read = files.frames.read_at(part, at)?;
            if read == 0 {
                break;
            }
            aside.append(&[part.get(..read).unwrap_or_default()])?;
            at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        }
        Ok(())
    }
}

/// Why a payload is not there.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// It is not what was written.
    Damaged,
    /// Its file has been removed, because every queue is done with it.
    Gone,
    /// The disk says so.
    Io(io::Error),
}
