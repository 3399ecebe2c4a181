//! What came of cases, for other programs: JUnit, JSON, and annotations of GitHub.

mod github;
mod json;
mod junit;

use std::time::Duration;

pub use github::annotations;
pub use json::json;
pub use junit::junit;

use crate::coverage::Coverage;
use crate::run::{Outcome, Verdict};

/// Cases, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Those of which everything holds.
    pub passed: usize,
    /// Those of which something does not.
    pub failed: usize,
    /// Those that were not run.
    pub ignored: usize,
    /// Those that were not meant.
    pub filtered_out: usize,
}

/// Everything that came of a run.
#[derive(Debug)]
pub struct Finished<'r> {
    /// The cases, in order.
    pub outcomes: &'r [Outcome],
    /// How many were not meant.
    pub filtered_out: usize,
    /// How long it took.
    pub took: Duration,
    /// Which rules were exercised, where that was asked for.
    pub coverage: Option<&'r Coverage>,
}

impl Finished<'_> {
    /// Counts them.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            filtered_out: self.filtered_out,
            ..Counts::default()
        };
        for outcome in self.outcomes {
            let count = match outcome.verdict {
                Verdict::Passed => &mut counts.passed,
                Verdict::Failed(_) => &mut counts.failed,
                Verdict::Ignored(_) => &mut counts.ignored,
            };
            *count = count.saturating_add(1);
        }
        counts
    }
}
