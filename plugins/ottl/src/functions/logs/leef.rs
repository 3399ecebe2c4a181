//! `ParseLEEF`: the Log Event Extended Format.

use crate::value::{Entries, Map, MapKind, Text};
use crate::{Error, Function, Kind, Parameter, Value};

use super::{lossy, message, put};
use crate::functions::unique;

pub(super) static PARSE_LEEF: Function = Function::new(
    "ParseLEEF",
    &[Parameter::new("Target", Kind::Text)],
    |call| parse(&message(call)?),
);

const NO_PREFIX: Error = Error::failed("invalid LEEF message: 'LEEF:' not found");
const NO_PIPE: Error = Error::failed("invalid LEEF message: missing pipe delimiter in header");
const BAD_VERSION: Error = Error::failed("unsupported LEEF version (supported: 1.0, 2.0)");
const FEW_FIELDS: Error =
    Error::failed("invalid LEEF header: expected vendor, product, version and eventID");
const BAD_DELIMITER: Error = Error::failed(
    "invalid LEEF 2.0 delimiter: it is a single character or 0x and two hexadecimal digits",
);

/// The fields of the header behind the version.
const FIELDS: [&str; 4] = [
    "leef.vendor",
    "leef.product.name",
    "leef.product.version",
    "leef.event.id",
];

fn parse<'e>(text: &str) -> Result<Value<'e>, Error> {
    let begin = text.find("LEEF:").ok_or(NO_PREFIX)?;
    let message = text.get(begin..).unwrap_or_default();
    let (version, rest) = message.split_once('|').ok_or(NO_PIPE)?;
    let version = version.strip_prefix("LEEF:").unwrap_or(version);
    if !matches!(version, "1.0" | "2.0") {
        return Err(BAD_VERSION);
    }
    let mut entries = Entries::new();
    put(&mut entries, "leef.version", Value::text(version));
    let mut rest = Some(rest);
    for name in FIELDS {
        let (value, behind) = cut(rest.ok_or(FEW_FIELDS)?);
        put(&mut entries, name, Value::text(value));
        rest = behind;
    }
    let mut attributes = rest.unwrap_or_default();
    let mut delimiter = b'\t';
    // The delimiter of version 2.0 may be left out, and then an attribute stands in its place.
    let (written, behind) = cut(attributes);
    if version == "2.0" && !written.contains('=') && rest.is_some() {
        delimiter = self::delimiter(written)?;
        attributes = behind.unwrap_or_default();
    }
    put(
        &mut entries,
        "leef.attributes",
        pairs(attributes, delimiter),
    );
    Ok(Map::new(MapKind::Map, entries).into())
}

/// A field up to its pipe, and what stands behind it.
fn cut(text: &str) -> (&str, Option<&str>) {
    match text.split_once('|') {
        Some((field, rest)) => (field, Some(rest)),
        None => (text, None),
    }
}

fn delimiter(written: &str) -> Result<u8, Error> {
    if let Some(digits) = written
        .strip_prefix("0x")
        .or_else(|| written.strip_prefix("0X"))
    {
        let fits = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let byte = u8::from_str_radix(digits, 16).ok().filter(|_| fits);
        return byte.ok_or(BAD_DELIMITER);
    }
    match written.as_bytes() {
        [] => Ok(b'\t'),
        [byte] => Ok(*byte),
        _ => Err(BAD_DELIMITER),
    }
}

fn pairs<'e>(text: &str, delimiter: u8) -> Value<'e> {
    let mut entries = Entries::new();
    for pair in text.as_bytes().split(|byte| *byte == delimiter) {
        // A delimiter that is no ASCII may cut a character.
        let pair = lossy(pair.to_vec());
        if let Some((key, value)) = pair.split_once('=')
            && !key.is_empty()
        {
            entries.push((Text::from(key.to_owned()), Value::text(value)));
        }
    }
    unique::map(entries).into()
}
