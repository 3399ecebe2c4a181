//! How many of something there are, and waiting until there are few enough.

use std::sync::Arc;

use tokio::sync::watch;

/// Counts whoever has entered and not left yet. Clones count together.
#[derive(Debug, Clone)]
pub(crate) struct Tally(Arc<watch::Sender<usize>>);

/// Somebody who is counted, until this is dropped.
#[derive(Debug)]
pub(crate) struct Entered(Tally);

impl Tally {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    pub(crate) fn enter(&self) -> Entered {
        self.0
            .send_modify(|entered| *entered = entered.saturating_add(1));
        Entered(self.clone())
    }

    /// Completes when fewer than `limit` are counted.
    pub(crate) async fn below(&self, limit: usize) {
        let mut entered = self.0.subscribe();
        // The sender lives as long as this does.
        let _ = entered.wait_for(|entered| *entered < limit).await;
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let tally = &self.0.0;
        tally.send_modify(|entered| *entered = entered.saturating_sub(1));
    }
}
