//! What goes wrong.

/// Bytes that are no OTLP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the metric is no valid OTLP message")]
pub struct Malformed;

/// A function that cannot be applied to a metric, or an argument that it does not take.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The metric holds other data than the function works on.
    #[error("{function} takes a {takes}, and this is a {found}")]
    Data {
        /// The function.
        function: &'static str,
        /// What it takes.
        takes: &'static str,
        /// What it was given.
        found: &'static str,
    },
    /// A histogram whose buckets, bounds and count contradict one another.
    #[error("the histogram is inconsistent: {0}")]
    Inconsistent(&'static str),
    /// A word that is none of those that are known.
    #[error("not {what}: use {known}")]
    Word {
        /// What it should be.
        what: &'static str,
        /// The words there are.
        known: &'static str,
    },
    /// A number beyond what is allowed.
    #[error("{what} must be {allowed}")]
    Range {
        /// What it is.
        what: &'static str,
        /// What it may be.
        allowed: &'static str,
    },
}
