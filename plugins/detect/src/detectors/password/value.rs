//! What stands after names and options, and whether it may be a secret.

use std::ops::Range;

use crate::bytes::{at, before, run_after, within};

/// The longest password that is read to its end.
pub(super) const LONGEST: usize = 1024;

/// The value that begins after spaces and quotes at `start`; none if it is empty, a variable, or masked already.
pub(super) fn value(text: &[u8], start: usize, in_query: bool) -> Option<Range<usize>> {
    let mut start = run_after(text, start, 4, |byte| byte == b' ');
    while at(text, start) == b'\\' && matches!(at(text, start.saturating_add(1)), b'"' | b'\\') {
        start = start.saturating_add(1);
    }
    let quote = at(text, start);
    let end = if matches!(quote, b'"' | b'\'' | b'`') {
        start = start.saturating_add(1);
        let end = run_after(text, start, LONGEST, |byte| byte != quote && byte != b'\n');
        // The backslash of an escaped quote.
        end.saturating_sub(usize::from(end > start && before(text, end) == b'\\'))
    } else {
        let end = run_after(text, start, LONGEST, |byte| {
            byte > b' '
                && !matches!(
                    byte,
                    b'"' | b'\'' | b'`' | b';' | b'|' | b'<' | b'>' | b'\\'
                )
                && !(in_query && matches!(byte, b'&' | b'#'))
                && (in_query || byte != b',')
        });
        let mut end = end;
        while end > start && matches!(before(text, end), b'.' | b')' | b'}' | b']') {
            end = end.saturating_sub(1);
        }
        end
    };
    is_value(within(text, start..end)).then_some(start..end)
}

/// Whether it may be a secret: not empty, no variable, no call, no word that stands for one, no mask.
pub(super) fn is_value(value: &[u8]) -> bool {
    const NONE: [&[u8]; 26] = [
        b"null",
        b"none",
        b"nil",
        b"true",
        b"false",
        b"string",
        b"undefined",
        b"password",
        b"token",
        b"secret",
        b"str",
        b"bearer",
        b"basic",
        b"required",
        b"optional",
        b"redacted",
        b"hidden",
        b"str,",
        b"text",
        b"yes",
        b"no",
        b"stdin",
        b"await",
        b"new",
        b"this",
        b"self",
    ];
    let Some(first) = value.first() else {
        return false;
    };
    if matches!(
        first,
        b'$' | b'<' | b'%' | b'{' | b'[' | b'(' | b'@' | b'&' | b'=' | b':'
    ) || value.contains(&b'(')
        || value.windows(2).any(|pair| pair == b"${")
    {
        return false;
    }
    // A key in PEM is found as one, and what begins with a type is a declaration.
    let word = value.iter().position(|byte| !byte.is_ascii_alphanumeric());
    let first_word = value.get(..word.unwrap_or(value.len())).unwrap_or_default();
    let is_declared = word.is_some_and(|end| matches!(at(value, end), b'[' | b')' | b',' | b'?'))
        && first_word.iter().all(u8::is_ascii_alphabetic);
    if value.starts_with(b"-----BEGIN") || is_declared {
        return false;
    }
    let is_mask = value
        .iter()
        .all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#'));
    let is_program = [
        &b"os."[..],
        b"process.env",
        b"env.",
        b"self.",
        b"config.",
        b"args.",
        b"settings.",
    ]
    .iter()
    .any(|start| value.starts_with(start));
    !is_mask && !is_program && !NONE.iter().any(|none| value.eq_ignore_ascii_case(none))
}

/// Whether the value is a word of prose: lower case letters alone, or a number alone, and more words behind it or nothing.
pub(super) fn is_sentence(text: &[u8], value: &Range<usize>) -> bool {
    let word = within(text, value.clone());
    let is_lower = word.iter().enumerate().all(|(place, byte)| {
        byte.is_ascii_lowercase()
            || place == 0 && byte.is_ascii_uppercase()
            || matches!(byte, b'-' | b'\'')
    });
    let is_number = word.iter().all(u8::is_ascii_digit) && word.len() < 6;
    (is_lower
        && at(text, value.end) == b' '
        && at(text, value.end.saturating_add(1)).is_ascii_lowercase())
        || is_number
        || is_lower && word.len() < 4
}

/// Where credentials in a header end.
pub(super) fn credentials(text: &[u8], start: usize) -> usize {
    run_after(text, start, LONGEST, |byte| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'-' | b'.'
                    | b'_'
                    | b'~'
                    | b'+'
                    | b'/'
                    | b'='
                    | b':'
                    | b'|'
                    | b'*'
                    | b'$'
                    | b'{'
                    | b'}'
                    | b'<'
                    | b'>'
            )
    })
}
