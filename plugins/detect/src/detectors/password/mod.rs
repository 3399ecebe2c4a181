//! Passwords in URLs, on command lines, in assignments and in headers. They have no form of their own: what stands before them tells.

use std::ops::Range;

mod name;
mod option;
mod value;

pub(crate) use option::after_option;

use crate::bytes::{
    at, before, begins_word, from, is_escape_end, is_word, run_after, run_before,
    starts_with_folded, within,
};
use name::{LONGEST_NAME, Name};
use value::{LONGEST, credentials, is_sentence, is_value, value};

/// Names of headers whose value is a secret as a whole.
const HEADERS: [&[u8]; 3] = [b"proxy_authorization", b"authorization", b"x_auth_token"];

/// The password in `scheme://user:password@host`, by the colon after the scheme.
pub(crate) fn in_url(text: &[u8], colon: usize) -> Option<Range<usize>> {
    if !from(text, colon).starts_with(b"://") || !before(text, colon).is_ascii_alphanumeric() {
        return None;
    }
    let start = colon.saturating_add(3);
    let end = run_after(text, start, LONGEST, |byte| {
        byte > b' ' && !matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`')
    });
    let authority = within(text, start..end);
    let host = authority.iter().rposition(|byte| *byte == b'@')?;
    let after = at(authority, host.saturating_add(1));
    if !is_word(after) && after != b'[' {
        return None;
    }
    let user = authority
        .get(..host)?
        .iter()
        .position(|byte| *byte == b':')?;
    let password = start.saturating_add(user).saturating_add(1)..start.saturating_add(host);
    // A token alone stands in the place of the user: `https://TOKEN@host` or `https://TOKEN:x-oauth-basic@host`.
    if within(text, password.clone()) == b"x-oauth-basic" && user >= 8 {
        return Some(start..start.saturating_add(user));
    }
    is_value(within(text, password.clone())).then_some(password)
}

/// What an assignment's value is.
pub(crate) struct Assigned {
    pub(crate) value: Range<usize>,
    /// It stands in the query of a URL.
    pub(crate) in_query: bool,
}

/// The secret after the `=` or `:` of an assignment whose name says what it is: `PGPASSWORD=x`, `--token=x`, `"password": "x"`,
/// `&access_token=x`, `Authorization: Bearer x`.
pub(crate) fn assigned(text: &[u8], sign: usize) -> Option<Assigned> {
    let is_colon = at(text, sign) == b':';
    if matches!(at(text, sign.saturating_add(1)), b'=' | b':')
        || matches!(before(text, sign), b'=' | b':' | b'!' | b'<' | b'>')
    {
        return None;
    }
    // Quotes and a space may stand between name and sign.
    let mut name_end = run_before(text, sign, 3, |byte| {
        matches!(byte, b'"' | b'\'' | b'\\' | b' ')
    });
    if name_end < sign && before(text, name_end).is_ascii_whitespace() {
        name_end = sign;
    }
    let name_start = run_before(text, name_end, LONGEST_NAME, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
    });
    let name_start = name_start.saturating_add(usize::from(is_escape_end(
        text,
        name_start.saturating_add(1),
    )));
    let name = Name::of(within(text, name_start..name_end));
    if HEADERS.iter().any(|header| name.is(header)) {
        return header(text, sign.saturating_add(1)).map(|value| Assigned {
            value,
            in_query: false,
        });
    }
    if !name.is_secret() {
        return None;
    }
    let in_query = matches!(before(text, name_start), b'?' | b'&') && !is_colon;
    let value = value(text, sign.saturating_add(1), in_query)?;
    // After a colon prose goes on, too: `password: must be changed` is none.
    let plain =
        is_colon && !matches!(before(text, value.start), b'"' | b'\'') && is_sentence(text, &value);
    // `tests: pass=12`, and what is the name of the next assignment.
    let is_count = name.is(b"pass") && within(text, value.clone()).iter().all(u8::is_ascii_digit);
    let is_name = at(text, value.end) == b' ' && at(text, value.end.saturating_add(1)) == b'=';
    (!plain && !is_count && !is_name).then_some(Assigned { value, in_query })
}

/// The secret after `Bearer` or `Basic`, by the first letter.
pub(crate) fn bearer(text: &[u8], place: usize) -> Option<Range<usize>> {
    if !begins_word(text, place) {
        return None;
    }
    let rest = from(text, place);
    let (name, least) = if starts_with_folded(rest, b"bearer") {
        (6, 8)
    } else if starts_with_folded(rest, b"basic") {
        (5, 12)
    } else {
        return None;
    };
    let name_end = place.saturating_add(name);
    let start = run_after(text, name_end, 4, |byte| byte == b' ' || byte == b':');
    let end = credentials(text, start);
    let value = within(text, start..end);
    let fits = start > name_end && value.len() >= least && is_value(value);
    // `bearer credentials` is prose: credentials have a digit, a sign, or both cases.
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let looks = has(|byte| !byte.is_ascii_lowercase())
        && (value.iter().skip(1).any(|byte| !byte.is_ascii_lowercase()));
    (fits && looks).then_some(start..end)
}

/// The value of a header of credentials: what stands after its scheme.
fn header(text: &[u8], start: usize) -> Option<Range<usize>> {
    let mut start = run_after(text, start, 4, |byte| {
        matches!(byte, b' ' | b'"' | b'\'' | b'\\')
    });
    for scheme in [
        &b"bearer "[..],
        b"basic ",
        b"token ",
        b"apikey ",
        b"digest ",
        b"negotiate ",
    ] {
        if starts_with_folded(from(text, start), scheme) {
            start = start.saturating_add(scheme.len());
            break;
        }
    }
    let end = credentials(text, start);
    (end.saturating_sub(start) >= 4 && is_value(within(text, start..end))).then_some(start..end)
}
