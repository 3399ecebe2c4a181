//! How frames and settlements lie in files.
//!
//! | file | content |
//! |---|---|
//! | `key` | a head alone: the folder's secret |
//! | `frames-N` | a head, then frames: marker, length of the header, header, its checksum, payload |
//! | `frames-N.done` | a head, then settlements of 32 bytes: frame, queue, checksum |
//!
//! Numbers are little endian. Each head holds the number of its segment and the secret once more, so that damage to one copy costs nothing.
//! The checksum of a header covers the number of its segment: bytes of a file that is gone are no frame in
//! another.

use std::sync::Arc;

use tollgate_record::Signal;

use crate::frame::{Meta, Stamp};
use crate::seal::{Key, MARKER, SEAL, plain};

const MAGIC: &[u8; 16] = b"tollgate queue 1";
/// Bytes at the beginning of every file.
pub(crate) const HEAD: usize = MAGIC.len() + 8 + 32 + SEAL;
/// Marker and length of the header.
pub(crate) const PREFIX: usize = MARKER + 4;
/// A header is never longer: as many policies and queues as can be counted, with names of some length.
pub(crate) const LONGEST_HEADER: usize = 4 << 20;
/// Bytes of a settlement.
pub(crate) const SETTLEMENT: usize = 8 + 8 + SEAL;

/// The head of a file of a segment; the folder's secret alone is of segment 0.
pub(crate) fn head(key: &Key, segment: u64) -> Vec<u8> {
    let mut head = [
        MAGIC.as_slice(),
        &segment.to_le_bytes(),
        key.bytes().as_slice(),
    ]
    .concat();
    let check = plain(&head);
    head.extend_from_slice(&check);
    head
}

/// The segment and the secret in a head, if the head is whole.
pub(crate) fn read_head(bytes: &[u8]) -> Option<(u64, Key)> {
    let (said, check) = bytes.get(..HEAD)?.split_at_checked(HEAD - SEAL)?;
    let mut rest = said.strip_prefix(MAGIC)?;
    let segment = u64::from_le_bytes(take(&mut rest)?);
    let key = Key::of(rest.try_into().ok()?);
    (plain(said) == check).then_some((segment, key))
}

/// The names of a frame's queues beside what else is known of it.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) meta: Meta,
    pub(crate) queues: Vec<String>,
    pub(crate) check: [u8; SEAL],
    /// Where the payload begins, from the beginning of the frame.
    pub(crate) payload: u64,
}

impl Header {
    /// Where the next frame begins, from the beginning of this one.
    pub(crate) fn end(&self) -> u64 {
        self.payload.saturating_add(self.meta.bytes)
    }
}

/// What stands before a payload. None if it would be too long to be read again.
pub(crate) fn frame_head(
    key: &Key,
    segment: u64,
    meta: &Meta,
    queues: &[String],
    payload: &[u8; SEAL],
) -> Option<Vec<u8>> {
    let mut header = Vec::with_capacity(192);
    header.extend_from_slice(&meta.id.to_le_bytes());
    header.push(meta.signal as u8);
    header.extend_from_slice(&meta.records.to_le_bytes());
    header.extend_from_slice(&meta.bytes.to_le_bytes());
    header.extend_from_slice(&meta.stamp.generation.to_le_bytes());
    push_count(&mut header, meta.stamp.policies.len())?;
    for policy in &meta.stamp.policies {
        header.extend_from_slice(policy);
    }
    push_count(&mut header, queues.len())?;
    for queue in queues {
        push_count(&mut header, queue.len())?;
        header.extend_from_slice(queue.as_bytes());
    }
    header.extend_from_slice(payload);
    if header.len() > LONGEST_HEADER {
        return None;
    }
    let length = u32::try_from(header.len()).ok()?;
    let seal = key.seal(segment, &header);
    let marker = key.marker();
    Some([marker.as_slice(), &length.to_le_bytes(), &header, &seal].concat())
}

