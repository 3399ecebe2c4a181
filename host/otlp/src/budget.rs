//! How many bytes of requests may be in the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of requests in flight, for the whole process.
///
/// A request pays while it arrives, byte by byte; again for what it becomes when it is decompressed; and gets everything back
/// when it is answered. One that cannot pay is refused at once, with a hint to come back: waiting would hold what it has.
#[derive(Debug)]
pub struct ByteBudget {
    limit: usize,
    used: AtomicUsize,
}

/// The budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the byte budget is spent")]
pub struct Spent;

impl ByteBudget {
    /// A budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            used: AtomicUsize::new(0),
        })
    }

    /// Bytes in flight.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Bytes that may be in flight.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// A permit that holds nothing yet.
    #[must_use]
    pub fn permit(self: &Arc<Self>) -> Permit {
        Permit {
            budget: Arc::clone(self),
            bytes: 0,
        }
    }
}

/// What one request holds of the budget, given back on drop.
#[derive(Debug)]
pub struct Permit {
    budget: Arc<ByteBudget>,
    bytes: usize,
}

impl Permit {
    /// Takes `bytes` more, all or none.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Spent> {
        let limit = self.budget.limit;
        self.budget
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|total| *total <= limit)
            })
            .map_err(|_| Spent)?;
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(())
    }

    /// Bytes that are held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_permit_takes_all_or_none_and_gives_everything_back() {
        let budget = ByteBudget::new(100);
        let mut first = budget.permit();
        first.grow(60).unwrap();
        let mut second = budget.permit();
        assert_eq!(second.grow(41), Err(Spent));
        assert_eq!(second.grow(usize::MAX), Err(Spent));
        assert_eq!(budget.used(), 60);
        second.grow(40).unwrap();
        drop(first);
        assert_eq!(budget.used(), 40);
        drop(second);
        assert_eq!(budget.used(), 0);
    }
}
