//! What a failing statement does to its record, and mistakes as problems.

use tollgate_ottl::Mistake;
use tollgate_sdk::Problem;

/// What becomes of a record whose statement or condition fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

impl ErrorMode {
    /// The mode that is written at a pointer; `otherwise` where none is. What is none is a problem.
    pub fn of(
        written: Option<&str>,
        otherwise: Self,
        pointer: &str,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let Some(written) = written else {
            return otherwise;
        };
        match written.to_lowercase().as_str() {
            "ignore" => Self::Ignore,
            "silent" => Self::Silent,
            "propagate" => Self::Propagate,
            "reject" => Self::Reject,
            _ => {
                let help = "write `ignore`, `silent`, `propagate` or `reject`";
                problems.push(Problem::at(pointer, "not an error mode").help(help));
                otherwise
            }
        }
    }

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
