//! Single values: whether they are what a key wants, and what they mean.

use std::time::Duration;

use super::walk::list;
use crate::address;
use crate::nearest::nearest;
use crate::schema::Kind;
use crate::units;
use crate::yaml::{Node, Span, Value};

/// Why a value does not do: the rest of a sentence that starts with it, and what would help.
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) help: String,
}

fn problem(message: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem {
        message: message.into(),
        help: help.into(),
    }
}

/// Whether a value is what a key of this kind wants.
pub(crate) fn check(kind: Kind, node: &Node) -> Result<(), Problem> {
    match kind {
        Kind::Text | Kind::Secret => text(node).map(|_| ()),
        Kind::HeaderName => header_name(text(node)?),
        Kind::HeaderValue => header_value(text(node)?),
        Kind::Path => match text(node)? {
            "" => Err(problem("is no path", "write the path of a file")),
            _ => Ok(()),
        },
        Kind::Flag => flag(node).map(|_| ()).ok_or_else(|| {
            problem(
                "is neither true nor false",
                "write `true` or `false`, without quotes",
            )
        }),
        Kind::Count(least, most) => match count(node) {
            Some(value) if (least..=most).contains(&value) => Ok(()),
            Some(_) => Err(problem(
                "is out of range",
                format!("write a whole number from {least} to {most}"),
            )),
            None => Err(problem(
                "is no whole number of at least 0",
                "write digits, without quotes",
            )),
        },
        Kind::Level(least, most) => match node.value {
            Value::Int(value) if (least..=most).contains(&value) => Ok(()),
            _ => Err(problem(
                "is not a value that it takes",
                format!("write a whole number from {least} to {most}"),
            )),
        },
        Kind::Number(least, most) => match number(node) {
            Some(value) if (least..=most).contains(&value) => Ok(()),
            _ => Err(problem(
                "is not a value that it takes",
                format!("write a number from {least} to {most}"),
            )),
        },
        Kind::Duration => {
            let help = "write a number with its unit: `300ms`, `5s`, `1m30s`";
            duration(node)
                .map(|_| ())
                .ok_or_else(|| problem("is no duration", help))
        }
        Kind::Size => size(node).map(|_| ()).ok_or_else(|| {
            problem(
                "is no size",
                "write bytes, or a number with its unit: `64MiB`",
            )
        }),
        Kind::Choice(offered, elsewhere) => choice(node, offered, elsewhere),
        Kind::Listen => address::host_port(text(node)?).map(|_| ()).map_err(|why| {
            problem(
                format!("is no address to listen on: {why}"),
                "write `localhost:4317`",
            )
        }),
        Kind::Connect => address::grpc(text(node)?).map(|_| ()).map_err(|why| {
            problem(
                format!("is no address to connect to: {why}"),
                "write `host:4317`",
            )
        }),
        Kind::Url => address::url(text(node)?)
            .map_err(|why| problem(format!("is no URL: {why}"), "write `http://host:4318`")),
        Kind::Permissions => match permissions(text(node)?) {
            Some(_) => Ok(()),
            None => Err(problem(
                "are no permissions",
                "write an octal text such as `\"0755\"`",
            )),
        },
        Kind::Texts
        | Kind::HeaderValues
        | Kind::Choices(..)
        | Kind::Paths
        | Kind::Secrets
        | Kind::Headers
        | Kind::Section(_)
        | Kind::Sections(_)
        | Kind::Any => Ok(()),
    }
}

/// Whether a value is the one that is accepted, whatever its spelling.
pub(crate) fn is(kind: Kind, node: &Node, accepted: &str) -> bool {
    match (kind, &node.value) {
        (_, Value::List(items)) => items.iter().all(|item| item.text() == Some(accepted)),
        (Kind::Duration, _) => {
            duration(node).is_some() && duration(node) == units::duration(accepted)
        }
        (_, Value::Bool(value)) => value.to_string() == accepted,
        (_, Value::Int(value)) => value.to_string() == accepted,
        (Kind::Choice(..), _) => node
            .text()
            .is_some_and(|text| text.eq_ignore_ascii_case(accepted)),
        _ => node.text() == Some(accepted),
    }
}

