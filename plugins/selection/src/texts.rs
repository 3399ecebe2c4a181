//! What texts and values are compared with.

use tollgate_attraction::Constant;
use tollgate_patterns::Pattern;
use tollgate_sdk::{AnyValue, Value};
use tollgate_values::decimal;

/// Texts, of which one must match.
#[derive(Debug, Clone)]
pub(crate) enum Matches {
    /// Equal to one of these.
    Strict(Vec<String>),
    /// One of these matches a part of it.
    Regexp(Vec<Pattern>),
}

impl Matches {
    pub(crate) fn any(&self, text: &str) -> bool {
        match self {
            Self::Strict(texts) => texts.iter().any(|candidate| candidate == text),
            Self::Regexp(patterns) => patterns.iter().any(|pattern| pattern.is_match(text)),
        }
    }
}

/// What an attribute must hold.
#[derive(Debug, Clone)]
pub(crate) enum Expected {
    /// Anything: it must be there.
    Anything,
    /// A value of the same type.
    Equal(Constant),
    /// A text that matches; numbers and booleans are compared as text.
    Like(Matches),
}

impl Expected {
    pub(crate) fn holds(&self, value: Value<'_>) -> bool {
        match self {
            Self::Anything => true,
            Self::Equal(constant) => equal(constant.value(), value),
            Self::Like(matches) => match value {
                Value::Text(text) => matches.any(text),
                Value::Boolean(truth) => matches.any(if truth { "true" } else { "false" }),
                Value::Int(number) => matches.any(&number.to_string()),
                Value::Double(number) => matches.any(&decimal(number)),
                _ => false,
            },
        }
    }
}

/// Equality of values; that of maps does not depend on the order of their entries.
fn equal(a: Value<'_>, b: Value<'_>) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => {
            a.items().count() == b.items().count()
                && a.items().zip(b.items()).all(|(a, b)| equal(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let (a, b) = (sorted(a), sorted(b));
            a.len() == b.len()
                && a.iter()
                    .zip(&b)
                    .all(|((a_key, a), (b_key, b))| a_key == b_key && equal(*a, *b))
        }
        (a, b) => a == b,
    }
}

fn sorted(map: AnyValue<'_>) -> Vec<(&str, Value<'_>)> {
    let mut entries: Vec<_> = map.entries().collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}
