//! Reading a segment from its heads: where frames are, and what lies between them.

use std::io;
use std::sync::Arc;

use memchr::memmem;

use crate::folder::File;
use crate::layout::{HEAD, Header, PREFIX, header_length, read_frame_head, read_head};
use crate::seal::{Key, SEAL};

/// What is read at once where a frame is expected.
const GLANCE: usize = 4096;
/// What is read at once when a head is looked for.
const LOOK: usize = 1 << 20;

/// What lies at one place of a segment.
pub(crate) enum Found {
    /// A frame, whole as far as its head says.
    Frame { offset: u64, header: Header },
    /// A frame that ends behind the end of the file, or a part of a head, or zeros that the system put there; nothing follows.
    Torn { offset: u64 },
    /// Bytes that are no frame.
    Damaged { offset: u64, length: u64 },
    /// Bytes that the disk does not let us read: nothing is known of them.
    Unreadable,
}

/// A segment from its beginning to its end.
pub(crate) struct Scan<'a> {
    file: &'a dyn File,
    key: &'a Key,
    /// What its headers are sealed for.
    segment: u64,
    length: u64,
    offset: u64,
    /// From where on a frame may begin that is not where it should: the payload of the one before.
    payload: Option<u64>,
    window: Vec<u8>,
    /// Where the window begins.
    start: u64,
}

impl<'a> Scan<'a> {
    /// Of the segment of this number, or of the number in its head: a file may have been renamed.
    pub(crate) fn new(file: &'a Arc<dyn File>, key: &'a Key, segment: u64) -> io::Result<Self> {
        let length = file.length()?;
        let mut head = [0; HEAD];
        let read = file.read_at(&mut head, 0)?;
        let said = head.get(..read).and_then(read_head);
        let said = said.filter(|(_, known)| known.bytes() == key.bytes());
        let said_nothing = said.is_none();
        Ok(Self {
            file: &**file,
            key,
            segment: said.map_or(segment, |(segment, _)| segment),
            length,
            offset: u64::try_from(HEAD).unwrap_or(u64::MAX).min(length),
            // Without a head the first frame may begin anywhere.
            payload: said_nothing.then_some(0),
            window: Vec::new(),
            start: 0,
        })
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The next thing.
    pub(crate) fn next(&mut self) -> Option<Found> {
        loop {
            let offset = self.offset;
            if offset >= self.length {
                return None;
            }
            let head = self.head(offset);
            let is_unreadable = head.is_err();
            let head = head.ok().flatten();
            let ends = head.as_ref().map(|head| offset.saturating_add(head.end()));
            if let (Some(header), Some(end)) = (&head, ends.filter(|end| *end <= self.length)) {
                self.payload = Some(offset.saturating_add(header.payload));
                self.offset = end;
                return head.map(|header| Found::Frame { offset, header });
            }
            // Bytes may have been lost from the frame before, and what follows it begins within it.
            let from = self.payload.take();
            let behind = offset.saturating_add(1);
            let mut next = self.next_head(from.unwrap_or(behind));
            // It has a head, and ends behind the file.
            if next == Some(offset) {
                next = self.next_head(behind);
            }
            self.offset = next.unwrap_or(self.length);
            let length = self.offset.saturating_sub(offset);
            match next {
                _ if is_unreadable => return Some(Found::Unreadable),
                Some(next) if next < offset => {}
                None if head.is_some() || self.is_beginning(offset) => {
                    return Some(Found::Torn { offset });
                }
                _ => return Some(Found::Damaged { offset, length }),
            }
        }
    }

    /// The head of a frame that begins here.
    fn head(&mut self, offset: u64) -> io::Result<Option<Header>> {
        let (key, segment) = (self.key, self.segment);
        let bytes = self.bytes(offset, PREFIX)?;
        let Some(length) = header_length(key, bytes) else {
            return Ok(None);
        };
        let whole = PREFIX.saturating_add(length).saturating_add(SEAL);
        let bytes = self.bytes(offset, whole)?;
        Ok(read_frame_head(key, segment, bytes))
    }

    /// So many bytes from a place, or more; less at the end.
    fn bytes(&mut self, offset: u64, least: usize) -> io::Result<&[u8]> {
        let within = |start: u64, window: &[u8]| {
            let from = usize::try_from(offset.checked_sub(start)?).ok()?;
            let left = window.len().checked_sub(from)?;
            (left >= least).then_some(from)
        };
        if within(self.start, &self.window).is_none() {
            self.window.resize(least.max(GLANCE), 0);
            self.start = offset;
            let read = self.file.read_at(&mut self.window, offset);
            self.window.truncate(*read.as_ref().unwrap_or(&0));
            read?;
        }
        let from = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        Ok(self.window.get(from..).unwrap_or_default())
    }

    /// Whether what stands at the end of the file is the beginning of a frame, or zeros that the system put there.
    fn is_beginning(&mut self, offset: u64) -> bool {
        let rest = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let key = self.key;
        let Ok(bytes) = self.bytes(offset, rest.min(LOOK)) else {
            return false;
        };
        let marker = key.marker();
        let begins = marker.starts_with(bytes.get(..marker.len()).unwrap_or(bytes));
        let whole = |length: usize| PREFIX.saturating_add(length).saturating_add(SEAL);
        let is_cut = match header_length(key, bytes) {
            Some(length) => whole(length) > rest,
            None => rest < PREFIX,
        };
        (begins && is_cut) || bytes.iter().all(|byte| *byte == 0)
    }

    /// Where the next frame begins, from an offset on. What cannot be read is stepped over.
    fn next_head(&mut self, from: u64) -> Option<u64> {
        let marker = self.key.marker();
        let finder = memmem::Finder::new(&marker);
        let mut buffer = Vec::new();
        let mut at = from;
        // Mostly it is near, and a file may be damaged in very many places.
        let mut look = GLANCE;
        while at < self.length {
            buffer.resize(look.max(buffer.len()), 0);
            let part = buffer.get_mut(..look)?;
            let Ok(read) = self.file.read_at(part, at) else {
                if look == GLANCE {
                    at = at.saturating_add(step(GLANCE));
                }
                look = GLANCE;
                continue;
            };
            let bytes = buffer.get(..read)?;
            for found in finder.find_iter(bytes) {
                let offset = at.saturating_add(step(found));
                if matches!(self.head(offset), Ok(Some(_))) {
                    return Some(offset);
                }
            }
            if read < look {
                return None;
            }
            // A marker may lie across the border.
            at = at.saturating_add(step(look.saturating_sub(marker.len())));
            look = look.saturating_mul(4).min(LOOK);
        }
        None
    }
}

fn step(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
