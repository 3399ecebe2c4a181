//! How a call can fail, told from what wasmtime reports and what the limits counted.

use std::fmt;

use wasmtime::Trap;

/// Why a call did not answer. The texts are fixed: nothing of what a guest said, and so nothing of a record, is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The call took longer than its limit.
    #[error("the policy ran out of time, of which `gate.time` sets the limit")]
    Deadline,
    /// The instance asked for more memory than its limit, and gave up.
    #[error("the policy ran out of memory, of which `gate.memory` sets the limit")]
    Memory,
    /// The policy stopped itself, or did what no program may do.
    #[error("the policy trapped: {0}")]
    Trap(TrapKind),
    /// The call passed more bytes to the host at once than the limit of an outcome.
    #[error("the policy handed over more than it may, of which `gate.outcome` sets the limit")]
    OutcomeTooLarge,
    /// The call called the host too often, or with too much.
    #[error(
        "the policy called the host too often, of which `gate.host_calls` sets the limit, or with too much"
    )]
    HostCalls,
    /// The policy answered with an error. Its text is counted, and shown only where the stage allows it.
    #[error("the policy answered with an error")]
    Error,
    /// The answer does not keep to the interface.
    #[error("the policy's answer is not valid: {0}")]
    Invalid(&'static str),
    /// An earlier call failed; configure a new instance.
    #[error("the policy failed before, and was not made anew")]
    Dead,
}

impl Failure {
    /// A short name for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::Trap(_) => "trap",
            Self::OutcomeTooLarge => "outcome_too_large",
            Self::HostCalls => "host_calls",
            Self::Error => "error",
            Self::Invalid(_) => "invalid",
            Self::Dead => "dead",
        }
    }

    /// Tells what `error` was. A guest that was refused memory usually aborts, which looks like any other panic; that is why
    /// `memory_denied` decides before the kind of trap does.
    pub(crate) fn of(error: &wasmtime::Error, memory_denied: bool) -> Self {
        if error.is::<HostCallsSpent>() {
            return Self::HostCalls;
        }
        let trap = error.downcast_ref::<Trap>().copied();
        match trap {
            Some(Trap::Interrupt) => Self::Deadline,
            _ if memory_denied => Self::Memory,
            Some(trap) => Self::Trap(TrapKind::of(trap)),
            None if is_outcome_too_large(error) => Self::OutcomeTooLarge,
            None => Self::Invalid("it does not follow the component model's rules for values"),
        }
    }
}

/// wasmtime keeps the type of this error to itself, so its text has to tell. The version of wasmtime is pinned, and a test
/// watches this.
fn is_outcome_too_large(error: &wasmtime::Error) -> bool {
    error
        .root_cause()
        .to_string()
        .contains("fuel allocated for hostcalls has been exhausted")
}

/// What kind of trap it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrapKind {
    /// The policy stopped itself: a panic.
    Panic,
    /// Calls nested too deep.
    StackOverflow,
    /// Memory or a table was used beyond its end.
    OutOfBounds,
    /// A division by zero, or a number that does not fit.
    Arithmetic,
    /// Anything else.
    Other,
}

impl TrapKind {
    fn of(trap: Trap) -> Self {
        match trap {
            Trap::UnreachableCodeReached => Self::Panic,
            Trap::StackOverflow => Self::StackOverflow,
            Trap::MemoryOutOfBounds | Trap::TableOutOfBounds | Trap::HeapMisaligned => {
                Self::OutOfBounds
            }
            Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
                Self::Arithmetic
            }
            _ => Self::Other,
        }
    }
}

impl fmt::Display for TrapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Panic => "it panicked",
            Self::StackOverflow => "its calls are nested too deep",
            Self::OutOfBounds => "it reached beyond its memory",
            Self::Arithmetic => "it divided by zero, or a number did not fit",
            Self::Other => "it did what no program may do",
        })
    }
}

/// Ends a call whose allowance of host calls is used up.
#[derive(Debug, thiserror::Error)]
#[error("host calls are used up")]
pub(crate) struct HostCallsSpent;
