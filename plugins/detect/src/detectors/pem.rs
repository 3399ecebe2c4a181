//! Private keys in PEM.

use std::ops::Range;

use crate::bytes::{before, from, run_after, within};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
/// The longest name of a kind: `ENCRYPTED PRIVATE KEY`, `PGP PRIVATE KEY BLOCK`.
const LONGEST_NAME: usize = 40;
/// The longest key that is read to its end; what is longer is cut there.
const LONGEST: usize = 64 << 10;

/// The key whose first line begins with the hyphen at `place`, up to its last line, or, where the text was cut, as far as it looks
/// like a key.
pub(crate) fn private_key(text: &[u8], place: usize) -> Option<Range<usize>> {
    if before(text, place) == b'-' || !from(text, place).starts_with(BEGIN) {
        return None;
    }
    let name_at = place.saturating_add(BEGIN.len());
    let name_end = run_after(text, name_at, LONGEST_NAME, |byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
    });
    let name = within(text, name_at..name_end);
    let is_private = name.ends_with(b"PRIVATE KEY") || name.ends_with(b"PRIVATE KEY BLOCK");
    if !is_private || !from(text, name_end).starts_with(b"-----") {
        return None;
    }
    let body = name_end.saturating_add(5);
    // Base64, line ends as they are or escaped, and headers such as `Proc-Type: 4,ENCRYPTED`.
    let inside = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'+' | b'/' | b'=' | b'\\' | b':' | b',' | b'.' | b'(' | b')'
            )
    };
    let mut end = body;
    loop {
        end = run_after(
            text,
            end,
            LONGEST.saturating_sub(end.saturating_sub(body)),
            inside,
        );
        let rest = from(text, end);
        if rest.starts_with(END) {
            let last = run_after(text, end.saturating_add(END.len()), LONGEST_NAME, |byte| {
                byte.is_ascii_uppercase() || byte == b' '
            });
            return Some(place..run_after(text, last, 5, |byte| byte == b'-'));
        }
        // A single hyphen stands in headers.
        if rest.first() != Some(&b'-')
            || rest.get(1) == Some(&b'-')
            || end.saturating_sub(body) >= LONGEST
        {
            break;
        }
        end = end.saturating_add(1);
    }
    while end > body && before(text, end).is_ascii_whitespace() {
        end = end.saturating_sub(1);
    }
    Some(place..end)
}
