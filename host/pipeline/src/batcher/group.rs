//! Requests that wait to be put together.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use tollgate_config::Sizer;
use tollgate_otlp::Permit;
use tollgate_record::RequestContext;

use super::waiter::Waiter;
use crate::passage::Parked;

/// Requests that may go on together, in the order in which they came.
#[derive(Debug)]
pub(super) struct Group {
    context: Arc<RequestContext>,
    parts: VecDeque<Part>,
    items: u64,
    bytes: u64,
    /// How many batches have gone on: a timer that was set before the last of them is void.
    age: u64,
}

/// Records of one request that go on together.
#[derive(Debug)]
pub(super) struct Part {
    /// The whole request.
    pub(super) wire: Bytes,
    /// How many records the request has.
    pub(super) records: u32,
    /// Which of them are meant.
    pub(super) range: Range<u32>,
    pub(super) waiter: Arc<Waiter>,
    /// Bytes of the budget, as long as any part of the request waits.
    permit: Arc<Permit>,
}

impl Group {
    pub(super) fn new(context: Arc<RequestContext>) -> Self {
        Self {
            context,
            parts: VecDeque::new(),
            items: 0,
            bytes: 0,
            age: 0,
        }
    }

    /// What is known of all requests in it.
    pub(super) fn context(&self) -> Arc<RequestContext> {
        Arc::clone(&self.context)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn age(&self) -> u64 {
        self.age
    }

    pub(super) fn size(&self, sizer: Sizer) -> u64 {
        match sizer {
            Sizer::Items => self.items,
            Sizer::Bytes => self.bytes,
        }
    }

    pub(super) fn push(&mut self, part: Part) {
        self.items = self.items.saturating_add(part.size(Sizer::Items));
        self.bytes = self.bytes.saturating_add(part.size(Sizer::Bytes));
        self.parts.push_back(part);
    }

    /// Takes out as much as fits into `most`, and one record at least. A request is divided between records; the bytes of a record
    /// are estimated then, as its share of the request.
    pub(super) fn take(&mut self, most: u64, sizer: Sizer) -> Vec<Part> {
        let mut taken: Vec<Part> = Vec::new();
        let mut room = most;
        while let Some(mut part) = self.parts.pop_front() {
            self.items = self.items.saturating_sub(part.size(Sizer::Items));
            self.bytes = self.bytes.saturating_sub(part.size(Sizer::Bytes));
            let size = part.size(sizer);
            if size <= room {
                room = room.saturating_sub(size);
                taken.push(part);
                continue;
            }
            let fits = part.fits(room, sizer);
            let fits = if taken.is_empty() { fits.max(1) } else { fits };
            if let Some(first) = part.split(fits) {
                taken.push(first);
            }
            if !part.range.is_empty() {
                self.items = self.items.saturating_add(part.size(Sizer::Items));
                self.bytes = self.bytes.saturating_add(part.size(Sizer::Bytes));
                self.parts.push_front(part);
            }
            break;
        }
        self.age = self.age.saturating_add(1);
        taken
    }
}

impl Part {
    pub(super) fn new(parked: &Parked, waiter: Arc<Waiter>, permit: Permit) -> Self {
        Self {
            wire: parked.load.wire.clone(),
            records: parked.records,
            range: 0..parked.records,
            waiter,
            permit: Arc::new(permit),
        }
    }

    /// How many records it has.
    pub(super) fn length(&self) -> u32 {
        self.range.end.saturating_sub(self.range.start)
    }

    fn size(&self, sizer: Sizer) -> u64 {
        let items = u64::from(self.length());
        match sizer {
            Sizer::Items => items,
            Sizer::Bytes => {
                let bytes = u64::try_from(self.wire.len()).unwrap_or(u64::MAX);
                let share = bytes.saturating_mul(items);
                share.checked_div(u64::from(self.records)).unwrap_or(bytes)
            }
        }
    }

    /// How many of its records have room.
    fn fits(&self, room: u64, sizer: Sizer) -> u32 {
        let fits = match sizer {
            Sizer::Items => room,
            Sizer::Bytes => {
                let items = room.saturating_mul(u64::from(self.length()));
                items.checked_div(self.size(Sizer::Bytes)).unwrap_or(0)
            }
        };
        u32::try_from(fits).unwrap_or(u32::MAX).min(self.length())
    }

    /// Takes its first records away from it; none if these are none.
    pub(super) fn split(&mut self, records: u32) -> Option<Self> {
        let middle = self.range.start.saturating_add(records).min(self.range.end);
        let first = self.range.start..middle;
        if first.is_empty() {
            return None;
        }
        self.range.start = middle;
        Some(Self {
            wire: self.wire.clone(),
            records: self.records,
            range: first,
            waiter: Arc::clone(&self.waiter),
            permit: Arc::clone(&self.permit),
        })
    }
}
