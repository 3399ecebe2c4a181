//! Why a pattern was refused.

use thiserror::Error;

/// A pattern that is refused, either because Go refuses it too, or because it cannot be given Go's meaning here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason} (at byte {at} of the pattern)")]
pub struct PatternError {
    /// Offset into the pattern, in bytes, of what is wrong.
    pub at: usize,
    /// What is wrong, and where there is one, the way out.
    pub reason: String,
}

impl PatternError {
    pub(crate) fn new(at: usize, reason: impl Into<String>) -> PatternError {
        PatternError {
            at,
            reason: reason.into(),
        }
    }
}
