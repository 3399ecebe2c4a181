//! What the functions of XPath do with texts and numbers.

use crate::{Error, go};

use super::value::count;

const RANGE: Error = Error::failed("substring() in the XPath leaves the text");

/// A number as XPath shows it: never with an exponent.
pub(super) fn shown(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

/// To the nearest integer, halves upwards.
pub(super) fn round(number: f64) -> f64 {
    if !number.is_finite() {
        return number;
    }
    if (-0.5..0.5).contains(&number) {
        return number * 0.0;
    }
    let floor = number.floor();
    if number - floor >= 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

pub(super) fn normalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Counted in bytes, from 1, as upstream counts.
pub(super) fn substring(text: &str, start: f64, length: Option<f64>) -> Result<String, Error> {
    let start = start.round();
    let size = count(text.len());
    if start > size {
        return Ok(String::new());
    }
    let (begin, end) = match length.map(f64::round) {
        None if start <= 0.0 => (0.0, size),
        None => (start - 1.0, size),
        Some(length) if length <= 0.0 => return Ok(String::new()),
        Some(length) => {
            let length = length.min(size);
            if start < 0.0 {
                if length + start <= 1.0 {
                    return Ok(String::new());
                }
                (0.0, length + start - 1.0)
            } else if start == 0.0 {
                (0.0, length - 1.0)
            } else {
                (start - 1.0, length + start - 1.0)
            }
        }
    };
    let place = |number: f64| usize::try_from(go::truncate(number)).map_err(|_| RANGE);
    let part = text.as_bytes().get(place(begin)?..place(end)?);
    Ok(String::from_utf8_lossy(part.ok_or(RANGE)?).into_owned())
}

/// Each character of one text becomes the byte at its place in another, or goes.
pub(super) fn translate(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match from.find(character) {
            None => out.push(character),
            Some(place) => {
                if let Some(byte) = to.as_bytes().get(place) {
                    out.push(char::from(*byte));
                }
            }
        }
    }
    out
}
