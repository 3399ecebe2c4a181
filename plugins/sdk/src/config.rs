//! From the configuration's JSON to a policy's type, and from serde's complaints to problems that point and help.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::Problem;

/// Reads a configuration. One that is left out is an empty object.
pub(crate) fn parse<C: DeserializeOwned>(json: &str) -> Result<C, Problem> {
    let json = match json.trim() {
        "" | "null" => "{}",
        given => given,
    };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let at = pointer(error.path());
        problem(at, error.inner())
    })
}

/// A path as a JSON pointer.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// serde's words, mended: without the place in the JSON, which the operator never wrote, and without values, which may be
/// secrets.
fn problem(at: String, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    if let Some(unknown) =
        quoted(message, "unknown field ").or_else(|| quoted(message, "unknown variant "))
    {
        return unknown_name(at, message, unknown);
    }
    if let Some(missing) = quoted(message, "missing field ") {
        return Problem::at(at, format!("`{missing}` is missing")).help(format!("add `{missing}`"));
    }
    for start in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some(rest) = message.strip_prefix(start)
            && let Some((found, expected)) = rest.rsplit_once(", expected ")
        {
            let found = found_kind(found);
            return Problem::at(at, format!("this is {found}, and {expected} is expected"))
                .help(format!("write {expected} here"));
        }
    }
    Problem::at(at, message)
}

/// What stands between the first back-ticks after `start`.
fn quoted<'m>(message: &'m str, start: &str) -> Option<&'m str> {
    message
        .strip_prefix(start)?
        .strip_prefix('`')?
        .split('`')
        .next()
}

/// A key or a choice that does not exist, and those that do.
fn unknown_name(at: String, message: &str, unknown: &str) -> Problem {
    let what = if message.starts_with("unknown field") {
        "key"
    } else {
        "choice"
    };
    let known: Vec<&str> = message
        .split_once(", expected ")
        .map(|(_, known)| known.split('`').skip(1).step_by(2).collect())
        .unwrap_or_default();
    let nearest = known
        .iter()
        .map(|known| (distance(unknown, known), *known))
        .min();
    let help = match nearest {
        Some((distance, known)) if distance <= unknown.chars().count().div_ceil(3) => {
            format!("did you mean `{known}`?")
        }
        Some(_) => format!("known here: {}", known.join(", ")),
        None => format!("remove it: no {what} is known here"),
    };
    Problem::at(at, format!("unknown {what} `{unknown}`")).help(help)
}

/// The kind of value that was found, without the value.
fn found_kind(found: &str) -> &'static str {
    match found.split([' ', '`']).next().unwrap_or_default() {
        "string" | "character" => "text",
        "integer" => "an integer",
        "floating" => "a number with a fraction",
        "boolean" => "a boolean",
        "null" | "unit" | "Option" => "empty",
        "sequence" => "a list",
        "map" => "a map",
        _ => "something else",
    }
}

/// How many characters must be inserted, deleted or replaced to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, left) in a.chars().zip(1_usize..) {
        let mut diagonal = std::mem::replace(row.first_mut().unwrap_or(&mut 0), left);
        let mut before = left;
        for (cell, character) in row.iter_mut().skip(1).zip(&b) {
            let replaced = diagonal + usize::from(above != *character);
            diagonal = *cell;
            *cell = replaced.min(diagonal + 1).min(before + 1);
            before = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}
