//! JSON.

use std::fmt::Write as _;

/// A double as `encoding/json` writes it; none for what JSON cannot say.
#[must_use]
pub fn json_double(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    let size = number.abs();
    if number == 0.0 || (1e-6..1e21).contains(&size) {
        return Some(format!("{number}"));
    }
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let sign = if exponent.starts_with('-') { '-' } else { '+' };
    let digits = exponent.trim_start_matches('-');
    // Large exponents have two digits at least, small ones as few as there are.
    let mut out = format!("{mantissa}e{sign}");
    if sign == '+' {
        let _ = write!(out, "{digits:0>2}");
    } else {
        out.push_str(digits);
    }
    Some(out)
}

/// Appends a text in quotation marks, as `encoding/json` writes it: the two separators of Unicode, which are line ends in JavaScript, are
/// escaped. With `html`, `<`, `>` and `&` are, too.
pub fn push_json_text(out: &mut String, text: &str, html: bool) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' if html => escape(out, character),
            '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => escape(out, character),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn escape(out: &mut String, character: char) {
    let _ = write!(out, "\\u{:04x}", u32::from(character));
}
