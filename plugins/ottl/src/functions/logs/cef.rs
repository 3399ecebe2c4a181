//! `ParseCEF`: the Common Event Format.

use crate::value::{Entries, Map, MapKind, Text};
use crate::{Error, Function, Kind, Parameter, Value};

use super::{message, put};
use crate::functions::unique;

pub(super) static PARSE_CEF: Function = Function::new(
    "ParseCEF",
    &[Parameter::new("Target", Kind::Text)],
    |call| parse(&message(call)?),
);

const NO_PREFIX: Error = Error::failed("invalid CEF message: 'CEF:' not found");
const NO_VERSION: Error = Error::failed("invalid CEF message: missing version");
const FEW_FIELDS: Error =
    Error::failed("invalid CEF header: it has seven fields that end with a pipe");

/// The fields of the header behind the version.
const FIELDS: [&str; 6] = [
    "cef.device_vendor",
    "cef.device_product",
    "cef.device_version",
    "cef.device_event_class_id",
    "cef.name",
    "cef.severity",
];

fn parse<'e>(text: &str) -> Result<Value<'e>, Error> {
    let begin = text.find("CEF:").ok_or(NO_PREFIX)?;
    let message = text.get(begin..).unwrap_or_default();
    let (version, mut rest) = field(message);
    let version = version.strip_prefix("CEF:").unwrap_or(version);
    let mut entries = Entries::new();
    put(&mut entries, "cef.version", Value::text(version));
    for name in FIELDS {
        let (value, behind) = field(rest.ok_or(FEW_FIELDS)?);
        put(
            &mut entries,
            name,
            Value::text(unescape(value, |next| {
                matches!(next, '|' | '\\').then_some(next)
            })),
        );
        rest = behind;
    }
    if version.is_empty() {
        return Err(NO_VERSION);
    }
    let extensions = extensions(rest.unwrap_or_default());
    put(&mut entries, "cef.extensions", extensions);
    Ok(Map::new(MapKind::Map, entries).into())
}

/// A field up to its pipe, and what stands behind it. A backslash keeps a pipe and a backslash.
fn field(text: &str) -> (&str, Option<&str>) {
    let bytes = text.as_bytes();
    let mut at = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if matches!(bytes.get(at + 1), Some(b'|' | b'\\')) => at += 2,
            b'|' => {
                let field = text.get(..at).unwrap_or_default();
                return (field, text.get(at + 1..));
            }
            _ => at += 1,
        }
    }
    (text, None)
}

fn unescape(text: &str, replaced: impl Fn(char) -> Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let next = characters.clone().next();
        match next.filter(|_| character == '\\').and_then(&replaced) {
            Some(plain) => {
                out.push(plain);
                characters.next();
            }
            None => out.push(character),
        }
    }
    out
}

/// What an escaped character in a value of an extension means.
const fn in_value(escaped: char) -> Option<char> {
    match escaped {
        '\\' | '=' => Some(escaped),
        'n' => Some('\n'),
        'r' => Some('\r'),
        _ => None,
    }
}

/// Pairs such as `key=value with spaces key2=value`: a key stands at the beginning or behind a space.
fn extensions<'e>(text: &str) -> Value<'e> {
    let mut entries = Entries::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0_usize;
    let mut value = |key: &str, begin: usize, end: usize| {
        let value = text.get(begin..end).unwrap_or_default();
        let value = unescape(value.trim_end_matches(' '), in_value);
        entries.push((Text::from(key.to_owned()), Value::text(value)));
    };
    loop {
        let rest = text.get(at..).unwrap_or_default();
        if let Some(key) = key(rest) {
            if let Some((key, begin)) = open {
                value(key, begin, at);
            }
            at += key.len() + 1;
            open = Some((key, at));
        }
        // What stands right behind the `=` is no key, even if it begins with a space.
        match text.get(at..).and_then(|rest| rest.find(' ')) {
            Some(space) => at += space + 1,
            None => break,
        }
    }
    if let Some((key, begin)) = open {
        value(key, begin, text.len());
    }
    unique::map(entries).into()
}

/// The key at the beginning of a text that a `=` follows.
fn key(text: &str) -> Option<&str> {
    let (key, _) = text.split_once('=')?;
    let fits = !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    fits.then_some(key)
}
