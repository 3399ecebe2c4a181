//! OTLP/JSON: requests one after the other, in an array, or a line each.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::IgnoredAny;
use tollgate_json::{JsonError, decode};
use tollgate_record::Signal;

use super::error::position;
use super::{InputError, look};
use crate::Telemetry;

/// The key of a request that says its signal, in both spellings.
const KEYS: [(Signal, &str, &str); 3] = [
    (Signal::Logs, "resourceLogs", "resource_logs"),
    (Signal::Traces, "resourceSpans", "resource_spans"),
    (Signal::Metrics, "resourceMetrics", "resource_metrics"),
];

/// Whether a text is JSON of objects: lines of a log may begin with a bracket, too.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    match text.strip_prefix('[') {
        Some(inner) => inner.trim_start().starts_with(['{', ']']),
        None => text.starts_with('{'),
    }
}

/// Reads all requests.
pub(super) fn read(
    text: &str,
    name: &str,
    named: Option<Signal>,
) -> Result<Vec<Telemetry>, InputError> {
    let values = values(text, name)?;
    let several = values.len() > 1;
    let mut all = Vec::new();
    for range in values {
        let (line, _) = position(text.as_bytes(), range.start);
        let source = if several {
            format!("{name}:{line}")
        } else {
            name.to_owned()
        };
        let value = text.get(range.clone()).unwrap_or_default();
        let file = Place {
            text,
            name,
            start: range.start,
        };
        for signal in signals(value, &file, named)? {
            let wire = decode(signal, value.as_bytes()).map_err(|error| file.json(error))?;
            all.push(Telemetry::new(signal, wire, source.clone()));
        }
    }
    Ok(all)
}

/// Where a value of a text begins.
struct Place<'t> {
    text: &'t str,
    name: &'t str,
    start: usize,
}

impl Place<'_> {
    /// What is wrong with the value, at its place in the whole file.
    fn json(
        &self,
        JsonError {
            line,
            column,
            problem,
        }: JsonError,
    ) -> InputError {
        InputError::of(self.name, format!("{problem}, in what begins as OTLP/JSON")).at_both(
            self.position(),
            line,
            column,
        )
    }

    fn position(&self) -> (usize, usize) {
        position(self.text.as_bytes(), self.start)
    }
}

impl InputError {
    /// A place in a part that begins at another.
    fn at_both(
        self,
        (line, column): (usize, usize),
        inner_line: usize,
        inner_column: usize,
    ) -> Self {
        let column = if inner_line > 1 {
            inner_column
        } else {
            column.saturating_add(inner_column).saturating_sub(1)
        };
        self.at(line.saturating_add(inner_line).saturating_sub(1), column)
    }
}

/// The signals of a request: nearly always one.
#[expect(
    clippy::zero_sized_map_values,
    reason = "serde reads an object's keys as those of a map"
)]
fn signals(
    value: &str,
    file: &Place<'_>,
    named: Option<Signal>,
) -> Result<Vec<Signal>, InputError> {
    let keys = match serde_json::from_str::<BTreeMap<String, IgnoredAny>>(value) {
        Ok(keys) => keys,
        Err(error) => {
            // Of the signal that it mentions; its own reader says best what is wrong.
            let mentioned = KEYS.iter().find(|(_, camel, snake)| {
                value.contains(&format!("\"{camel}\"")) || value.contains(&format!("\"{snake}\""))
            });
            if let Some((signal, ..)) = mentioned
                && let Err(error) = decode(*signal, value.as_bytes())
            {
                return Err(file.json(error));
            }
            let message = if error.is_eof() {
                "it looks like JSON that is cut short"
            } else {
                "it begins as JSON does, but is none"
            };
            return Err(InputError::of(file.name, message)
                .at_both(file.position(), error.line(), error.column())
                .help("lines of text that begin with a brace are taken as they are with --text"));
        }
    };
    let found: Vec<Signal> = KEYS
        .iter()
        .filter(|(_, camel, snake)| keys.contains_key(*camel) || keys.contains_key(*snake))
        .map(|(signal, ..)| *signal)
        .collect();
    match (found.is_empty(), keys.is_empty(), named) {
        (false, ..) => Ok(found),
        // An export request without anything in it.
        (true, true, Some(signal)) => Ok(vec![signal]),
        _ => {
            let (line, column) = file.position();
            let (message, help) = look::of_keys(keys.keys().map(String::as_str));
            Err(InputError::of(file.name, message)
                .at(line, column)
                .help(help))
        }
    }
}

/// Where the objects of a text are, those of arrays too.
fn values(text: &str, name: &str) -> Result<Vec<Range<usize>>, InputError> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0usize;
    let mut in_array = false;
    loop {
        let between = |byte: &u8| byte.is_ascii_whitespace() || (*byte == b',' && in_array);
        let blank = bytes
            .iter()
            .skip(at)
            .take_while(|byte| between(byte))
            .count();
        at = at.saturating_add(blank);
        match bytes.get(at) {
            None => return Ok(found),
            Some(b'{') => {
                let end = end(bytes, at);
                found.push(at..end);
                at = end;
            }
            Some(b'[') if !in_array => {
                in_array = true;
                at = at.saturating_add(1);
            }
            Some(b']') if in_array => {
                in_array = false;
                at = at.saturating_add(1);
            }
            Some(_) => {
                return Err(InputError::of(name, "there is something else between objects of JSON")
                    .at_offset(bytes, at)
                    .help("OTLP/JSON is one object a request, or one a line; lines of text are taken as they are with --text"));
            }
        }
    }
}

/// Where an object ends that begins at `start`: the end of the text if it does not.
fn end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut in_text = false;
    let mut is_escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at.saturating_add(1);
                }
            }
            _ => {}
        }
    }
    bytes.len()
}
