//! Opening a folder: what is in it, whatever happened to it.
//!
//! Only heads are read, and payloads are stepped over by their lengths; a payload is checked when it is read. Where no head is, the next
//! one is looked for: damage costs what it hit, and nothing else. Nothing that is found here is an error but a folder that cannot be
//! read or written.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use memchr::memmem;

use crate::disk::{DAMAGED, Disk, Files, done_name, segment_of};
use crate::folder::{File, Folder};
use crate::index::{Entry, Index, Owed, Place};
use crate::layout::{
    HEAD, Header, LONGEST_HEADER, PREFIX, head, header_length, read_frame_head, read_head,
    read_settlements,
};
use crate::report::Amount;
use crate::seal::{Key, SEAL};
use crate::{Damage, Recovery};

const KEY: &str = "key";
const LOCK: &str = "lock";
/// What is read at once when a head is looked for.
const LOOK: usize = 1 << 20;

/// A folder that was opened.
pub(crate) struct Recovered {
    pub(crate) disk: Disk,
    pub(crate) index: Index,
    pub(crate) recovery: Recovery,
    pub(crate) next_segment: u64,
}

pub(crate) fn recover(folder: &Arc<dyn Folder>, fsync: bool) -> io::Result<Recovered> {
    let names = folder.list()?;
    let mut recovery = Recovery::default();
    let mut segments: Vec<(u64, Arc<dyn File>)> = Vec::new();
    let mut newest = 0;
    for name in &names {
        if let Some(segment) = segment_of(name) {
            newest = newest.max(segment);
            match folder.open(name) {
                Ok(file) => segments.push((segment, file)),
                Err(_) => recovery.strangers.push(name.clone()),
            }
        } else if let Some(segment) = name.strip_suffix(".done").and_then(segment_of) {
            newest = newest.max(segment);
        } else if !matches!(name.as_str(), KEY | LOCK | DAMAGED) {
            recovery.strangers.push(name.clone());
        }
    }
    segments.sort_by_key(|(segment, _)| *segment);
    let key = key(&**folder, &names, &segments, fsync)?;
    let disk = Disk::new(Arc::clone(folder), key, fsync);
    let done = settlements(&disk, &names);
    let mut scan = Scan {
        disk,
        done,
        seen: HashSet::new(),
        index: Index::default(),
        recovery,
        newest,
    };
    for (segment, file) in segments {
        scan.segment(segment, &file)?;
    }
    scan.orphans(&names);
    scan.index.next_id = scan.next_id();
    let queues = scan.index.queues.iter().map(|queue| queue.name.clone());
    scan.recovery.queues = queues.collect();
    Ok(Recovered {
        disk: scan.disk,
        index: scan.index,
        recovery: scan.recovery,
        next_segment: scan.newest.saturating_add(1),
    })
}

/// The folder's secret: from its own file, or else from the head that most files agree on; a new one for a new folder.
fn key(
    folder: &dyn Folder,
    names: &[String],
    segments: &[(u64, Arc<dyn File>)],
    fsync: bool,
) -> io::Result<Key> {
    let is_there = names.iter().any(|name| name == KEY);
    let written = if is_there {
        folder.open(KEY).ok().and_then(|file| head_of(&*file))
    } else {
        None
    };
    if let Some(key) = written {
        return Ok(key);
    }
    let mut votes: HashMap<[u8; 32], usize> = HashMap::new();
    let sidecars = segments.iter().filter_map(|(segment, _)| {
        let name = done_name(*segment);
        folder.open(&name).ok()
    });
    let sidecars: Vec<_> = sidecars.collect();
    let files = segments.iter().map(|(_, file)| file).chain(&sidecars);
    for key in files.filter_map(|file| head_of(&**file)) {
        let votes = votes.entry(*key.bytes()).or_default();
        *votes = votes.saturating_add(1);
    }
    let most = votes.into_iter().max_by_key(|(_, votes)| *votes);
    let key = match most {
        Some((key, _)) => Key::of(key),
        None => Key::random()?,
    };
    if is_there {
        folder.remove(KEY)?;
    }
    let file = folder.create(KEY)?;
    file.append(&[&head(&key)])?;
    if fsync {
        file.sync()?;
        folder.sync()?;
    }
    Ok(key)
}

