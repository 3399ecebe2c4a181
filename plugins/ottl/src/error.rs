//! What goes wrong while a statement runs.

use std::fmt;

/// An error of a statement that ran on a record. It is small, costs nothing to make, and never holds what the record held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    function: Option<&'static str>,
    problem: Problem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Expected {
        expected: &'static str,
        got: &'static str,
    },
    Unsupported(&'static str),
    Failed(&'static str),
}

impl Error {
    /// A value had another type than what was needed.
    #[must_use]
    pub const fn expected(expected: &'static str, got: &'static str) -> Self {
        Self::of(Problem::Expected { expected, got })
    }

    /// Nothing can be done with a value of this type.
    #[must_use]
    pub const fn unsupported(got: &'static str) -> Self {
        Self::of(Problem::Unsupported(got))
    }

    /// Something failed; the text says what, and not on which data.
    #[must_use]
    pub const fn failed(what: &'static str) -> Self {
        Self::of(Problem::Failed(what))
    }

    const fn of(problem: Problem) -> Self {
        Self {
            function: None,
            problem,
        }
    }

    /// The same error, as one of a function, unless a function within it has named itself.
    #[must_use]
    pub(crate) fn within(self, function: &'static str) -> Self {
        Self {
            function: self.function.or(Some(function)),
            ..self
        }
    }

    /// The function that failed, if it was one.
    #[must_use]
    pub const fn function(&self) -> Option<&'static str> {
        self.function
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = self.function {
            write!(formatter, "{function}: ")?;
        }
        match self.problem {
            Problem::Expected { expected, got } => {
                write!(formatter, "expected {expected} but got {got}")
            }
            Problem::Unsupported(got) => write!(formatter, "unsupported type {got}"),
            Problem::Failed(what) => formatter.write_str(what),
        }
    }
}

impl std::error::Error for Error {}
