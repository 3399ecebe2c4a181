//! Opening a folder: what is in it, whatever happened to it.
//!
//! Only heads are read, and payloads are stepped over by their lengths; a payload is checked when it is read. Where no head is, the next
//! one is looked for: damage costs what it hit, and nothing else. Nothing that is found here is an error but a folder that cannot be
//! listed, or that we may not write to.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::disk::{DAMAGED, Disk, Done, Region, done_name, frames_name, segment_of};
use crate::folder::{File, Folder};
use crate::index::{Entry, Index, Owed, Place};
use crate::layout::{HEAD, Header, head, read_head, read_settlements};
use crate::scan::{Found, Scan};
use crate::seal::Key;
use crate::{Damage, Recovery};

const KEY: &str = "key";
const LOCK: &str = "lock";

/// A folder that was opened.
pub(crate) struct Recovered {
    pub(crate) disk: Disk,
    pub(crate) index: Index,
    pub(crate) recovery: Recovery,
    pub(crate) next_segment: u64,
}

/// What lies in a folder.
#[derive(Default)]
struct Contents {
    has_key: bool,
    segments: Vec<u64>,
    /// By name: whatever file it is that holds settlements, they are true.
    done: Vec<String>,
    strangers: Vec<String>,
    /// The highest number that any file has.
    newest: u64,
}

impl Contents {
    fn of(names: Vec<String>) -> Self {
        let mut contents = Self::default();
        for name in names {
            let done = name.strip_suffix(".done").and_then(segment_of);
            contents.newest = contents.newest.max(done.unwrap_or(0));
            if let Some(segment) = segment_of(&name) {
                contents.newest = contents.newest.max(segment);
                contents.segments.push(segment);
            } else if done.is_some() {
                contents.done.push(name);
            } else if name == KEY {
                contents.has_key = true;
            } else if !matches!(name.as_str(), LOCK | DAMAGED) {
                contents.strangers.push(name);
            }
        }
        contents.segments.sort_unstable();
        contents
    }
}

pub(crate) fn recover(
    folder: Arc<dyn Folder>,
    fsync: bool,
    lock: Option<std::fs::File>,
) -> io::Result<Recovered> {
    let contents = Contents::of(folder.list()?);
    let key = key(&*folder, &contents, fsync)?;
    let disk = Disk::new(folder, key, fsync, lock);
    let mut opening = Opening {
        done: settlements(&disk, &contents),
        disk,
        seen: HashSet::new(),
        strays: Vec::new(),
        index: Index::default(),
        recovery: Recovery {
            strangers: contents.strangers.clone(),
            ..Recovery::default()
        },
        last: contents.segments.last().copied().unwrap_or(0),
    };
    for segment in &contents.segments {
        opening.segment(*segment);
    }
    opening.disk.settle(std::mem::take(&mut opening.strays));
    opening.remove_what_is_settled(&contents);
    opening.index.next_id = opening.next_id();
    let queues = opening.index.queues.iter();
    opening.recovery.queues = queues.map(|queue| queue.name.to_string()).collect();
    opening.index.torn = opening.recovery.torn;
    Ok(Recovered {
        disk: opening.disk,
        index: opening.index,
        recovery: opening.recovery,
        next_segment: contents.newest.saturating_add(1),
    })
}

