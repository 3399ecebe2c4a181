//! JSON Web Tokens.

use std::ops::Range;

use crate::base64;
use crate::bytes::{at, begins_token, is_base64_url, run_after, within};

/// The longest header that is decoded.
const LONGEST_HEADER: usize = 4096;

/// The token whose `eyJ` has its last letter at `place`: a header that names its algorithm, and a part after it. The last part may
/// be missing, where the text was cut.
pub(crate) fn jwt(text: &[u8], place: usize) -> Option<Range<usize>> {
    let start = place.checked_sub(2)?;
    if within(text, start..place) != b"ey" || !begins_token(text, start) {
        return None;
    }
    let dot = run_after(text, start, LONGEST_HEADER, is_base64_url);
    let body = dot.saturating_add(1);
    let mut end = run_after(text, body, usize::MAX, is_base64_url);
    if at(text, dot) != b'.'
        || end.saturating_sub(body) < 2
        || !is_header(&base64::decoded(within(text, start..dot))?)
    {
        return None;
    }
    // A signature, or the three further parts of an encrypted token.
    for _ in 0..3 {
        if at(text, end) != b'.' || !is_base64_url(at(text, end.saturating_add(1))) {
            break;
        }
        end = run_after(text, end.saturating_add(1), usize::MAX, is_base64_url);
    }
    Some(start..end)
}

/// Whether it is a JSON object with the member `alg`.
fn is_header(header: &[u8]) -> bool {
    let Ok(header) = std::str::from_utf8(header) else {
        return false;
    };
    let Some(members) = header
        .trim()
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    else {
        return false;
    };
    let Some((_, value)) = members.split_once("\"alg\"") else {
        return false;
    };
    value
        .trim_start()
        .strip_prefix(':')
        .is_some_and(|value| value.trim_start().starts_with('"'))
        && is_balanced(members)
}

/// Whether every quote has its other one.
fn is_balanced(members: &str) -> bool {
    let mut escaped = false;
    let mut quotes = 0_usize;
    for byte in members.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quotes = quotes.saturating_add(1),
            _ => {}
        }
    }
    quotes.is_multiple_of(2)
}
