//! `ParseCLF`: the Common Log Format of web servers, and its combined form.

use tollgate_patterns::Pattern;

use crate::value::{Entries, Map, MapKind};
use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Value, go};

use super::{message, put};

pub(super) static PARSE_CLF: Function = Function::new(
    "ParseCLF",
    &[
        Parameter::new("Target", Kind::Text),
        Parameter::optional("Format", Kind::LiteralText),
    ],
    parse_clf,
)
.prepared(prepare);

struct Format {
    combined: bool,
    pattern: Pattern,
}

const COMMON: &str = r#"^(\S+) (\S+) (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\S+) (\S+)"#;
const COMBINED: &str = r#" "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)""#;

fn prepare(arguments: &Arguments<'_>) -> Result<State, String> {
    let combined = match arguments.text(1).unwrap_or("clf") {
        "clf" => false,
        "combined" => true,
        _ => return Err("format is one of clf and combined".to_owned()),
    };
    let tail = if combined { COMBINED } else { "" };
    let pattern = Pattern::new(&format!("{COMMON}{tail}$")).map_err(|error| error.to_string())?;
    Ok(Some(Box::new(Format { combined, pattern })))
}

const NO_MATCH: Error = Error::failed("invalid CLF message: it does not match the format");
const STATUS: Error = Error::failed("invalid CLF message: the status code is no number");
const BYTES: Error = Error::failed("invalid CLF message: the count of bytes is no number");

fn parse_clf<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let format = call.state::<Format>().ok_or(NO_MATCH)?;
    let text = message(call)?;
    let found = format.pattern.captures(text.trim()).ok_or(NO_MATCH)?;
    let group = |index| found.get(index).unwrap_or_default();
    let mut entries = Entries::new();
    let mut plain = |name, text: &str| put(&mut entries, name, Value::text(text));
    plain("clf.remote_host", group(1));
    plain("clf.rfc931", group(2));
    plain("clf.auth_user", group(3));
    plain("clf.timestamp", group(4));
    let request = unescape(group(5));
    plain("clf.request", &request);
    let mut parts = request.splitn(3, ' ');
    if let (Some(method), Some(uri), Some(protocol)) = (parts.next(), parts.next(), parts.next()) {
        plain("clf.method", method);
        plain("clf.request_uri", uri);
        plain("clf.protocol", protocol);
    }
    if format.combined {
        plain("clf.referer", &unescape(group(8)));
        plain("clf.user_agent", &unescape(group(9)));
    }
    let status = go::parse_int(group(6)).ok_or(STATUS)?;
    put(&mut entries, "clf.status", Value::Int(status));
    if group(7) != "-" {
        let bytes = go::parse_int(group(7)).ok_or(BYTES)?;
        put(&mut entries, "clf.bytes", Value::Int(bytes));
    }
    Ok(Map::new(MapKind::Map, entries).into())
}

/// What a server escaped: quotes, control characters, bytes by their hexadecimal digits.
fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let Some((byte, rest)) = bytes.split_first() {
        bytes = rest;
        let Some((escaped, rest)) = rest.split_first().filter(|_| *byte == b'\\') else {
            out.push(*byte);
            continue;
        };
        bytes = rest;
        match escaped {
            b'\\' | b'"' => out.push(*escaped),
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'v' => out.push(11),
            b'x' => match hexadecimal(rest) {
                Some((byte, rest)) => {
                    out.push(byte);
                    bytes = rest;
                }
                None => out.extend(b"\\x"),
            },
            other => out.extend([b'\\', *other]),
        }
    }
    super::lossy(out)
}

fn hexadecimal(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = bytes.split_first_chunk::<2>()?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let [high, low] = digits;
    let number = digit(*high)? << 4 | digit(*low)?;
    Some((u8::try_from(number).ok()?, rest))
}
