//! How many bytes of requests may be in the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// Bytes of requests in flight, for the whole process.
///
/// A request pays while it arrives, byte by byte; again for what it becomes when it is decompressed; and gets everything back
/// when it is answered. Before it begins it may wait a little for room, because many clients never come back. One that has begun and
/// cannot pay is refused at once, with a hint to come back: waiting would hold what it has.
///
/// What connections hold before it is part of a request (large frames that are not whole yet) is paid from a small allowance
/// beside it, so that a client can still be told that the budget is spent.
#[derive(Debug)]
pub struct ByteBudget {
    requests: Arc<Pool>,
    frames: Arc<Pool>,
}

/// Bytes of all frames that are not whole yet.
const FRAMES: usize = 32 << 20;

/// How long a request waits for room before it begins.
const PATIENCE: Duration = Duration::from_secs(2);

/// The budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the byte budget is spent")]
pub struct Spent;

impl ByteBudget {
    /// A budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            requests: Pool::new(limit),
            frames: Pool::new(FRAMES),
        })
    }

    /// Bytes of requests in flight.
    #[must_use]
    pub fn used(&self) -> usize {
        self.requests.used.load(Ordering::Relaxed)
    }

    /// Bytes of requests that may be in flight.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.requests.limit.load(Ordering::Relaxed)
    }

    /// Changes how many bytes may be in flight. Those that are stay.
    pub fn resize(&self, limit: usize) {
        self.requests.limit.store(limit, Ordering::Relaxed);
        self.requests.freed.notify_waiters();
    }

    /// Waits until a request of `bytes` would find room, for a short time. Nothing is taken yet: who declares much and sends nothing
    /// must not keep others out.
    pub(crate) async fn room(&self, bytes: usize) -> Result<(), Spent> {
        let pool = &self.requests;
        let has_room = || {
            let limit = pool.limit.load(Ordering::Relaxed);
            let used = pool.used.load(Ordering::SeqCst);
            used.saturating_add(bytes.min(limit)) <= limit
        };
        if has_room() {
            return Ok(());
        }
        let waiting = async {
            loop {
                let freed = pool.freed.notified();
                if has_room() {
                    return;
                }
                freed.await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .map_err(|_| Spent)
    }

    /// A permit for a request. It holds nothing yet.
    #[must_use]
    pub fn permit(&self) -> Permit {
        Permit::of(&self.requests)
    }

    /// A permit for the frame of a connection.
    pub(crate) fn frame_permit(&self) -> Permit {
        Permit::of(&self.frames)
    }
}

#[derive(Debug)]
struct Pool {
    limit: AtomicUsize,
    used: AtomicUsize,
    /// Tells those who wait for room.
    freed: Notify,
}

impl Pool {
    fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicUsize::new(limit),
            used: AtomicUsize::new(0),
            freed: Notify::new(),
        })
    }
}

/// What somebody holds of the budget, given back on drop.
#[derive(Debug)]
pub struct Permit {
    pool: Arc<Pool>,
    bytes: usize,
}

impl Permit {
    fn of(pool: &Arc<Pool>) -> Self {
        Self {
            pool: Arc::clone(pool),
            bytes: 0,
        }
    }

    /// Takes `bytes` more, all or none.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Spent> {
        let limit = self.pool.limit.load(Ordering::Relaxed);
        self.pool
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|total| *total <= limit)
            })
            .map_err(|_| Spent)?;
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(())
    }

    /// Gives everything back.
    pub fn clear(&mut self) {
        if self.bytes > 0 {
            self.pool.used.fetch_sub(self.bytes, Ordering::SeqCst);
            self.bytes = 0;
            self.pool.freed.notify_waiters();
        }
    }

    /// Bytes that are held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.clear();
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
