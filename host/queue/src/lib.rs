//! The durable queue: what was acknowledged is on disk until every destination has it.
//!
//! A folder is a [`Store`]. A request is put there once, whatever the number of its destinations, and each of them has a [`Queue`] of its
//! own over what is there. What is put is written and synced before anybody is told, together with everything else that waits; what a
//! destination is done with is noted beside it; a file of which everybody is done with everything is removed.
//!
//! Start at [`store`](Store), then `writer` for what is written and `recovery` for what is found. `layout` says how bytes lie in files.

mod disk;
pub mod folder;
mod frame;
mod index;
mod layout;
mod queue;
mod recovery;
mod report;
mod room;
mod scan;
mod seal;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod writer;

pub use frame::{Frame, NewFrame, Settled, Stamp};
pub use queue::{Queue, Taken};
pub use report::{Amount, Damage, Latencies, NamedQueue, QueueReport, Recovery, StoreReport};
pub use store::{OpenError, PutError, Receipt, Settings, Store};

/// How much a queue may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// So much.
    pub size: u64,
    /// Of these.
    pub unit: Unit,
    /// Whether a frame waits for room, instead of being refused.
    pub block: bool,
}

/// What the size of a queue counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Requests.
    Requests,
    /// Records.
    Items,
    /// Bytes of requests.
    Bytes,
}

impl Unit {
    fn of_amount(self, amount: &Amount) -> u64 {
        match self {
            Self::Requests => amount.frames,
            Self::Items => amount.records,
            Self::Bytes => amount.bytes,
        }
    }
}
