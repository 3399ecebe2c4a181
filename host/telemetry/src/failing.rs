//! What is known of stages that fail for everything, and of records that were stopped at the very end.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::{Counter, Level};

/// The breaker of one stage in one pipeline.
#[derive(Debug, Default)]
pub struct BreakerCounts {
    state: Level,
    opened: Counter,
    /// Requests that were refused unread, or given back, because it was open.
    pub refused: Counter,
    /// Records that `on_error` was applied to without a call, because it was open.
    pub skipped: Counter,
    failure: Mutex<Option<&'static str>>,
}

/// Whether a stage is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// It is called with everything.
    Closed,
    /// It failed for everything and is not called.
    Open,
    /// One request tries whether it works again.
    Probing,
}

impl BreakerCounts {
    /// Whether the stage is called.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        match self.state.get() {
            0 => BreakerState::Closed,
            1 => BreakerState::Open,
            _ => BreakerState::Probing,
        }
    }

    /// The stage is called again.
    pub fn closed(&self) {
        self.state.set(0);
        self.set_failure(None);
    }

    /// The stage failed for everything, in this way. `anew`: it was called with everything until now.
    pub fn opened(&self, failure: &'static str, anew: bool) {
        self.set_failure(Some(failure));
        self.state.set(1);
        if anew {
            self.opened.add(1);
        }
    }

    /// One request tries it.
    pub fn probing(&self) {
        self.state.set(2);
    }

    /// How often it opened.
    #[must_use]
    pub fn times_opened(&self) -> u64 {
        self.opened.get()
    }

    /// The kind of failure that it is open for; none while it is closed.
    #[must_use]
    pub fn failure(&self) -> Option<&'static str> {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the state, as the gauge shows it.
    pub(crate) fn number(&self) -> u64 {
        self.state.get()
    }

    fn set_failure(&self, failure: Option<&'static str>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }
}

/// What post-conditions found in what was about to leave one pipeline.
#[derive(Debug, Default)]
pub struct Breaches {
    /// Records that did not leave for it.
    pub rejected: Counter,
    texts: Mutex<BTreeMap<(String, String), u64>>,
}

impl Breaches {
    /// This many texts broke the post-condition of a stage at a place: a field of the schema, no content.
    pub fn add(&self, stage: &str, place: &str, texts: u64) {
        let mut known = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = known
            .entry((stage.to_owned(), place.to_owned()))
            .or_default();
        *sum = sum.saturating_add(texts);
    }

    /// All of them, as stage, place and number of texts.
    #[must_use]
    pub fn read(&self) -> Vec<(String, String, u64)> {
        let known = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .iter()
            .map(|((stage, place), texts)| (stage.clone(), place.clone(), *texts))
            .collect()
    }
}
