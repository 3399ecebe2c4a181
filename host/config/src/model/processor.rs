use std::time::Duration;

use super::Stage;

/// What stands between the receivers and the exporters of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub enum Processor {
    /// A policy, stock or of the user's own.
    Policy(Stage),
    /// `batch`
    Batch(Batch),
    /// `memory_limiter`
    MemoryLimiter(MemoryLimiter),
}

/// What joins pipelines: an exporter of some, and a receiver of others.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are a few in a configuration"
)]
pub enum Connector {
    /// `forward`: everything goes on as it is.
    Forward,
    /// A policy that routes, or that derives new telemetry.
    Policy(Stage),
}

/// Requests that are put together before they go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// How long a request may wait for others; zero is not at all.
    pub timeout: Duration,
    /// Size at which a batch goes on before its time; 0 is at once.
    pub send_batch_size: u64,
    /// Size of the largest batch: larger ones are split. None is no limit.
    pub send_batch_max_size: Option<u64>,
    /// What sizes count.
    pub sizer: Sizer,
    /// Requests that differ in these metadata are kept apart; names in lower case.
    pub metadata_keys: Vec<String>,
    /// How many combinations of these there may be at once; none is no limit.
    pub metadata_cardinality_limit: Option<u32>,
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            timeout: Duration::from_millis(200),
            send_batch_size: 8192,
            send_batch_max_size: None,
            sizer: Sizer::Items,
            metadata_keys: Vec::new(),
            metadata_cardinality_limit: Some(1000),
        }
    }
}

/// What the size of a batch counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sizer {
    /// Log records, spans and data points.
    #[default]
    Items,
    /// Bytes of the request in protobuf.
    Bytes,
}

/// Refuses requests while the process holds too much memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimiter {
    /// Time between two measurements.
    pub check_interval: Duration,
    /// How much is too much.
    pub limit: MemoryLimit,
}

/// A limit of memory, and the room below it that is kept for what may come between two measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryLimit {
    /// In bytes.
    Bytes {
        /// The hard limit.
        limit: u64,
        /// The room below it; none is a fifth.
        spike: Option<u64>,
    },
    /// In hundredths of the memory that the process may have.
    Percentage {
        /// The hard limit.
        limit: u32,
        /// The room below it; none is a fifth of the limit.
        spike: Option<u32>,
    },
}

impl MemoryLimit {
    /// Bytes from which requests are refused, and bytes of the hard limit, where the process may have `total`.
    #[must_use]
    pub fn soft_and_hard(self, total: u64) -> (u64, u64) {
        let share = |percentage: u32| total.saturating_mul(u64::from(percentage)) / 100;
        let (hard, spike) = match self {
            Self::Bytes { limit, spike } => (limit, spike),
            Self::Percentage { limit, spike } => (share(limit), spike.map(share)),
        };
        (hard.saturating_sub(spike.unwrap_or(hard / 5)), hard)
    }
}
