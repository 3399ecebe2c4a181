//! The breaker of a stage: one that fails for everything is not called for a while, and nobody has to wait for it to fail.
//!
//! It opens when so many batches in a row had not one call that succeeded, on whatever lane. While it is open a request that would
//! reach the stage is refused as retryable before it is read (`on_error: reject`), or the stage counts as failed without a call
//! (`drop`, `pass`). After a pause, which doubles up to a minute, one request may try the stage with a fresh instance: if any call
//! succeeds it closes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tollgate_telemetry::BreakerCounts;

/// Batches in a row without one successful call. A policy that traps for single records gets there only if nobody sends anything else.
const BATCHES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The breaker of one stage at one place. All lanes share it.
#[derive(Debug)]
pub(crate) struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Closed {
        /// Batches since the last success.
        failed: u32,
    },
    Open {
        /// When a request may try the stage. Each that may moves it on: if it never gets there, the next one may try after a pause.
        until: Instant,
        pause: Duration,
    },
}

/// What becomes of a batch that reached the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The stage is called.
    Call,
    /// The stage is called, with a fresh instance.
    Probe,
    /// The stage is not called; it may be worth trying again after so long.
    Skip(Duration),
}

/// What changed, for the one line that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Nothing,
    Opened(Duration),
    /// It is open still.
    StaysOpen(Duration),
    Closed,
}

impl Breaker {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State::Closed { failed: 0 }),
        }
    }

    /// Whether a request that would reach the stage may come in; if not, when one may. The one that may is the one that tries.
    pub(crate) fn refuses(&self, counts: &BreakerCounts) -> Option<Duration> {
        match &mut *self.lock() {
            State::Closed { .. } => None,
            State::Open { until, pause } => wait(until, *pause, counts),
        }
    }

    /// What becomes of a batch that is here. `is_refused_early`: who may come this far was decided when the request came.
    pub(crate) fn admit(&self, is_refused_early: bool, counts: &BreakerCounts) -> Admission {
        match &mut *self.lock() {
            State::Closed { .. } => Admission::Call,
            State::Open { until, pause } => {
                let is_tried = counts.state() == tollgate_telemetry::BreakerState::Probing;
                if is_refused_early && is_tried {
                    return Admission::Probe;
                }
                match wait(until, *pause, counts) {
                    None => Admission::Probe,
                    Some(after) => Admission::Skip(after),
                }
            }
        }
    }

    /// Some call for a batch succeeded, or none did.
    pub(crate) fn note(&self, failure: Option<&'static str>, counts: &BreakerCounts) -> Change {
        let mut state = self.lock();
        let Some(failure) = failure else {
            let was_open = matches!(*state, State::Open { .. });
            *state = State::Closed { failed: 0 };
            if was_open {
                counts.closed();
                return Change::Closed;
            }
            return Change::Nothing;
        };
        let (anew, pause) = match &mut *state {
            State::Closed { failed } => {
                *failed = failed.saturating_add(1);
                if *failed < BATCHES {
                    return Change::Nothing;
                }
                (true, FIRST_PAUSE)
            }
            State::Open { pause, .. }
                if counts.state() == tollgate_telemetry::BreakerState::Probing =>
            {
                (false, pause.saturating_mul(2).min(LONGEST_PAUSE))
            }
            // Another lane was in the middle of it when the breaker opened.
            State::Open { .. } => return Change::Nothing,
        };
        counts.opened(failure, anew);
        let until = after(pause);
        *state = State::Open { until, pause };
        if anew {
            Change::Opened(pause)
        } else {
            Change::StaysOpen(pause)
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long to wait; nothing for the one who may try now.
fn wait(until: &mut Instant, pause: Duration, counts: &BreakerCounts) -> Option<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        *until = after(pause);
        counts.probing();
        return None;
    }
    Some(left)
}

/// In about so long: clients that were refused together shall not come back together.
fn after(pause: Duration) -> Instant {
    let now = Instant::now();
    let jittered = pause.mul_f64(0.9 + 0.2 * fastrand::f64());
    now.checked_add(jittered).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use tollgate_telemetry::BreakerState;

    /// As if the pause were over.
    fn pass_time(breaker: &Breaker) {
        if let State::Open { until, .. } = &mut *breaker.lock() {
            *until = Instant::now();
        }
    }

    #[test]
    fn it_opens_after_five_batches_in_a_row_and_not_before() {
        let (breaker, counts) = (Breaker::new(), BreakerCounts::default());
        for _ in 0..4 {
            assert_eq!(breaker.note(Some("trap"), &counts), Change::Nothing);
        }
        assert_eq!(breaker.note(None, &counts), Change::Nothing);
        for _ in 0..4 {
            assert_eq!(breaker.note(Some("trap"), &counts), Change::Nothing);
            assert_eq!(breaker.refuses(&counts), None);
        }
        assert_eq!(
            breaker.note(Some("trap"), &counts),
            Change::Opened(FIRST_PAUSE)
        );
        assert!(breaker.refuses(&counts).is_some());
        assert_eq!(counts.failure(), Some("trap"));
        assert_eq!(counts.times_opened(), 1);
    }

    #[test]
    fn one_request_tries_and_what_it_finds_counts() {
        let (breaker, counts) = (Breaker::new(), BreakerCounts::default());
        for _ in 0..5 {
            breaker.note(Some("trap"), &counts);
        }
        let mut expected = FIRST_PAUSE;
        for _ in 0..10 {
            assert!(matches!(breaker.admit(true, &counts), Admission::Skip(_)));
            pass_time(&breaker);
            assert_eq!(breaker.refuses(&counts), None, "one may try");
            assert!(breaker.refuses(&counts).is_some(), "and no other");
            assert_eq!(counts.state(), BreakerState::Probing);
            assert_eq!(breaker.admit(true, &counts), Admission::Probe);
            expected = expected.saturating_mul(2).min(LONGEST_PAUSE);
            assert_eq!(
                breaker.note(Some("trap"), &counts),
                Change::StaysOpen(expected)
            );
        }
        assert_eq!(expected, LONGEST_PAUSE);
        pass_time(&breaker);
        assert_eq!(breaker.admit(false, &counts), Admission::Probe);
        assert!(matches!(breaker.admit(false, &counts), Admission::Skip(_)));
        assert_eq!(breaker.note(None, &counts), Change::Closed);
        assert_eq!(breaker.refuses(&counts), None);
        assert_eq!(
            (counts.state(), counts.failure()),
            (BreakerState::Closed, None)
        );
        assert_eq!(counts.times_opened(), 1, "it opened once");
    }

    #[test]
    fn a_try_that_never_comes_does_not_keep_it_shut() {
        let (breaker, counts) = (Breaker::new(), BreakerCounts::default());
        for _ in 0..5 {
            breaker.note(Some("trap"), &counts);
        }
        pass_time(&breaker);
        assert_eq!(breaker.refuses(&counts), None);
        assert!(breaker.refuses(&counts).is_some());
        pass_time(&breaker);
        assert_eq!(breaker.refuses(&counts), None);
    }
}
