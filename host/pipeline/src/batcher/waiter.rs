//! Whoever waits for what becomes of a request that was put together with others.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::cargo::Origins;
use crate::flow::{Flow, NotTaken, Outcome, Taken, together};
use crate::passage::Parked;

/// The client of a request whose parts may go on with different batches. It is told when the last part is gone, whatever happened to
/// it: records that nobody has told of were lost with a task, and are the client's still.
pub(super) struct Waiter {
    flow: Arc<Flow>,
    pipeline: usize,
    origins: Origins,
    state: Mutex<State>,
}

struct State {
    reply: Option<oneshot::Sender<Outcome>>,
    outcome: Outcome,
    /// Records that nothing is known of yet.
    open: u64,
}

const LOST: &str = "the records were not sent on; send the request again";

impl std::fmt::Debug for Waiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiter")
            .field("pipeline", &self.pipeline)
            .finish_non_exhaustive()
    }
}

impl Waiter {
    pub(super) fn new(
        flow: &Arc<Flow>,
        pipeline: usize,
        parked: &Parked,
    ) -> (Self, oneshot::Receiver<Outcome>) {
        let (reply, receiver) = oneshot::channel();
        let waiter = Self {
            flow: Arc::clone(flow),
            pipeline,
            origins: parked.origins.clone(),
            state: Mutex::new(State {
                reply: Some(reply),
                outcome: Ok(Taken::default()),
                open: u64::from(parked.records),
            }),
        };
        (waiter, receiver)
    }

    /// Whether somebody still waits.
    pub(super) fn is_there(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.reply.as_ref().is_some_and(|reply| !reply.is_closed())
    }

    /// Nothing of the request went on.
    pub(super) fn not_taken(&self, why: NotTaken) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.outcome = Err(why);
    }

    /// What became of `records` of its records. Those that were rejected have their places among the request's.
    pub(super) fn tell(&self, records: u32, outcome: Outcome) {
        let outcome = outcome.map(|taken| Taken {
            rejected: taken
                .rejected
                .iter()
                .filter_map(|record| self.origins.of(*record))
                .collect(),
            ..taken
        });
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.open = state.open.saturating_sub(u64::from(records));
        let known = std::mem::replace(&mut state.outcome, Ok(Taken::default()));
        // Each part may have lost as many as it was told: they are different records.
        let beyond = |outcome: &Outcome| outcome.as_ref().map_or(0, |taken| taken.rejected_beyond);
        let sum = beyond(&known).saturating_add(beyond(&outcome));
        state.outcome = together(known, outcome).map(|taken| Taken {
            rejected_beyond: sum,
            ..taken
        });
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut outcome = std::mem::replace(&mut state.outcome, Ok(Taken::default()));
        if state.open > 0 {
            self.flow.refused(self.pipeline, state.open);
            if outcome.is_ok() {
                outcome = Err(NotTaken::Retry(None, LOST));
            }
        }
        if let Some(reply) = state.reply.take() {
            // Whoever has gone away does not want to know.
            drop(reply.send(outcome));
        }
    }
}