/// Two bytes.
fn push_count(out: &mut Vec<u8>, count: usize) -> Option<()> {
    out.extend_from_slice(&u16::try_from(count).ok()?.to_le_bytes());
    Some(())
}

/// Reads what stands before a payload. None if it is not whole, or not of this segment.
pub(crate) fn read_frame_head(key: &Key, segment: u64, bytes: &[u8]) -> Option<Header> {
    let length = header_length(key, bytes)?;
    let sealed = bytes.get(PREFIX..)?;
    let header = sealed.get(..length)?;
    let check = sealed.get(length..)?.get(..SEAL)?;
    if key.seal(segment, header) != check {
        return None;
    }
    let mut rest = header;
    let id = u64::from_le_bytes(take(&mut rest)?);
    let [signal] = take(&mut rest)?;
    let signal = Signal::ALL
        .into_iter()
        .find(|known| *known as u8 == signal)?;
    let records = u32::from_le_bytes(take(&mut rest)?);
    let bytes = u64::from_le_bytes(take(&mut rest)?);
    let generation = u64::from_le_bytes(take(&mut rest)?);
    let policies = (0..count(&mut rest)?).map(|_| take(&mut rest));
    let policies = policies.collect::<Option<_>>()?;
    let queues = count(&mut rest)?;
    let mut names = Vec::with_capacity(queues);
    for _ in 0..queues {
        let length = count(&mut rest)?;
        let (name, after) = rest.split_at_checked(length)?;
        names.push(String::from_utf8(name.to_vec()).ok()?);
        rest = after;
    }
    let check = take(&mut rest)?;
    let stamp = Arc::new(Stamp {
        generation,
        policies,
    });
    Some(Header {
        meta: Meta {
            id,
            signal,
            records,
            bytes,
            stamp,
            context: None,
        },
        queues: names,
        check,
        payload: u64::try_from(PREFIX.checked_add(length)?.checked_add(SEAL)?).ok()?,
    })
}

/// How long the header is that begins here; none if none does.
pub(crate) fn header_length(key: &Key, bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes.strip_prefix(key.marker().as_slice())?;
    let length = usize::try_from(u32::from_le_bytes(take(&mut rest)?)).ok()?;
    (length <= LONGEST_HEADER).then_some(length)
}

fn count(rest: &mut &[u8]) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(take(rest)?)))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

/// Says that a queue is done with a frame, whichever file it lies in: the number of a frame is its own for ever.
pub(crate) fn settlement(key: &Key, frame: u64, queue: u64) -> [u8; SETTLEMENT] {
    let mut entry = [0; SETTLEMENT];
    let numbers = [frame.to_le_bytes(), queue.to_le_bytes()].concat();
    let seal = key.seal(0, &numbers);
    for (to, from) in entry.iter_mut().zip(numbers.iter().chain(&seal)) {
        *to = *from;
    }
    entry
}

/// All settlements in what stands behind a head, and whether everything there was one. After damage the next one is looked for.
pub(crate) fn read_settlements(key: &Key, mut bytes: &[u8]) -> (Vec<(u64, u64)>, bool) {
    let mut found = Vec::with_capacity(bytes.len().checked_div(SETTLEMENT).unwrap_or_default());
    let mut whole = true;
    while bytes.len() >= SETTLEMENT {
        let mut rest = bytes;
        let numbers = take(&mut rest).zip(take(&mut rest));
        let entry =
            numbers.map(|(frame, queue)| (u64::from_le_bytes(frame), u64::from_le_bytes(queue)));
        let sealed =
            entry.filter(|(frame, queue)| bytes.starts_with(&settlement(key, *frame, *queue)));
        let step = if let Some(entry) = sealed {
            found.push(entry);
            SETTLEMENT
        } else {
            whole = false;
            1
        };
        bytes = bytes.get(step..).unwrap_or_default();
    }
    (found, whole && bytes.is_empty())
}