fn head_of(file: &dyn File) -> Option<Key> {
    let mut bytes = [0; HEAD];
    let read = file.read_at(&mut bytes, 0).ok()?;
    read_head(bytes.get(..read)?)
}

/// Everything that any file says is settled. Whose file it stands in does not matter: a file may have been renamed.
fn settlements(disk: &Disk, names: &[String]) -> HashSet<(u64, u64)> {
    let mut done = HashSet::new();
    for name in names.iter().filter(|name| name.contains(".done")) {
        let Ok(file) = disk.folder.open(name) else {
            continue;
        };
        let Ok(bytes) = whole(&*file) else {
            continue;
        };
        let entries = bytes.get(HEAD..).unwrap_or_default();
        let (found, is_whole) = read_settlements(&disk.key, entries);
        if !is_whole {
            tracing::warn!(target: "tollgate", file = name, "a file of the queue is damaged: what it said was delivered may be delivered again");
        }
        done.extend(found);
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

struct Scan {
    disk: Disk,
    /// What is settled, by frame and queue.
    done: HashSet<(u64, u64)>,
    seen: HashSet<u64>,
    index: Index,
    recovery: Recovery,
    newest: u64,
}

impl Scan {
    /// Finds the frames of a segment.
    fn segment(&mut self, segment: u64, file: &Arc<dyn File>) -> io::Result<()> {
        let length = file.length()?;
        let done = self.disk.folder.open(&done_name(segment));
        // A lost file of settlements is made anew: without one every settlement would be forgotten.
        let done = done.or_else(|_| {
            let made = self.disk.folder.create(&done_name(segment))?;
            made.append(&[&head(&self.disk.key)])?;
            Ok::<_, io::Error>(made)
        });
        self.disk.know(
            segment,
            Files {
                frames: Arc::clone(file),
                done: done.ok(),
            },
        );
        let state = self.index.segments.entry(segment).or_default();
        state.bytes = length;
        state.sealed = true;
        let mut offset = u64::try_from(HEAD).unwrap_or(u64::MAX);
        while offset < length {
            let head = self.head(&**file, offset)?;
            let fits = |header: &Header| offset.saturating_add(header.end()) <= length;
            match head {
                Some(header) if fits(&header) => {
                    let next = offset.saturating_add(header.end());
                    self.frame(segment, offset, header);
                    offset = next;
                }
                other => {
                    let next = self.next_head(&**file, offset.saturating_add(1), length)?;
                    // A frame that ends behind the end of the last file was being written when everything stopped.
                    let is_torn = next.is_none()
                        && segment == self.newest
                        && (other.is_some() || self.is_beginning(&**file, offset, length)?);
                    let end = next.unwrap_or(length);
                    if is_torn {
                        self.recovery.torn = self.recovery.torn.saturating_add(1);
                    } else {
                        self.damaged(segment, offset, end.saturating_sub(offset));
                    }
                    offset = end;
                }
            }
        }
        let is_empty = self
            .index
            .segments
            .get(&segment)
            .is_none_or(|state| state.live == 0);
        if is_empty {
            self.index.segments.remove(&segment);
            self.disk.remove(segment);
        }
        Ok(())
    }

    /// The head of a frame that begins here.
    fn head(&self, file: &dyn File, offset: u64) -> io::Result<Option<Header>> {
        let mut bytes = vec![0; 512];
        let read = file.read_at(&mut bytes, offset)?;
        bytes.truncate(read);
        let Some(length) = header_length(&self.disk.key, &bytes) else {
            return Ok(None);
        };
        let whole = PREFIX.saturating_add(length).saturating_add(SEAL);
        if whole > bytes.len() && read == 512 {
            bytes.resize(whole.min(LONGEST_HEADER), 0);
            let read = file.read_at(&mut bytes, offset)?;
            bytes.truncate(read);
        }
        Ok(read_frame_head(&self.disk.key, &bytes))
    }

    /// Whether what stands at the end of a file is the beginning of a frame, or zeros that the system put there.
    fn is_beginning(&self, file: &dyn File, offset: u64, length: u64) -> io::Result<bool> {
        let rest = usize::try_from(length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; rest.min(LONGEST_HEADER)];
        let read = file.read_at(&mut bytes, offset)?;
        let bytes = bytes.get(..read).unwrap_or_default();
        let marker = self.disk.key.marker();
        let begins = marker.starts_with(bytes.get(..marker.len()).unwrap_or(bytes));
        let is_cut = header_length(&self.disk.key, bytes)
            .is_none_or(|length| PREFIX.saturating_add(length).saturating_add(SEAL) > rest);
        Ok((begins && is_cut) || bytes.iter().all(|byte| *byte == 0))
    }

    /// Where the next frame begins, from an offset on.
    fn next_head(&self, file: &dyn File, from: u64, length: u64) -> io::Result<Option<u64>> {
        let marker = self.disk.key.marker();
        let finder = memmem::Finder::new(&marker);
        let mut buffer = vec![0; LOOK];
        let mut at = from;
        while at < length {
            let read = file.read_at(&mut buffer, at)?;
            let bytes = buffer.get(..read).unwrap_or_default();
            for found in finder.find_iter(bytes) {
                let offset = at.saturating_add(u64::try_from(found).unwrap_or(u64::MAX));
                if self.head(file, offset)?.is_some() {
                    return Ok(Some(offset));
                }
            }
            if read < LOOK {
                return Ok(None);
            }
            // A marker may lie across the border.
            let step = LOOK.saturating_sub(marker.len());
            at = at.saturating_add(u64::try_from(step).unwrap_or(u64::MAX));
        }
        Ok(None)
    }

    fn damaged(&mut self, segment: u64, offset: u64, length: u64) {
        self.index.damaged_frames = self.index.damaged_frames.saturating_add(1);
        let kept = self.disk.keep_aside(segment, offset, length);
        if let Err(error) = kept {
            tracing::error!(target: "tollgate", %error, "damaged bytes of the queue could not be kept aside");
        }
        self.recovery.damage.push(Damage {
            file: crate::disk::frames_name(segment),
            offset,
            length,
        });
    }

    fn frame(&mut self, segment: u64, offset: u64, header: Header) {
        let id = header.meta.id;
        // A file that lies there twice does not deliver twice.
        if !self.seen.insert(id) {
            return;
        }
        let (payload, check) = (header.payload, header.check);
        let key = &self.disk.key;
        let open = header
            .queues
            .iter()
            .filter(|name| !self.done.contains(&(id, key.name(name))));
        let owed: Vec<_> = open
            .map(|name| Owed {
                queue: self.index.queue(name),
                told: None,
            })
            .collect();
        if owed.is_empty() {
            return;
        }
        let found: &mut Amount = &mut self.recovery.found;
        found.add(&header.meta);
        self.index.publish(
            Entry {
                meta: Arc::new(header.meta),
                place: Some(Place {
                    segment,
                    offset,
                    payload,
                    check,
                }),
                wire: None,
                owed,
            },
            true,
        );
    }

    /// Settlements whose frames are gone.
    fn orphans(&self, names: &[String]) {
        for name in names {
            let segment = name.strip_suffix(".done").and_then(segment_of);
            if segment.is_some_and(|segment| !self.index.segments.contains_key(&segment)) {
                // It may be gone with its segment.
                let _ = self.disk.folder.remove(name);
            }
        }
    }

    /// A number that no frame had: settlements of frames that are gone may still lie somewhere.
    fn next_id(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0));
        let seen = self.seen.iter().chain(self.done.iter().map(|(id, _)| id));
        let last = seen.max().copied().unwrap_or(0);
        last.saturating_add(1).max(now.checked_shl(20).unwrap_or(0))
    }
}
