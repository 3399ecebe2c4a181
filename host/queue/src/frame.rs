//! What is queued: a cleared request, and who cleared it.

use std::sync::Arc;

use bytes::Bytes;
use tollgate_record::{RequestContext, Signal};

/// Which configuration cleared a request, and which policies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stamp {
    /// The generation of the configuration.
    pub generation: u64,
    /// The digests of the components that the records passed, in their order.
    pub policies: Vec<[u8; 32]>,
}

/// A request that is to be queued.
#[derive(Debug, Clone)]
pub struct NewFrame {
    /// The signal of its records.
    pub signal: Signal,
    /// How many records it has.
    pub records: u32,
    /// Who cleared it.
    pub stamp: Arc<Stamp>,
    /// The OTLP export request, in protobuf.
    pub wire: Bytes,
    /// What is known of its client. It is kept in memory alone: a disk never sees it.
    pub context: Option<Arc<RequestContext>>,
}

/// A request that is queued.
#[derive(Debug, Clone)]
pub struct Frame {
    pub(crate) meta: Arc<Meta>,
    pub(crate) wire: Bytes,
}

/// Everything of a frame but its bytes.
#[derive(Debug)]
pub(crate) struct Meta {
    pub(crate) id: u64,
    pub(crate) signal: Signal,
    pub(crate) records: u32,
    pub(crate) bytes: u64,
    pub(crate) stamp: Arc<Stamp>,
    pub(crate) context: Option<Arc<RequestContext>>,
}

impl Frame {
    /// What is known of its client, as long as the process lives that took it.
    #[must_use]
    pub fn context(&self) -> Option<&Arc<RequestContext>> {
        self.meta.context.as_ref()
    }

    /// Its number in the store, which no other frame ever has.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.meta.id
    }

    /// The signal of its records.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.meta.signal
    }

    /// How many records it has.
    #[must_use]
    pub fn records(&self) -> u32 {
        self.meta.records
    }

    /// Who cleared it.
    #[must_use]
    pub fn stamp(&self) -> &Arc<Stamp> {
        &self.meta.stamp
    }

    /// The OTLP export request, in protobuf.
    #[must_use]
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }
}

/// What became of the records of a frame at one destination. Together they are all of its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// Taken by the destination.
    pub delivered: u64,
    /// Refused for ever.
    pub refused: u64,
    /// The client's again: it is told to send them once more.
    pub given_back: u64,
    /// In another frame of the same queue.
    pub moved: u64,
    /// Lost to damage of the disk.
    pub damaged: u64,
}

impl Settled {
    /// The destination took all of them.
    #[must_use]
    pub fn delivered(records: u32) -> Self {
        Self {
            delivered: records.into(),
            ..Self::default()
        }
    }

    /// The destination will never take any of them.
    #[must_use]
    pub fn refused(records: u32) -> Self {
        Self {
            refused: records.into(),
            ..Self::default()
        }
    }

    /// The client keeps all of them.
    #[must_use]
    pub fn given_back(records: u32) -> Self {
        Self {
            given_back: records.into(),
            ..Self::default()
        }
    }

    pub(crate) fn damaged(records: u32) -> Self {
        Self {
            damaged: records.into(),
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let sums = [
            (&mut self.delivered, other.delivered),
            (&mut self.refused, other.refused),
            (&mut self.given_back, other.given_back),
            (&mut self.moved, other.moved),
            (&mut self.damaged, other.damaged),
        ];
        for (sum, more) in sums {
            *sum = sum.saturating_add(more);
        }
    }

    /// The same for so many records: of what is too much nothing is known, and what is missing was given back.
    pub(crate) fn of(&self, records: u32) -> Self {
        let mut left = u64::from(records);
        let mut up_to = |number: u64| {
            let number = number.min(left);
            left = left.saturating_sub(number);
            number
        };
        let mut settled = Self {
            delivered: up_to(self.delivered),
            refused: up_to(self.refused),
            moved: up_to(self.moved),
            damaged: up_to(self.damaged),
            given_back: up_to(self.given_back),
        };
        settled.given_back = settled.given_back.saturating_add(left);
        settled
    }

    /// All of them.
    #[must_use]
    pub fn records(&self) -> u64 {
        [
            self.delivered,
            self.refused,
            self.given_back,
            self.moved,
            self.damaged,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }
}
