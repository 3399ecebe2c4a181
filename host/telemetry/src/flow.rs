//! Counters of what comes in and goes out, by component.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tollgate_record::Signal;

use crate::{Counter, DestinationLedger, Histogram};

/// A counter for each signal.
#[derive(Debug, Default)]
pub struct BySignal([Counter; 3]);

impl BySignal {
    /// The counter of a signal.
    #[must_use]
    pub fn of(&self, signal: Signal) -> &Counter {
        let [logs, traces, metrics] = &self.0;
        match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        }
    }

    /// The numbers of all signals that have any.
    pub fn read(&self) -> impl Iterator<Item = (Signal, u64)> + '_ {
        Signal::ALL
            .into_iter()
            .map(|signal| (signal, self.of(signal).get()))
            .filter(|(_, amount)| *amount > 0)
    }
}

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// OTLP/gRPC.
    Grpc,
    /// OTLP/HTTP.
    Http,
}

impl Transport {
    /// The value of the Collector's attribute `transport`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http",
        }
    }
}

/// What became of the requests of one receiver on one transport.
#[derive(Debug)]
pub struct ReceiverCounts {
    /// The receiver's id in the configuration.
    pub receiver: String,
    /// How the requests came in.
    pub transport: Transport,
    /// Records that went on.
    pub accepted: BySignal,
    /// Records that could not go on: the client was told so.
    pub refused: BySignal,
    /// Records that failed in the receiver itself.
    pub failed: BySignal,
    /// Requests whose credentials were missing or wrong: nobody looked into them.
    pub denied: Counter,
    /// Whether it takes requests.
    pub listening: Flag,
}

impl ReceiverCounts {
    /// Counters of the receiver `receiver`.
    #[must_use]
    pub fn new(receiver: String, transport: Transport) -> Self {
        Self {
            receiver,
            transport,
            accepted: BySignal::default(),
            refused: BySignal::default(),
            failed: BySignal::default(),
            denied: Counter::default(),
            listening: Flag::default(),
        }
    }
}

/// What one exporter did.
#[derive(Debug)]
pub struct ExporterCounts {
    /// The exporter's id in the configuration.
    pub exporter: String,
    /// Records that its destination took.
    pub sent: BySignal,
    /// Records that it could not send.
    pub failed: BySignal,
    /// Requests that are on their way, waits between tries included.
    pub in_flight: Level,
    /// Whether the last request failed.
    pub failing: Flag,
    /// What became of every record that was cleared for its destination.
    pub ledger: DestinationLedger,
    /// What its queue holds, in what its size counts.
    pub queue_size: Level,
    /// What its queue may hold; 0 is no queue.
    pub queue_capacity: Level,
    /// Records that its queue had no room for.
    pub enqueue_failed: BySignal,
}

impl ExporterCounts {
    /// Counters of the exporter `exporter`.
    #[must_use]
    pub fn new(exporter: String) -> Self {
        Self {
            exporter,
            sent: BySignal::default(),
            failed: BySignal::default(),
            in_flight: Level::default(),
            failing: Flag::default(),
            ledger: DestinationLedger::default(),
            queue_size: Level::default(),
            queue_capacity: Level::default(),
            enqueue_failed: BySignal::default(),
        }
    }

    /// The destination took this many records.
    pub fn sent(&self, signal: Signal, records: u64) {
        self.sent.of(signal).add(records);
        self.failing.set(false);
    }

    /// This many records could not be sent.
    pub fn failed(&self, signal: Signal, records: u64) {
        self.failed.of(signal).add(records);
        self.failing.set(true);
    }
}

/// Why a batch went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// It was large enough.
    Size,
    /// Its time was over.
    Timeout,
}

/// What one `batch` processor did.
#[derive(Debug)]
pub struct BatchCounts {
    /// The processor's id in the configuration.
    pub processor: String,
    /// Batches by their number of records.
    pub items: Histogram,
    /// Batches by their number of bytes.
    pub bytes: Histogram,
    /// Batches that went on for their size.
    pub by_size: Counter,
    /// Batches that went on for their time.
    pub by_timeout: Counter,
    /// How many combinations of metadata there are.
    pub groups: Level,
}

impl BatchCounts {
    /// Counters of the processor `processor`.
    #[must_use]
    pub fn new(processor: String) -> Self {
        Self {
            processor,
            items: Histogram::new(Histogram::ITEMS),
            bytes: Histogram::new(Histogram::BYTES),
            by_size: Counter::default(),
            by_timeout: Counter::default(),
            groups: Level::default(),
        }
    }

    /// A batch went on.
    #[allow(
        clippy::cast_precision_loss,
        reason = "a batch has fewer than 2^52 records and bytes"
    )]
    pub fn sent(&self, items: u64, bytes: u64, trigger: Trigger) {
        self.items.record(items as f64);
        self.bytes.record(bytes as f64);
        match trigger {
            Trigger::Size => self.by_size.add(1),
            Trigger::Timeout => self.by_timeout.add(1),
        }
    }
}

/// What one `memory_limiter` did.
#[derive(Debug)]
pub struct LimiterCounts {
    /// The processor's id in the configuration.
    pub processor: String,
    /// Records that it let through.
    pub accepted: BySignal,
    /// Requests that it refused, before anybody knew how many records they held.
    pub refused: BySignal,
    /// Whether it refuses requests now.
    pub refusing: Flag,
}

impl LimiterCounts {
    /// Counters of the processor `processor`.
    #[must_use]
    pub fn new(processor: String) -> Self {
        Self {
            processor,
            accepted: BySignal::default(),
            refused: BySignal::default(),
            refusing: Flag::default(),
        }
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Level(AtomicU64);

impl Level {
    /// One more.
    pub fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One less.
    pub fn down(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// It is this now.
    pub fn set(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }

    /// What it is.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Something that is so or not.
#[derive(Debug, Default)]
pub struct Flag(AtomicBool);

impl Flag {
    /// It is so, or not.
    pub fn set(&self, is_so: bool) {
        self.0.store(is_so, Ordering::Relaxed);
    }

    /// Whether it is so.
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
