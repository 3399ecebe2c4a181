//! Cutting a request in two, on its bytes: for destinations that find it too large, and for batches with a largest size.
//!
//! A cut goes between two records. Every message above it (request, resource, scope, metric) stands in both parts with all that it says
//! of itself, unknown fields too; what lies wholly on one side goes there as it is. Nothing is decoded.

use bytes::Bytes;

use crate::count::count;
use crate::error::Malformed;
use crate::signal::Signal;
use crate::wire::{BYTES, Element, Reader, bytes_len, put_bytes};

/// Where to cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// After half of the records.
    Half,
    /// After so many records, and one at the least.
    Records(u32),
    /// After as many records as so many bytes hold with all that stands above them, and one at the least.
    Bytes(usize),
}

/// A part of a request: a request itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `Export*ServiceRequest` in protobuf.
    pub wire: Bytes,
    /// The records that it holds.
    pub records: u32,
}

/// Cuts a request in two. Each of its records is in one of the parts, in their order. There is nothing to cut off where the whole is
/// within the limit, or no two records are there: one record cannot be cut.
pub fn split(signal: Signal, wire: &Bytes, cut: Cut) -> Result<Option<(Part, Part)>, Malformed> {
    let records = count(signal, wire)?;
    let wanted = match cut {
        Cut::Half => records / 2,
        Cut::Records(most) => most,
        Cut::Bytes(most) if wire.len() <= most => records,
        Cut::Bytes(most) => fitting(Level::request(signal), wire, most)?,
    };
    let first = wanted.max(1);
    if first >= records {
        return Ok(None);
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    divide(Level::request(signal), wire, first, &mut before, &mut after)?;
    Ok(Some((
        Part {
            wire: before.into(),
            records: first,
        },
        Part {
            wire: after.into(),
            records: records.saturating_sub(first),
        },
    )))
}

/// What a message is: how many levels of messages stand between it and its records.
#[derive(Clone, Copy)]
struct Level {
    signal: Signal,
    depth: u8,
}

impl Level {
    fn request(signal: Signal) -> Self {
        Self { signal, depth: 0 }
    }

    /// What the messages in it are.
    fn below(self) -> Self {
        Self {
            depth: self.depth.saturating_add(1),
            ..self
        }
    }

    fn is_record(self) -> bool {
        self.depth >= if self.signal == Signal::Metrics { 5 } else { 3 }
    }

    /// Whether a field of it leads to records.
    fn leads_on(self, element: &Element) -> bool {
        match (self.depth, element.number) {
            (0, 1) | (1 | 2, 2) => true,
            // The data of a metric, of any kind, and the points in it.
            (3, 5 | 7 | 9 | 10 | 11) | (4, 1) => self.signal == Signal::Metrics,
            _ => false,
        }
    }

    fn records(self, message: &[u8]) -> Result<u32, Malformed> {
        if self.is_record() {
            return Ok(1);
        }
        let mut records = 0_u32;
        let mut reader = Reader::new(message, 0);
        while let Some(element) = reader.next()? {
            if self.leads_on(&element) {
                let below = self.below().records(inside(message, &element)?)?;
                records = records.saturating_add(below);
            }
        }
        Ok(records)
    }
}

/// Writes a message with its first `most` records to `before`, and with the others to `after`. It has more than that.
fn divide(
    level: Level,
    message: &[u8],
    most: u32,
    before: &mut Vec<u8>,
    after: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let mut left = most;
    let mut reader = Reader::new(message, 0);
    while let Some(element) = reader.next()? {
        let whole = whole(message, &element);
        if !level.leads_on(&element) {
            before.extend_from_slice(whole);
            after.extend_from_slice(whole);
            continue;
        }
        let content = inside(message, &element)?;
        if left == 0 {
            after.extend_from_slice(whole);
            continue;
        }
        let records = level.below().records(content)?;
        if records <= left {
            before.extend_from_slice(whole);
            left = left.saturating_sub(records);
            continue;
        }
        let (mut here, mut there) = (Vec::new(), Vec::new());
        divide(level.below(), content, left, &mut here, &mut there)?;
        put_bytes(before, element.number, &here);
        put_bytes(after, element.number, &there);
        left = 0;
    }
    Ok(())
}

/// How many records of a message that is longer than `room` are not, with all that the message says of itself. Not all of them: where
/// they are, it is an envelope without any behind them that is too much.
fn fitting(level: Level, message: &[u8], room: usize) -> Result<u32, Malformed> {
    let mut left = room;
    let mut reader = Reader::new(message, 0);
    while let Some(element) = reader.next()? {
        if !level.leads_on(&element) {
            left = left.saturating_sub(whole(message, &element).len());
        }
    }
    let mut records = 0_u32;
    let mut reader = Reader::new(message, 0);
    while let Some(element) = reader.next()? {
        if !level.leads_on(&element) {
            continue;
        }
        let content = inside(message, &element)?;
        let length = whole(message, &element).len();
        if let Some(rest) = left.checked_sub(length) {
            left = rest;
            records = records.saturating_add(level.below().records(content)?);
            continue;
        }
        if !level.below().is_record() {
            // A tag, and a length that takes no more than that of all that is left.
            let head = bytes_len(left).saturating_sub(left);
            let below = fitting(level.below(), content, left.saturating_sub(head))?;
            records = records.saturating_add(below);
        }
        break;
    }
    Ok(records.min(level.records(message)?.saturating_sub(1)))
}

fn whole<'a>(message: &'a [u8], element: &Element) -> &'a [u8] {
    message
        .get(element.start as usize..element.end as usize)
        .unwrap_or_default()
}

fn inside<'a>(message: &'a [u8], element: &Element) -> Result<&'a [u8], Malformed> {
    element.expect(BYTES)?;
    Ok(message
        .get(element.content as usize..element.end as usize)
        .unwrap_or_default())
}
