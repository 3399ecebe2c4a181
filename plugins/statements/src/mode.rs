//! What a failing statement does to its record, and mistakes as problems.

use serde::Deserialize;
use tollgate_ottl::Mistake;
use tollgate_sdk::Problem;

/// What becomes of a record whose statement or condition fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum ErrorMode {
    /// The failure is counted and told; the statements after it run.
    #[default]
    Ignore,
    /// Likewise, and not told.
    Silent,
    /// The record fails; the whole request under `compat: collector`.
    Propagate,
    /// The record fails: the stage's `on_error` says what becomes of it.
    Reject,
}

impl TryFrom<String> for ErrorMode {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        Ok(match word.to_lowercase().as_str() {
            "ignore" => Self::Ignore,
            "silent" => Self::Silent,
            "propagate" => Self::Propagate,
            "reject" => Self::Reject,
            _ => {
                return Err("not an error mode: write `ignore`, `silent`, `propagate` or `reject`");
            }
        })
    }
}

impl ErrorMode {
    /// Whether the record goes on.
    #[must_use]
    pub const fn goes_on(self) -> bool {
        matches!(self, Self::Ignore | Self::Silent)
    }
}

/// A mistake in the text at a pointer.
#[must_use]
pub fn problem(pointer: impl Into<String>, mistake: &Mistake) -> Problem {
    let mut problem = Problem::at(pointer, mistake.message.clone()).span(mistake.at.clone());
    if let Some(help) = &mistake.help {
        problem = problem.help(help.clone());
    }
    problem
}