/// The folder's secret, as most files have it; a new one for a new folder.
fn key(folder: &dyn Folder, contents: &Contents, fsync: bool) -> io::Result<Key> {
    let own = if contents.has_key {
        head_of(folder, KEY)
    } else {
        Ok(None)
    };
    let mut votes: HashMap<[u8; 32], usize> = HashMap::new();
    let mut failed = None;
    let frames = contents
        .segments
        .iter()
        .map(|segment| frames_name(*segment));
    for name in frames.chain(contents.done.iter().cloned()) {
        match head_of(folder, &name) {
            Ok(Some(key)) => {
                let votes = votes.entry(*key.bytes()).or_default();
                *votes = votes.saturating_add(1);
            }
            Ok(None) => {}
            Err(error) => failed = Some(error),
        }
    }
    let most = votes.iter().max_by_key(|(_, votes)| **votes);
    let key = match (own, most) {
        // A single file may have come from elsewhere.
        (Ok(Some(own)), None | Some((_, 1))) => return Ok(own),
        (Ok(Some(own)), Some((_, most))) if votes.get(own.bytes()) == Some(most) => return Ok(own),
        // What cannot be read today may be tomorrow: it is not written over.
        (Err(_), Some((key, _))) => return Ok(Key::of(*key)),
        (Err(error), None) => return Err(error),
        (Ok(_), Some((key, _))) => Key::of(*key),
        // A new key would make all that is there worthless.
        (Ok(None), None) => match failed {
            Some(error) => return Err(error),
            None => Key::random()?,
        },
    };
    match write_key(folder, &key, contents.has_key, fsync) {
        Ok(()) => {}
        Err(error) if is_forbidden(&error) => return Err(error),
        Err(error) => {
            // Every segment has it, too.
            tracing::warn!(target: "tollgate", %error, "the queue's key file cannot be written; the next start tries again");
        }
    }
    Ok(key)
}

