//! `ParseELF`: the Extended Log Format of web servers.

use crate::value::{Entries, List, ListKind, Map, MapKind, Text};
use crate::{Error, Function, Kind, Parameter, Value};

use super::{message, put};
use crate::functions::unique;

pub(super) static PARSE_ELF: Function = Function::new(
    "ParseELF",
    &[Parameter::new("Target", Kind::Text)],
    |call| parse(&message(call)?),
);

const NO_VERSION: Error = Error::failed("invalid ELF: missing #Version directive");
const NO_FIELDS: Error = Error::failed("invalid ELF: data entry found before #Fields directive");
const BAD_FIELDS: Error = Error::failed("invalid ELF: malformed #Fields directive");
const OPEN_QUOTE: Error = Error::failed("invalid ELF: unterminated quoted value in data line");
const TOO_LARGE: Error = Error::failed("invalid ELF: the entries hold too many values");

/// How many values all entries may have: a header of many fields and many short lines would make far more of them than there are bytes.
const MOST_VALUES: usize = 1 << 17;

/// Directives that are kept as they are.
const KEPT: [(&str, &str); 6] = [
    ("version", "elf.version"),
    ("software", "elf.software"),
    ("date", "elf.date"),
    ("start-date", "elf.start_date"),
    ("end-date", "elf.end_date"),
    ("remark", "elf.remark"),
];

fn parse<'e>(text: &str) -> Result<Value<'e>, Error> {
    let mut result = Entries::new();
    let mut entries = Vec::new();
    let mut fields: Vec<Text<'e>> = Vec::new();
    let mut left = MOST_VALUES;
    let lines = text.split(['\n', '\r']).map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        let Some(directive) = line.strip_prefix('#') else {
            left = left.checked_sub(fields.len()).ok_or(TOO_LARGE)?;
            entries.push(entry(line, &fields)?);
            continue;
        };
        let Some((key, value)) = directive.split_once(':') else {
            let key = directive.trim().get(..6).unwrap_or_default();
            if key.eq_ignore_ascii_case("fields") {
                return Err(BAD_FIELDS);
            }
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        if key.eq_ignore_ascii_case("fields") {
            let names = value.split_whitespace();
            fields = names.map(|name| Text::from(name.to_owned())).collect();
        } else if let Some((_, name)) = KEPT
            .iter()
            .find(|(known, _)| key.eq_ignore_ascii_case(known))
        {
            put(&mut result, name, Value::text(value));
        }
    }
    if !result.iter().any(|(key, _)| key.as_str() == "elf.version") {
        return Err(NO_VERSION);
    }
    let fields = fields.into_iter().map(Value::Text).collect();
    put(
        &mut result,
        "elf.entries",
        List::new(ListKind::Slice, entries),
    );
    put(
        &mut result,
        "elf.fields",
        List::new(ListKind::Slice, fields),
    );
    Ok(Map::new(MapKind::Map, result).into())
}

/// A line of data under the names of the fields. A value that is missing is `-`, one too many is dropped.
fn entry<'e>(line: &str, fields: &[Text<'e>]) -> Result<Value<'e>, Error> {
    if fields.is_empty() {
        return Err(NO_FIELDS);
    }
    let mut values = Vec::new();
    let mut rest = line.trim_start_matches([' ', '\t']);
    while !rest.is_empty() {
        let (value, behind) = if let Some(quoted) = rest.strip_prefix('"') {
            self::quoted(quoted)?
        } else {
            let end = rest.find([' ', '\t']).unwrap_or(rest.len());
            let (value, behind) = rest.split_at(end);
            (value.to_owned(), behind)
        };
        values.push(value);
        rest = behind.trim_start_matches([' ', '\t']);
    }
    let mut values = values.into_iter();
    let entry = |field: &Text<'e>| {
        let value = values.next().unwrap_or_else(|| "-".to_owned());
        (field.clone(), Value::text(value))
    };
    Ok(unique::map(fields.iter().map(entry).collect()).into())
}

/// A value behind its first quote, in which a doubled quote is one, and what stands behind its last.
fn quoted(text: &str) -> Result<(String, &str), Error> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let (part, behind) = rest.split_once('"').ok_or(OPEN_QUOTE)?;
        out.push_str(part);
        match behind.strip_prefix('"') {
            Some(behind) => {
                out.push('"');
                rest = behind;
            }
            None => return Ok((out, behind)),
        }
    }
}
