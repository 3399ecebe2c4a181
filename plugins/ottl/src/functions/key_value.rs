//! `ParseKeyValue` and `ToKeyValueString`: pairs such as `a=b c="d e"`.

use crate::value::{Entries, Text};
use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Value, convert};

use super::unique;

pub(super) const LIST: &[&Function] = &[&PARSE_KEY_VALUE, &TO_KEY_VALUE_STRING];

const DELIMITER: Parameter = Parameter::optional("Delimiter", Kind::LiteralText);
const PAIR_DELIMITER: Parameter = Parameter::optional("PairDelimiter", Kind::LiteralText);

static PARSE_KEY_VALUE: Function = Function::new(
    "ParseKeyValue",
    &[
        Parameter::new("Target", Kind::Text),
        DELIMITER,
        PAIR_DELIMITER,
    ],
    parse_key_value,
)
.prepared(prepare);

static TO_KEY_VALUE_STRING: Function = Function::new(
    "ToKeyValueString",
    &[
        Parameter::new("Target", Kind::Map),
        DELIMITER,
        PAIR_DELIMITER,
        Parameter::optional("SortOutput", Kind::LiteralBool),
    ],
    to_key_value_string,
)
.prepared(prepare);

/// What stands between a key and its value, and between pairs.
struct Delimiters {
    within: String,
    between: String,
    sorted: bool,
}

const UNKNOWN: Error = Error::failed("the delimiters are not known");

fn prepare(arguments: &Arguments<'_>) -> Result<State, String> {
    let within = arguments.text(1).unwrap_or("=");
    let between = arguments.text(2).unwrap_or(" ");
    if within.is_empty() {
        return Err("delimiter cannot be set to an empty string".to_owned());
    }
    if between.is_empty() {
        return Err("pair delimiter cannot be set to an empty string".to_owned());
    }
    if within == between {
        return Err(format!(
            "pair delimiter {between:?} cannot be equal to delimiter {within:?}"
        ));
    }
    Ok(Some(Box::new(Delimiters {
        within: within.to_owned(),
        between: between.to_owned(),
        sorted: arguments.bool(3).unwrap_or(false),
    })))
}

const EMPTY: Error = Error::failed("cannot parse from empty target");
const OPEN_QUOTE: Error = Error::failed("never reached the end of a quoted value");
const NO_PAIR: Error = Error::failed("a pair has no delimiter between key and value");

fn parse_key_value<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let delimiters = call.state::<Delimiters>().ok_or(UNKNOWN)?;
    let source = call.text(0)?;
    if source.is_empty() {
        return Err(EMPTY);
    }
    let mut entries = Entries::new();
    for pair in split(&source, &delimiters.between)? {
        let (key, value) = pair.split_once(&delimiters.within).ok_or(NO_PAIR)?;
        entries.push((Text::from(key.trim().to_owned()), Value::text(value.trim())));
    }
    Ok(unique::map(entries).into())
}

/// The pairs. Quotes hold a pair together and are dropped; a backslash keeps the quote behind it, and stays itself.
fn split(source: &str, delimiter: &str) -> Result<Vec<String>, Error> {
    let mut pairs = Vec::new();
    let mut pair = String::new();
    let mut quote = None;
    let mut escaped = false;
    let mut rest = source;
    while let Some(character) = rest.chars().next() {
        if quote.is_none()
            && let Some(behind) = rest.strip_prefix(delimiter)
        {
            rest = behind;
            if !pair.is_empty() {
                pairs.push(std::mem::take(&mut pair));
            }
            continue;
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        if escaped {
            escaped = false;
        } else if quote.is_none() && matches!(character, '"' | '\'') {
            quote = Some(character);
            continue;
        } else if quote == Some(character) {
            quote = None;
            continue;
        } else {
            escaped = character == '\\';
        }
        pair.push(character);
    }
    if quote.is_some() {
        return Err(OPEN_QUOTE);
    }
    if !pair.is_empty() {
        pairs.push(pair);
    }
    Ok(pairs)
}

fn to_key_value_string<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let delimiters = call.state::<Delimiters>().ok_or(UNKNOWN)?;
    let map = call.map(0)?;
    let mut entries: Entries<'e> = map.iter().collect();
    if delimiters.sorted {
        entries.sort_by(|(a, _), (b, _)| a.as_str().cmp(b));
    }
    let mut out = String::new();
    for (place, (key, value)) in entries.iter().enumerate() {
        if place > 0 {
            out.push_str(&delimiters.between);
        }
        quote(&mut out, key, delimiters);
        out.push_str(&delimiters.within);
        quote(&mut out, &convert::shown(value)?, delimiters);
    }
    Ok(Value::text(out))
}

/// Appends a key or a value: its quotes escaped, and in quotes where a delimiter stands in it.
fn quote(out: &mut String, text: &str, delimiters: &Delimiters) {
    let text = text.replace('"', "\\\"");
    if text.contains(&delimiters.between) || text.contains(&delimiters.within) {
        out.push('"');
        out.push_str(&text);
        out.push('"');
    } else {
        out.push_str(&text);
    }
}