fn text(node: &Node) -> Result<&str, Problem> {
    node.text()
        .ok_or_else(|| problem("is no text", "put it in quotes"))
}

fn choice(node: &Node, offered: &[&str], elsewhere: &[&str]) -> Result<(), Problem> {
    let help = format!("what there is: {}", list(offered.iter().copied()));
    let Some(text) = node.text() else {
        return Err(problem("is not a value that it takes", help));
    };
    if offered.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(());
    }
    if elsewhere.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Err(problem(
            "is not offered here, as it is in a Collector",
            help,
        ));
    }
    let help = nearest(
        text,
        offered.iter().copied().filter(|word| !word.is_empty()),
    )
    .map_or(help, |word| format!("did you mean `{word}`?"));
    Err(problem("is not a value that it takes", help))
}

fn header_name(name: &str) -> Result<(), Problem> {
    if is_header(name) {
        return Ok(());
    }
    Err(problem(
        "is no name of a header",
        "names hold letters, digits and `-`",
    ))
}

fn header_value(value: &str) -> Result<(), Problem> {
    if !value.chars().any(char::is_control) {
        return Ok(());
    }
    Err(problem(
        "holds control characters, which no header may",
        "remove them; a line break at its end is one",
    ))
}

/// Whether a header may have this name.
pub(crate) fn is_header(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(legal)
}

/// The texts of a list, and where each stands. One text with commas is a list, too, as in a Collector. None where there is
/// anything else.
pub(crate) fn texts(node: &Node) -> Option<Vec<(String, Span)>> {
    match &node.value {
        Value::List(items) => items
            .iter()
            .filter(|item| item.value != Value::Unknown)
            .map(|item| Some((item.text()?.to_owned(), item.span)))
            .collect(),
        Value::Text(text) if text.is_empty() => Some(Vec::new()),
        Value::Text(text) => Some(
            text.split(',')
                .map(|item| (item.to_owned(), node.span))
                .collect(),
        ),
        Value::Null | Value::Unknown => Some(Vec::new()),
        _ => None,
    }
}

pub(crate) fn flag(node: &Node) -> Option<bool> {
    if let Value::Bool(value) = node.value {
        Some(value)
    } else {
        None
    }
}

pub(crate) fn count(node: &Node) -> Option<u64> {
    match node.value {
        Value::Int(value) => u64::try_from(value).ok(),
        Value::Large(value) => Some(value),
        // `1e3` is a number with a point, and means a whole one all the same.
        Value::Float(value) if value.fract() == 0.0 && (0.0..9e15).contains(&value) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is whole, and in between"
            )]
            let whole = value as u64;
            Some(whole)
        }
        _ => None,
    }
}

pub(crate) fn number(node: &Node) -> Option<f64> {
    match node.value {
        #[expect(
            clippy::cast_precision_loss,
            reason = "numbers of configurations are small, and larger ones are compared with limits"
        )]
        Value::Int(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
}

/// A duration; a bare 0 is one, too, other bare numbers are not: in a Collector they would be nanoseconds.
pub(crate) fn duration(node: &Node) -> Option<Duration> {
    match &node.value {
        Value::Int(0) => Some(Duration::ZERO),
        Value::Text(text) => units::duration(text),
        _ => None,
    }
}

pub(crate) fn size(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Text(text) => units::size(text),
        _ => count(node),
    }
}

pub(crate) fn permissions(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    u32::from_str_radix(digits, 8)
        .ok()
        .filter(|mode| *mode <= 0o7777 && !digits.starts_with('+'))
}

/// Headers, from a mapping or a list of `name` and `value`: the name, where it stands, and the value.
pub(crate) fn headers(node: &Node) -> Vec<(Option<&str>, Span, Option<&Node>)> {
    match &node.value {
        Value::Map(entries) => entries
            .iter()
            .map(|entry| (Some(entry.key.as_str()), entry.span, Some(&entry.node)))
            .collect(),
        Value::List(items) => items
            .iter()
            .map(|item| {
                (
                    item.get("name").and_then(Node::text),
                    item.span,
                    item.get("value"),
                )
            })
            .collect(),
        _ => Vec::new(),
    }
}
