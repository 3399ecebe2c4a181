//! The word that nobody waits any more.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Said once, and true from then on.
#[derive(Default)]
pub(super) struct Hurry {
    is_on: AtomicBool,
    is_leaving: AtomicBool,
    news: Notify,
}

impl Hurry {
    pub(super) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::SeqCst)
    }

    /// Whether nothing more is to be begun, either.
    pub(super) fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::SeqCst)
    }

    /// Says that nothing more is to be begun.
    pub(super) fn leave(&self) {
        self.is_leaving.store(true, Ordering::SeqCst);
        self.say();
    }

    /// Says it.
    pub(super) fn say(&self) {
        self.is_on.store(true, Ordering::SeqCst);
        self.news.notify_waiters();
    }

    /// Completes when it is said.
    pub(super) async fn said(&self) {
        let news = self.news.notified();
        tokio::pin!(news);
        // From here on nothing is missed.
        news.as_mut().enable();
        if !self.is_on() {
            news.await;
        }
    }
}
