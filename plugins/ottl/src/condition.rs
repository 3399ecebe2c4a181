//! Compiled conditions.

use crate::compare::compare;
use crate::expression::{Expression, Invocation};
use crate::syntax::tree::Operator;
use crate::{Error, Slot, Telemetry, Text, Value};

/// What is true or false for a record.
#[derive(Debug)]
pub(crate) enum Test {
    /// Written so. It decides what stands beside it, which then is never looked at.
    Const(bool),
    /// Computed ahead. What stands beside it is looked at, and may fail.
    Known(bool),
    /// A path compared with `nil`: whether it has no value, or whether it has one.
    Nil(Slot, bool),
    /// A path compared with a text: whether it has that text, or whether it has not.
    Text(Slot, Text<'static>, bool),
    Compare(Box<(Expression, Operator, Expression)>),
    /// A converter that returns a boolean, perhaps indexed.
    Call(Expression),
    Not(Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
}

impl Test {
    /// Whether it holds for a record.
    pub(crate) fn holds<'e>(&'e self, record: &mut dyn Telemetry<'e>) -> Result<bool, Error> {
        match self {
            Self::Const(value) | Self::Known(value) => Ok(*value),
            Self::Nil(slot, wanted) => record.is_nil(*slot).map(|is_nil| is_nil == *wanted),
            Self::Text(slot, text, wanted) => {
                let is_it = record.is_text(*slot, text)?;
                Ok(is_it == *wanted)
            }
            Self::Compare(comparison) => {
                let (left, operator, right) = &**comparison;
                // A literal is compared where it stands.
                let (computed_left, computed_right);
                let left = if let Some(known) = left.known() {
                    known
                } else {
                    computed_left = left.evaluate(record)?;
                    &computed_left
                };
                let right = if let Some(known) = right.known() {
                    known
                } else {
                    computed_right = right.evaluate(record)?;
                    &computed_right
                };
                compare(left, *operator, right)
            }
            Self::Call(expression) => match expression.evaluate(record)? {
                Value::Bool(value) => Ok(value),
                other => Err(Error::expected(
                    "bool from a converter that is a condition",
                    other.type_name(),
                )),
            },
            Self::Not(test) => test.holds(record).map(|value| !value),
            Self::And(tests) => {
                for test in tests {
                    if !test.holds(record)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(tests) => {
                for test in tests {
                    if test.holds(record)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// Its value, if that does not depend on the record.
    pub(crate) const fn constant(&self) -> Option<bool> {
        match self {
            Self::Const(value) | Self::Known(value) => Some(*value),
            _ => None,
        }
    }

    /// The negation.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Const(value) => Self::Const(!value),
            Self::Known(value) => Self::Known(!value),
            other => Self::Not(Box::new(other)),
        }
    }

    /// Tests that all have to hold, or of which one has to, without those that decide nothing.
    pub(crate) fn joined(tests: Vec<Self>, all: bool) -> Self {
        let mut left = Vec::with_capacity(tests.len());
        for test in tests {
            match test {
                Self::Const(value) if value != all => return Self::Const(value),
                Self::Const(_) => {}
                other => left.push(other),
            }
        }
        match left.len() {
            0 => Self::Const(all),
            1 => left.pop().unwrap_or(Self::Const(all)),
            _ if all => Self::And(left),
            _ => Self::Or(left),
        }
    }
}

/// A statement's own parts.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) editor: Invocation,
    pub(crate) test: Test,
}
