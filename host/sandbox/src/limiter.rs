//! Counts what an instance takes of memory, and refuses what is too much.

use wasmtime::ResourceLimiter;

/// A table's element is a pointer in the host.
const ELEMENT_BYTES: u64 = 8;
/// Core instances in a component. Guests of interpreted languages are linked of dozens.
const INSTANCES: usize = 128;
/// Memories, each with an address space of its own.
const MEMORIES: usize = 8;
/// Tables.
const TABLES: usize = 128;

/// The memory of one store: all linear memories and tables, the initial ones included.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: u64,
    used: u64,
    denied: bool,
}

impl Limiter {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            used: 0,
            denied: false,
        }
    }

    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// Whether anything was denied since the last [`Self::forget_denials`].
    pub(crate) fn denied(&self) -> bool {
        self.denied
    }

    /// An instance that was denied memory and went on is an honest one: each call starts with a clean slate.
    pub(crate) fn forget_denials(&mut self) {
        self.denied = false;
    }

    fn grow(&mut self, current: usize, desired: usize, unit: u64) -> bool {
        let more = u64::try_from(desired.saturating_sub(current))
            .unwrap_or(u64::MAX)
            .saturating_mul(unit);
        let used = self.used.saturating_add(more);
        if used > self.limit {
            self.denied = true;
            return false;
        }
        self.used = used;
        true
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, 1))
    }

    /// Called for growth beyond what the memory's own type allows, and when the system has no memory left. What was counted
    /// stays counted: this call does not say whether the growth was asked for before, and taking back too much would be a way
    /// around the limit. The guest is out of memory either way.
    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.denied = true;
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, ELEMENT_BYTES))
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.denied = true;
        Ok(())
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
