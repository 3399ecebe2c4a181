//! What must not be left: every text of what left, keys included, as it stands and decoded.

use std::collections::HashSet;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use regex::Regex;
use serde_json::Value as Json;
use tollgate_record::Value;

use crate::output::{Left, Produced};

/// So many encodings within one another are undone.
const DEEPEST: usize = 3;
/// No more readings of one text than this.
const MOST_READINGS: usize = 64;
/// The shortest run of base64 or hexadecimal that is read.
const SHORTEST_RUN: usize = 8;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Where a regular expression matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The record and the field.
    pub(crate) place: String,
    /// What matched, and in which form.
    pub(crate) what: String,
}

/// Where it matches in what left, the first few places.
pub(crate) fn hits(left: &[&Left], regex: &Regex, decoded: bool) -> Vec<Hit> {
    let mut found = Vec::new();
    for record in left {
        for (at, value) in &record.fields.fields {
            let mut look = |text: &str| {
                for (reading, is_decoded) in readings(text, decoded) {
                    if let Some(matched) = regex.find(&reading) {
                        let how = if is_decoded { ", decoded" } else { "" };
                        found.push(Hit {
                            place: format!("{}: {at}", record.called()),
                            what: format!("{:?}{how}", matched.as_str()),
                        });
                        return;
                    }
                }
            };
            // A key stands in its path.
            look(&at.path);
            texts(value, &mut look);
        }
    }
    found
}

/// Whether it matches anywhere in all requests that left, whatever field that is: what no path leads to, too.
pub(crate) fn is_anywhere(produced: &Produced, regex: &Regex, decoded: bool) -> Option<String> {
    for (_, pipeline, snapshot) in produced.exits() {
        let mut out = Vec::new();
        if tollgate_json::encode(snapshot.signal, &snapshot.wire, &mut out).is_err() {
            continue;
        }
        let request: Json = serde_json::from_slice(&out).unwrap_or_default();
        let mut hit = None;
        json_texts(&request, &mut |text| {
            if hit.is_none() {
                hit = readings(text, decoded)
                    .iter()
                    .find_map(|(reading, _)| Some(regex.find(reading)?.as_str().to_owned()));
            }
        });
        if let Some(hit) = hit {
            return Some(format!("{hit:?} in what left {pipeline}"));
        }
    }
    None
}

fn texts(value: &Value, look: &mut impl FnMut(&str)) {
    match value {
        Value::Text(text) => look(text),
        Value::Bytes(bytes) => look(&String::from_utf8_lossy(bytes)),
        Value::Array(values) => {
            for value in values {
                texts(value, look);
            }
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                look(key);
                texts(value, look);
            }
        }
        Value::Int(number) => look(&number.to_string()),
        Value::Double(number) => look(&number.to_string()),
        Value::Empty | Value::Boolean(_) => {}
    }
}

fn json_texts(value: &Json, look: &mut impl FnMut(&str)) {
    match value {
        Json::String(text) => look(text),
        Json::Array(values) => {
            for value in values {
                json_texts(value, look);
            }
        }
        Json::Object(map) => {
            for (key, value) in map {
                if key == "bytesValue"
                    && let Some(bytes) = value.as_str().and_then(|text| STANDARD.decode(text).ok())
                {
                    look(&String::from_utf8_lossy(&bytes));
                }
                json_texts(value, look);
            }
        }
        _ => {}
    }
}

/// A text as it stands, and with every encoding undone.
pub(crate) fn readings(text: &str, decoded: bool) -> Vec<(String, bool)> {
    let mut all = vec![(text.to_owned(), false)];
    if !decoded {
        return all;
    }
    let mut seen = HashSet::from([text.to_owned()]);
    let mut fresh = vec![text.to_owned()];
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for text in &fresh {
            for reading in undone(text) {
                if seen.len() < MOST_READINGS && seen.insert(reading.clone()) {
                    next.push(reading);
                }
            }
        }
        all.extend(next.iter().map(|reading| (reading.clone(), true)));
        fresh = next;
    }
    all
}

/// A text with one encoding undone, each that it may be in.
fn undone(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if text.contains('%') {
        found.push(percent(text));
    }
    if text.contains('\\') {
        let quoted = format!("\"{text}\"");
        found.extend(serde_json::from_str::<String>(&quoted).ok());
    }
    if let Ok(json @ (Json::Object(_) | Json::Array(_) | Json::String(_))) =
        serde_json::from_str::<Json>(text)
    {
        all_texts(&json, &mut found);
    }
    let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
    for run in text.split(|c| !is_sign(c)) {
        if run.len() < SHORTEST_RUN {
            continue;
        }
        for engine in [&STANDARD, &URL_SAFE] {
            let bytes = engine.decode(run).ok();
            found.extend(bytes.and_then(|bytes| String::from_utf8(bytes).ok()));
        }
        let bytes = hexadecimal(run);
        found.extend(bytes.and_then(|bytes| String::from_utf8(bytes).ok()));
    }
    found
}

fn all_texts(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::String(text) => found.push(text.clone()),
        Json::Array(values) => values.iter().for_each(|value| all_texts(value, found)),
        Json::Object(map) => {
            for (key, value) in map {
                found.push(key.clone());
                all_texts(value, found);
            }
        }
        _ => {}
    }
}

fn percent(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let Some((first, rest)) = bytes.split_first() {
        let pair = rest.get(..2).filter(|_| *first == b'%');
        let decoded = pair.and_then(|pair| hexadecimal(std::str::from_utf8(pair).ok()?));
        if let Some(decoded) = decoded {
            out.extend(decoded);
            bytes = rest.get(2..).unwrap_or_default();
        } else {
            out.push(*first);
            bytes = rest;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from((high << 4) | low).ok(),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::readings;

    #[test]
    fn every_encoding_is_undone_and_those_within_one_another() {
        let secret = "jane.doe@example.com";
        let forms = [
            "jane.doe%40example.com",
            "amFuZS5kb2VAZXhhbXBsZS5jb20=",
            "6a616e652e646f65406578616d706c652e636f6d",
            r#"{"to": ["jane.doe@example.com"]}"#,
            r#"{\"to\": \"jane.doe@example.com\"}"#,
            "who=amFuZS5kb2UlNDBleGFtcGxlLmNvbQ==;",
            r#"{"a": "%7B%22b%22%3A%22jane.doe%40example.com%22%7D"}"#,
            r"jane.doe\u0040example.com",
        ];
        for form in forms {
            let found = readings(form, true);
            assert!(
                found.iter().any(|(reading, _)| reading.contains(secret)),
                "{form}: {found:?}"
            );
            assert_eq!(readings(form, false).len(), 1);
        }
        let plain = readings("nothing to undo", true);
        assert_eq!(plain.len(), 1, "{plain:?}");
    }
}