fn is_forbidden(error: &io::Error) -> bool {
    let kind = error.kind();
    matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

fn write_key(folder: &dyn Folder, key: &Key, is_there: bool, fsync: bool) -> io::Result<()> {
    if is_there {
        folder.remove(KEY)?;
    }
    let file = folder.create(KEY)?;
    file.append(&[&head(key, 0)])?;
    if fsync {
        file.sync()?;
        folder.sync()?;
    }
    Ok(())
}

/// The secret in a file's head, if it has one. A folder of that name is no file of ours.
fn head_of(folder: &dyn Folder, name: &str) -> io::Result<Option<Key>> {
    let file = match folder.open(name) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = [0; HEAD];
    let read = file.read_at(&mut bytes, 0)?;
    let head = bytes.get(..read).and_then(read_head);
    Ok(head.map(|(_, key)| key))
}

/// Everything that any file says is settled. Whose file it stands in does not matter: a file may have been renamed.
fn settlements(disk: &Disk, contents: &Contents) -> HashMap<(u64, u64), u64> {
    let mut done = HashMap::new();
    for name in &contents.done {
        let segment = name.strip_suffix(".done").and_then(segment_of);
        let segment = segment.unwrap_or(0);
        let bytes = disk.folder.open(name).and_then(|file| whole(&*file));
        let is_whole = bytes.is_ok_and(|bytes| {
            let entries = bytes.get(HEAD..).unwrap_or_default();
            let (found, is_whole) = read_settlements(&disk.key, entries);
            done.extend(found.into_iter().map(|settled| (settled, segment)));
            is_whole
        });
        if !is_whole {
            tracing::warn!(target: "tollgate", file = name, "a file of the queue is damaged: what it said was delivered may be delivered again");
        }
    }
    done
}

fn whole(file: &dyn File) -> io::Result<Vec<u8>> {
    let length = usize::try_from(file.length()?).unwrap_or(usize::MAX);
    let mut bytes = vec![0; length];
    let read = file.read_at(&mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}

struct Opening {
    disk: Disk,
    /// What is settled, by frame and queue, and whose file says so.
    done: HashMap<(u64, u64), u64>,
    /// Settlements in files that may go before the frames: they are written where they belong.
    strays: Vec<Done>,
    /// Frames that some file had.
    seen: HashSet<u64>,
    index: Index,
    recovery: Recovery,
    /// The segment that was written last.
    last: u64,
}

impl Opening {
    /// Finds the frames of a segment.
    fn segment(&mut self, segment: u64) {
        self.index.segments.entry(segment).or_default().sealed = true;
        let name = frames_name(segment);
        let Ok(file) = self.disk.folder.open(&name) else {
            return self.unreadable(segment);
        };
        let key = self.disk.key.clone();
        let Ok(mut scan) = Scan::new(&file, &key, segment) else {
            return self.unreadable(segment);
        };
        let mut bytes = scan.length();
        let has_head = bytes >= u64::try_from(HEAD).unwrap_or(u64::MAX);
        if !has_head && segment != self.last {
            self.damaged(segment, 0, bytes);
        }
        // Nothing is cut off that a frame before claims.
        let mut claimed = 0;
        while let Some(found) = scan.next() {
            match found {
                Found::Frame { offset, header } => {
                    claimed = claimed.max(offset.saturating_add(header.end()));
                    self.frame(segment, offset, header);
                }
                // Only what was written last can have been cut off while it was written.
                Found::Torn { offset } if segment == self.last && offset >= claimed => {
                    self.recovery.torn = self.recovery.torn.saturating_add(1);
                    if file.truncate(offset).is_ok() {
                        bytes = offset;
                    }
                }
                Found::Torn { offset } => {
                    let length = scan.length().saturating_sub(offset);
                    // What is kept elsewhere need not be looked at again.
                    let is_kept = self.damaged(segment, offset, length);
                    if is_kept && offset >= claimed && file.truncate(offset).is_ok() {
                        bytes = offset;
                    }
                }
                Found::Damaged { offset, length } => {
                    self.damaged(segment, offset, length);
                }
                Found::Unreadable => self.unreadable(segment),
            }
        }
        self.index.segments.entry(segment).or_default().bytes = bytes;
    }

    fn unreadable(&mut self, segment: u64) {
        self.index.stays(segment);
        self.recovery.unreadable.push(frames_name(segment));
    }

    /// Keeps aside what is no frame, and says whether that could be done. It is told once: what an earlier start kept was told then.
    fn damaged(&mut self, segment: u64, offset: u64, length: u64) -> bool {
        let kept = self.disk.keep_aside(&Region {
            segment,
            offset,
            length,
        });
        if let Ok(false) = kept {
            return true;
        }
        if let Err(error) = &kept {
            tracing::error!(target: "tollgate", %error, "damaged bytes of the queue cannot be kept aside; their file stays");
            self.index.stays(segment);
        }
        self.index.damaged_frames = self.index.damaged_frames.saturating_add(1);
        self.recovery.damage.push(Damage {
            file: frames_name(segment),
            offset,
            length,
        });
        kept.is_ok()
    }

    fn frame(&mut self, segment: u64, offset: u64, header: Header) {
        let id = header.meta.id;
        let place = Place {
            segment,
            offset,
            payload: header.payload,
            check: header.check,
        };
        let mut owed = Vec::with_capacity(header.queues.len());
        for name in &header.queues {
            let settled = (id, self.disk.key.name(name));
            match self.done.get(&settled) {
                Some(said) if *said == segment => {}
                Some(_) => self.strays.push(Done {
                    segment,
                    frame: id,
                    queue: settled.1,
                }),
                None => owed.push(Owed {
                    queue: self.index.queue(name),
                    told: None,
                }),
            }
        }
        // A file that lies there twice does not deliver twice.
        if !self.seen.insert(id) {
            self.index.lies_too(id, place);
            return;
        }
        if owed.is_empty() {
            return;
        }
        self.recovery.found.add(&header.meta);
        let entry = Entry {
            meta: Arc::new(header.meta),
            places: vec![place],
            wire: None,
            owed,
            failed_reads: 0,
        };
        self.index.publish(entry, true);
    }

    /// Removes segments that nothing of is needed, and settlements whose segment is gone.
    fn remove_what_is_settled(&mut self, contents: &Contents) {
        let segments = self.index.segments.iter();
        let done = segments.filter(|(_, state)| state.is_done());
        let done: Vec<_> = done.map(|(segment, _)| *segment).collect();
        self.index.drop_segments(&done);
        for segment in done {
            self.disk.remove(segment);
        }
        for name in &contents.done {
            let has_segment = |segment: &u64| done_name(*segment) == *name;
            if !contents.segments.iter().any(has_segment) {
                // What is left of it is looked at again by the next start.
                let _ = self.disk.folder.remove(name);
            }
        }
    }

    /// A number that no frame had: frames and settlements may lie where we could not read.
    fn next_id(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(0));
        let seen = self.seen.iter().chain(self.done.keys().map(|(id, _)| id));
        let last = seen.max().copied().unwrap_or(0);
        last.saturating_add(1).max(now.saturating_mul(1024))
    }
}
