//! The arguments of a call, compiled.

use crate::Value;
use crate::expression::{Expression, Target};
use crate::function::Function;
use crate::paths::Slot;

/// An argument as its parameter takes it.
#[derive(Debug)]
pub(crate) enum Argument {
    /// An optional argument that was left out.
    Absent,
    /// What has a value.
    Value(Expression),
    /// A place that can be written.
    Target(Target),
    /// One entry of a map, in place of the map and its key.
    Entry(Slot),
    /// A literal list whose items are taken one by one.
    Items(Vec<Expression>),
    /// A function that is called for values found when the statement runs.
    Function(&'static Function),
}

impl Argument {
    /// Whether nothing of it depends on the record.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Self::Absent | Self::Function(_) => true,
            Self::Value(expression) => expression.known().is_some(),
            Self::Items(items) => items.iter().all(|item| item.known().is_some()),
            Self::Target(_) | Self::Entry(_) => false,
        }
    }
}

/// What a [`Prepare`](crate::Prepare) sees: the arguments that are known when the statement is compiled.
#[derive(Debug, Clone, Copy)]
pub struct Arguments<'a> {
    pub(super) arguments: &'a [Argument],
}

impl<'a> Arguments<'a> {
    /// Whether an argument was given.
    #[must_use]
    pub fn given(&self, index: usize) -> bool {
        !matches!(self.arguments.get(index), None | Some(Argument::Absent))
    }

    /// The value of an argument that is a literal.
    #[must_use]
    pub fn literal(&self, index: usize) -> Option<&'a Value<'static>> {
        match self.arguments.get(index)? {
            Argument::Value(expression) => expression.literal(),
            _ => None,
        }
    }

    /// The value of an argument that is a literal, or was computed ahead. What is wrong with a computed one shows when the statement
    /// runs, and is no mistake in the statement.
    #[must_use]
    pub fn known(&self, index: usize) -> Option<&'a Value<'static>> {
        match self.arguments.get(index)? {
            Argument::Value(expression) => expression.known(),
            _ => None,
        }
    }

    /// The text of an argument that is a literal text.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<&'a str> {
        match self.literal(index)? {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The number of an argument that is a literal integer.
    #[must_use]
    pub fn int(&self, index: usize) -> Option<i64> {
        match self.literal(index)? {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean of an argument that is a literal one.
    #[must_use]
    pub fn bool(&self, index: usize) -> Option<bool> {
        match self.literal(index)? {
            Value::Bool(boolean) => Some(*boolean),
            _ => None,
        }
    }

    /// How many items a literal list has; none of any other argument.
    #[must_use]
    pub fn item_count(&self, index: usize) -> Option<usize> {
        match self.arguments.get(index)? {
            Argument::Items(items) => Some(items.len()),
            _ => None,
        }
    }

    /// An item of a literal list that is a literal itself.
    #[must_use]
    pub fn item(&self, index: usize, place: usize) -> Option<&'a Value<'static>> {
        match self.arguments.get(index)? {
            Argument::Items(items) => items.get(place)?.literal(),
            _ => None,
        }
    }

    /// The texts of a literal list of literal texts.
    #[must_use]
    pub fn texts(&self, index: usize) -> Option<Vec<&'a str>> {
        let text = |place| match self.item(index, place)? {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        };
        (0..self.item_count(index)?).map(text).collect()
    }

    /// The function that an argument names.
    #[must_use]
    pub fn function(&self, index: usize) -> Option<&'static Function> {
        match self.arguments.get(index)? {
            Argument::Function(function) => Some(function),
            _ => None,
        }
    }
}
