//! Counting by size, without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Counter;

/// Counts numbers by their size.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [f64],
    /// One more than there are bounds: the last has what is above all of them.
    buckets: Vec<Counter>,
    /// The bits of a double.
    sum: AtomicU64,
}

/// A [`Histogram`] at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// Upper bounds, each within its bucket.
    pub bounds: &'static [f64],
    /// Numbers by bucket, one bucket more than there are bounds.
    pub counts: Vec<u64>,
    /// The sum of all numbers.
    pub sum: f64,
}

impl Histogram {
    /// Bounds for times in seconds, as OpenTelemetry advises for them.
    pub const SECONDS: &'static [f64] = &[
        0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01,
        0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
    ];
    /// Bounds for numbers of records, as the Collector has them.
    pub const ITEMS: &'static [f64] = &[
        10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1_000.0, 2_000.0, 3_000.0, 4_000.0,
        5_000.0, 6_000.0, 7_000.0, 8_000.0, 9_000.0, 10_000.0, 20_000.0, 30_000.0, 50_000.0,
        100_000.0,
    ];
    /// Bounds for numbers of bytes, as the Collector has them.
    pub const BYTES: &'static [f64] = &[
        128.0,
        256.0,
        512.0,
        1_024.0,
        2_048.0,
        4_096.0,
        8_192.0,
        16_384.0,
        32_768.0,
        65_536.0,
        131_072.0,
        262_144.0,
        524_288.0,
        1_048_576.0,
        2_097_152.0,
        4_194_304.0,
        8_388_608.0,
        16_777_216.0,
    ];
    /// Bounds for anything, as OpenTelemetry's SDKs have them.
    pub const ANY: &'static [f64] = &[
        0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1_000.0, 2_500.0, 5_000.0,
        7_500.0, 10_000.0,
    ];

    /// An empty one with ascending bounds.
    #[must_use]
    pub fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            buckets: (0..=bounds.len()).map(|_| Counter::default()).collect(),
            sum: AtomicU64::new(0),
        }
    }

    /// Counts a number.
    pub fn record(&self, number: f64) {
        let bucket = self.bounds.partition_point(|bound| *bound < number);
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.add(1);
        }
        let add = |bits| Some((f64::from_bits(bits) + number).to_bits());
        // The closure always has an answer, so this does not fail.
        let _ = self
            .sum
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// What was counted so far.
    #[must_use]
    pub fn read(&self) -> Distribution {
        Distribution {
            bounds: self.bounds,
            counts: self.buckets.iter().map(Counter::get).collect(),
            sum: f64::from_bits(self.sum.load(Ordering::Relaxed)),
        }
    }
}

impl Distribution {
    /// How many numbers there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts
            .iter()
            .fold(0, |sum: u64, count| sum.saturating_add(*count))
    }
}
