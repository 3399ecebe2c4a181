//! Keys of AWS, Google Cloud and Azure.

use std::ops::Range;

use crate::bytes::{
    at, before, begins_word, ends_with_folded, ends_word, from, is_base64_url, run_after, within,
};
use crate::detectors::entropy;

/// The id of an access key, by the `K` of `AKIA` or the `S` of `ASIA`.
pub(crate) fn aws_access_key_id(text: &[u8], place: usize) -> Option<Range<usize>> {
    let start = place.checked_sub(1)?;
    let head = within(text, start..start.saturating_add(4));
    if head != b"AKIA" && head != b"ASIA" {
        return None;
    }
    let end = run_after(text, start, 21, |byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit()
    });
    let whole = end.saturating_sub(start) == 20 && begins_word(text, start) && ends_word(text, end);
    whole.then_some(start..end)
}

/// How far before a secret its name may stand.
const CONTEXT: usize = 80;

/// A secret access key, as a run of 40 symbols. Near one, the words around it say what it is; alone, its look does.
pub(crate) fn aws_secret_access_key(text: &[u8], run: &Range<usize>) -> Option<Range<usize>> {
    let symbols = within(text, run.clone());
    let closed = at(text, run.end) != b'=' || at(text, run.end.saturating_add(1)) == b'=';
    if symbols.len() != 40 || !closed || symbols.iter().any(|byte| matches!(byte, b'-' | b'_')) {
        return None;
    }
    let has = |is: fn(&u8) -> bool| symbols.iter().any(is);
    let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    if !mixed || !has(|byte| byte.is_ascii_digit() || matches!(byte, b'/' | b'+')) {
        return None;
    }
    let context = within(text, run.start.saturating_sub(CONTEXT)..run.start);
    let named = context
        .windows(4)
        .any(|word| word == b"AKIA" || word == b"ASIA")
        || context
            .windows(6)
            .any(|word| word.eq_ignore_ascii_case(b"secret"));
    let is_path = symbols
        .split(|byte| *byte == b'/')
        .filter(|part| part.len() >= 3)
        .any(|part| part.iter().all(u8::is_ascii_lowercase));
    let alone =
        has(|byte| matches!(byte, b'/' | b'+')) && !is_path && entropy::bits(symbols) >= 4.5;
    (named || alone).then(|| run.clone())
}

/// An API key, by the `I` of `AIza`.
pub(crate) fn gcp_api_key(text: &[u8], place: usize) -> Option<Range<usize>> {
    let start = place.checked_sub(1)?;
    if !from(text, start).starts_with(b"AIza") {
        return None;
    }
    let end = run_after(text, start, 40, is_base64_url);
    let whole = end.saturating_sub(start) == 39 && begins_word(text, start);
    whole.then_some(start..end)
}

/// A client secret, by the hyphen of `GOCSPX-`.
pub(crate) fn gcp_client_secret(text: &[u8], place: usize) -> Option<Range<usize>> {
    let start = place.checked_sub(6)?;
    if !from(text, start).starts_with(b"GOCSPX-") {
        return None;
    }
    let end = run_after(text, place, 64, is_base64_url);
    let long = end.saturating_sub(place) > 24 && begins_word(text, start);
    long.then_some(start..end)
}

/// The id of the private key in a key file of a service account, by the first underscore of `private_key_id`. The key itself is PEM.
pub(crate) fn gcp_private_key_id(text: &[u8], place: usize) -> Option<Range<usize>> {
    let name = within(text, place.checked_sub(7)?..place.saturating_add(7));
    if !name.eq_ignore_ascii_case(b"private_key_id") {
        return None;
    }
    let start = run_after(text, place.saturating_add(7), 8, |byte| {
        matches!(byte, b'"' | b'\'' | b'\\' | b':' | b'=' | b' ')
    });
    let end = run_after(text, start, 41, |byte| byte.is_ascii_hexdigit());
    (end.saturating_sub(start) == 40 && ends_word(text, end)).then_some(start..end)
}

/// The key after `AccountKey=` or `SharedAccessKey=`, or the signature after `sig=`, by its `=`.
pub(crate) fn azure_assigned(text: &[u8], equals: usize) -> Option<Range<usize>> {
    let name = within(text, equals.saturating_sub(16)..equals);
    let start = equals.saturating_add(1);
    let least =
        if ends_with_folded(name, b"accountkey") || ends_with_folded(name, b"sharedaccesskey") {
            40
        } else if ends_with_folded(name, b"sig")
            && matches!(before(text, equals.saturating_sub(3)), b'?' | b'&' | b';')
        {
            43
        } else {
            return None;
        };
    let mut end = run_after(text, start, 120, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'%' | b'-' | b'_')
    });
    let long = end.saturating_sub(start) >= least;
    end = run_after(text, end, 2, |byte| byte == b'=');
    long.then_some(start..end)
}

/// A storage key alone: 86 symbols and two signs of padding.
pub(crate) fn azure_storage_key(text: &[u8], run: &Range<usize>) -> Option<Range<usize>> {
    let padded =
        from(text, run.end).starts_with(b"==") && at(text, run.end.saturating_add(2)) != b'=';
    let symbols = within(text, run.clone());
    (symbols.len() == 86 && padded && !symbols.iter().any(|byte| matches!(byte, b'-' | b'_')))
        .then(|| run.start..run.end.saturating_add(2))
}

/// A client secret of Entra, by its `~`: three symbols, a digit, `Q~` and 31 to 34 more.
pub(crate) fn azure_client_secret(text: &[u8], tilde: usize) -> Option<Range<usize>> {
    let symbol =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~');
    let start = tilde.checked_sub(5)?;
    let [.., digit, b'Q'] = within(text, start..tilde) else {
        return None;
    };
    let mut end = run_after(text, tilde.saturating_add(1), 40, symbol);
    // The full stop of a sentence.
    end = end.saturating_sub(usize::from(before(text, end) == b'.'));
    let length = end.saturating_sub(tilde.saturating_add(1));
    let whole = (31..=34).contains(&length) && begins_word(text, start);
    (digit.is_ascii_digit() && whole && within(text, start..tilde).iter().all(|byte| symbol(*byte)))
        .then_some(start..end)
}
