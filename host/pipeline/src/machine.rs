//! What the process may take of the machine.

use tollgate_config::Process;

use crate::memory::{Memory, total_memory};

/// Bytes of requests in flight where there is memory enough: one of the largest size always fits, compressed and decompressed.
const BUDGET: u64 = 256 << 20;
/// The share of the memory that requests may take where there is less.
const SHARE: u64 = 4;

/// The machine as this process sees it: its affinity and its control groups count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    /// CPUs that the process may use, a quota of time included.
    cpus: usize,
    /// Threads of the runtime that this is asked from.
    workers: usize,
    memory: Option<Memory>,
}

impl Machine {
    /// This one.
    pub(crate) fn here() -> Self {
        Self {
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            workers: tokio::runtime::Handle::current().metrics().num_workers(),
            memory: total_memory(),
        }
    }

    /// As many lanes as the runtime has workers, which is as many as there are CPUs unless somebody says otherwise.
    pub(crate) fn lanes(&self, process: Process) -> usize {
        let written = process.lanes.and_then(|lanes| usize::try_from(lanes).ok());
        written.unwrap_or(self.workers)
    }

    /// Bytes of requests that may be in flight.
    pub(crate) fn bytes_in_flight(&self, process: Process) -> usize {
        let share = self
            .memory
            .and_then(|memory| memory.bytes.checked_div(SHARE))
            .unwrap_or(u64::MAX);
        let bytes = process.bytes_in_flight.unwrap_or(share.min(BUDGET));
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    /// Says what is taken of it.
    pub(crate) fn tell(&self, process: Process, bytes_in_flight: usize) {
        let lanes = self.lanes(process);
        let (memory, limited_by) = self
            .memory
            .map_or((0, "nothing that the system tells"), |memory| {
                (memory.bytes, memory.limited_by)
            });
        tracing::info!(target: "tollgate", cpus = self.cpus, workers = self.workers, lanes, memory_bytes = memory, memory_limited_by = limited_by, bytes_in_flight, "machine");
    }
}
