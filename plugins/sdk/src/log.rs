//! Log lines of the stage.
//!
//! A line may hold content of records: the host counts lines, and shows them only where the stage's `gate` allows it.

use crate::host;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For the author of the policy.
    Debug,
    /// For the operator.
    Info,
    /// Something to look at.
    Warn,
    /// Something to mend.
    Error,
}

/// Writes a line for the author of the policy.
pub fn debug(message: impl AsRef<str>) {
    host::log(Level::Debug, message.as_ref());
}

/// Writes a line for the operator.
pub fn info(message: impl AsRef<str>) {
    host::log(Level::Info, message.as_ref());
}

/// Writes a line about something to look at.
pub fn warn(message: impl AsRef<str>) {
    host::log(Level::Warn, message.as_ref());
}

/// Writes a line about something to mend.
pub fn error(message: impl AsRef<str>) {
    host::log(Level::Error, message.as_ref());
}
