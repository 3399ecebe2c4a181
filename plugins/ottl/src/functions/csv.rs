//! `ParseCSV`: one row of separated values under its headers.

use crate::value::{Entries, Text};
use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Value};

use super::unique;

pub(super) const LIST: &[&Function] = &[&PARSE_CSV];

static PARSE_CSV: Function = Function::new(
    "ParseCSV",
    &[
        Parameter::new("Target", Kind::Text),
        Parameter::new("Header", Kind::Text),
        Parameter::optional("Delimiter", Kind::LiteralText),
        Parameter::optional("HeaderDelimiter", Kind::LiteralText),
        Parameter::optional("Mode", Kind::LiteralText),
    ],
    parse_csv,
)
.prepared(prepare);

/// What is done about quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Strict,
    Lazy,
    Ignore,
}

struct Format {
    delimiter: char,
    header_delimiter: char,
    mode: Mode,
}

const NO_FORMAT: Error = Error::failed("the format is not known");
const NO_HEADERS: Error = Error::failed("headers must not be an empty string");
const WRONG_COUNT: Error = Error::failed("the row has another number of fields than the header");

fn single(arguments: &Arguments<'_>, index: usize, name: &str) -> Result<Option<char>, String> {
    let Some(text) = arguments.text(index) else {
        return Ok(None);
    };
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(Some(character)),
        _ => Err(format!("{name} must be a single character")),
    }
}

fn prepare(arguments: &Arguments<'_>) -> Result<State, String> {
    let delimiter = single(arguments, 2, "delimiter")?.unwrap_or(',');
    let header_delimiter = single(arguments, 3, "header_delimiter")?.unwrap_or(delimiter);
    let mode = match arguments.text(4).unwrap_or("strict") {
        "strict" => Mode::Strict,
        "lazyQuotes" => Mode::Lazy,
        "ignoreQuotes" => Mode::Ignore,
        _ => return Err("mode is one of strict, lazyQuotes and ignoreQuotes".to_owned()),
    };
    Ok(Some(Box::new(Format {
        delimiter,
        header_delimiter,
        mode,
    })))
}

fn parse_csv<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let format = call.state::<Format>().ok_or(NO_FORMAT)?;
    let row = call.text(0)?;
    let header = call.text(1)?;
    if header.is_empty() {
        return Err(NO_HEADERS);
    }
    let fields = match format.mode {
        Mode::Ignore => row.split(format.delimiter).map(str::to_owned).collect(),
        mode => read(&row, format.delimiter, mode == Mode::Lazy)?,
    };
    if header.split(format.header_delimiter).count() != fields.len() {
        return Err(WRONG_COUNT);
    }
    let mut begin = 0_usize;
    let mut entries = Entries::with_capacity(fields.len());
    for (name, field) in header.split(format.header_delimiter).zip(fields) {
        let end = begin.saturating_add(name.len());
        let key = header.part(begin..end).unwrap_or(Text::Borrowed(""));
        begin = end.saturating_add(format.header_delimiter.len_utf8());
        entries.push((key, Value::text(field)));
    }
    Ok(unique::map(entries).into())
}

const NO_LINES: Error = Error::failed("no csv lines found");
const BARE_QUOTE: Error = Error::failed("a quote stands within a field that is not quoted");
const BAD_DELIMITER: Error = Error::failed("the delimiter cannot separate fields");

/// The fields of all lines: a further line continues the last field of the one before.
fn read(row: &str, delimiter: char, lazy: bool) -> Result<Vec<String>, Error> {
    if matches!(delimiter, '\0' | '"' | '\r' | '\n' | '\u{fffd}') {
        return Err(BAD_DELIMITER);
    }
    let mut reader = Reader {
        lines: Lines { rest: row },
        delimiter,
        lazy,
    };
    let mut joined: Option<Vec<String>> = None;
    while let Some(line) = reader.lines.next() {
        if line.text.is_empty() {
            continue;
        }
        // A record that goes wrong after its first field counts as far as it was read.
        let fields = reader.record(line);
        let mut fields = fields.into_iter();
        let first = fields.next().ok_or(BARE_QUOTE)?;
        match joined.as_mut() {
            None => joined = Some(std::iter::once(first).chain(fields).collect()),
            Some(joined) => {
                if let Some(last) = joined.last_mut() {
                    last.push('\n');
                    last.push_str(&first);
                }
                joined.extend(fields);
            }
        }
    }
    joined.ok_or(NO_LINES)
}

/// Lines with the newline at their ends, where a carriage return before it is dropped.
struct Lines<'t> {
    rest: &'t str,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<Line<'t>> {
        if self.rest.is_empty() {
            return None;
        }
        let (text, ended, rest) = match self.rest.split_once('\n') {
            Some((line, rest)) => (line, true, rest),
            None => (self.rest, false, ""),
        };
        self.rest = rest;
        let text = text.strip_suffix('\r').unwrap_or(text);
        Some(Line { text, ended })
    }
}

/// A line, and whether a newline ended it.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    ended: bool,
}

struct Reader<'t> {
    lines: Lines<'t>,
    delimiter: char,
    lazy: bool,
}

impl<'t> Reader<'t> {
    /// The fields of a record that begins with a line, up to the first that is wrong.
    fn record(&mut self, mut line: Line<'t>) -> Vec<String> {
        let mut fields = Vec::new();
        loop {
            let Some(quoted) = line.text.strip_prefix('"') else {
                let (field, rest) = match line.text.split_once(self.delimiter) {
                    Some((field, rest)) => (field, Some(rest)),
                    None => (line.text, None),
                };
                if !self.lazy && field.contains('"') {
                    return fields;
                }
                fields.push(field.to_owned());
                match rest {
                    Some(rest) => line.text = rest,
                    None => return fields,
                }
                continue;
            };
            line.text = quoted;
            let mut field = String::new();
            match self.quoted(&mut line, &mut field) {
                Some(more) => {
                    fields.push(field);
                    if !more {
                        return fields;
                    }
                }
                None => return fields,
            }
        }
    }

    /// A field behind its first quote. Whether another field follows; none if it is wrong.
    fn quoted(&mut self, line: &mut Line<'t>, field: &mut String) -> Option<bool> {
        loop {
            if let Some((before, rest)) = line.text.split_once('"') {
                field.push_str(before);
                line.text = rest;
                if let Some(rest) = rest.strip_prefix('"') {
                    field.push('"');
                    line.text = rest;
                } else if let Some(rest) = rest.strip_prefix(self.delimiter) {
                    line.text = rest;
                    return Some(true);
                } else if rest.is_empty() {
                    return Some(false);
                } else if self.lazy {
                    field.push('"');
                } else {
                    return None;
                }
                continue;
            }
            field.push_str(line.text);
            if line.ended {
                field.push('\n');
            }
            match self.lines.next() {
                Some(next) => *line = next,
                None => return self.lazy.then_some(false),
            }
        }
    }
}
