//! Numbers for those who watch.

use std::time::Duration;

use crate::frame::{Meta, Settled};

/// A number of frames, with what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// Frames.
    pub frames: u64,
    /// Their records.
    pub records: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
}

impl Amount {
    pub(crate) fn of(meta: &Meta) -> Self {
        Self {
            frames: 1,
            records: meta.records.into(),
            bytes: meta.bytes,
        }
    }

    pub(crate) fn add(&mut self, meta: &Meta) {
        self.frames = self.frames.saturating_add(1);
        self.records = self.records.saturating_add(meta.records.into());
        self.bytes = self.bytes.saturating_add(meta.bytes);
    }

    pub(crate) fn remove(&mut self, meta: &Meta) {
        self.frames = self.frames.saturating_sub(1);
        self.records = self.records.saturating_sub(meta.records.into());
        self.bytes = self.bytes.saturating_sub(meta.bytes);
    }
}

/// What became of the records of one queue. At any moment, put + restored = waiting + in flight + settled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueReport {
    /// Records that were put into it.
    pub put: u64,
    /// Records that it had when the store was opened.
    pub restored: u64,
    /// What nobody has taken.
    pub waiting: Amount,
    /// What was taken and is not settled.
    pub in_flight: Amount,
    /// What became of the others.
    pub settled: Settled,
}

impl QueueReport {
    /// What came in, and what became of it. The two are equal at any moment.
    #[must_use]
    pub fn balance(&self) -> (u64, u64) {
        let came = self.put.saturating_add(self.restored);
        let there = self.waiting.records.saturating_add(self.in_flight.records);
        (came, there.saturating_add(self.settled.records()))
    }
}

/// A queue, by the name of its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedQueue {
    /// The name.
    pub name: String,
    /// Whether somebody has it. What waits in one that nobody has stays there.
    pub is_open: bool,
    /// Its numbers.
    pub report: QueueReport,
}

/// How a store is, at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StoreReport {
    /// Bytes that its files take.
    pub bytes_on_disk: u64,
    /// Frames that damage of the disk has cost.
    pub damaged_frames: u64,
    /// Frames that were cut off when the folder was opened: nobody was told that they were taken.
    pub torn: u64,
    /// Writes that the disk did not take.
    pub write_errors: u64,
    /// How long it took until frames were sure to be there.
    pub commits: Latencies,
    /// Every queue.
    pub queues: Vec<NamedQueue>,
}

/// How long something took, by classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latencies {
    /// How many took up to the limit of the same place in [`Latencies::LIMITS`] and longer than the one before; the last took longer than
    /// all of them.
    pub counts: [u64; 13],
    /// All together.
    pub sum: Duration,
}

impl Latencies {
    /// The limits of the classes.
    pub const LIMITS: [Duration; 12] = [
        Duration::from_micros(100),
        Duration::from_micros(250),
        Duration::from_micros(500),
        Duration::from_millis(1),
        Duration::from_micros(2_500),
        Duration::from_millis(5),
        Duration::from_millis(10),
        Duration::from_millis(25),
        Duration::from_millis(50),
        Duration::from_millis(100),
        Duration::from_millis(250),
        Duration::from_secs(1),
    ];

    pub(crate) fn add(&mut self, took: Duration) {
        let class = Self::LIMITS.iter().position(|limit| took <= *limit);
        let class = class.unwrap_or(Self::LIMITS.len());
        if let Some(count) = self.counts.get_mut(class) {
            *count = count.saturating_add(1);
        }
        self.sum = self.sum.saturating_add(took);
    }
}

/// What was found when a folder was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// What waits for its destinations.
    pub found: Amount,
    /// Frames that were not written to their ends when the process or the machine stopped: nobody was told that they were taken.
    pub torn: u64,
    /// Places that hold no frame although one was there.
    pub damage: Vec<Damage>,
    /// Queues that have frames, by name.
    pub queues: Vec<String>,
    /// What lies in the folder and is not the store's. It is left alone.
    pub strangers: Vec<String>,
    /// Files that the disk does not let us read, or not to their ends. They stay for the next time.
    pub unreadable: Vec<String>,
}

/// A place in a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: String,
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
}
