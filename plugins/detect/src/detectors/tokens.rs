//! Tokens that say by a prefix whose they are: GitHub, Slack, OpenAI, Anthropic.

use std::ops::Range;

use crate::bytes::{at, begins_token, begins_word, from, is_base64_url, run_after, within};

/// The longest token that is read to its end.
const LONGEST: usize = 512;

/// A token of GitHub, by the first underscore: `ghp_`, `github_pat_`.
pub(crate) fn github(text: &[u8], place: usize) -> Option<Range<usize>> {
    let is_short = |start: &usize| {
        let name = within(text, *start..place);
        matches!(name, [b'g', b'h', b'p' | b'o' | b'u' | b's' | b'r'])
    };
    let is_long = |start: &usize| from(text, *start).starts_with(b"github_pat_");
    let short = place.checked_sub(3).filter(is_short);
    let start = short.or_else(|| place.checked_sub(6).filter(is_long))?;
    let end = run_after(text, place, LONGEST, |byte| {
        byte.is_ascii_alphanumeric() || byte == b'_'
    });
    // The newer tokens of apps are longer, and hold a JWT.
    let least = if short.is_some() { 36 } else { 40 };
    let long = end.saturating_sub(place.saturating_add(1)) >= least;
    (long && begins_word(text, start)).then_some(start..end)
}

/// A token of Slack, by its first hyphen: `xoxb-`, `xapp-`.
pub(crate) fn slack(text: &[u8], place: usize) -> Option<Range<usize>> {
    let start = place.checked_sub(4)?;
    let named = matches!(
        within(text, start..place),
        [
            b'x',
            b'o',
            b'x',
            b'a' | b'b' | b'c' | b'd' | b'e' | b'o' | b'p' | b'r' | b's'
        ] | b"xapp"
    );
    if !named {
        return None;
    }
    let end = run_after(text, place, LONGEST, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'%')
    });
    let rest = within(text, place..end);
    let fits = rest.len() > 16 && rest.iter().any(u8::is_ascii_digit);
    (fits && begins_word(text, start)).then_some(start..end)
}

/// A webhook of Slack, by the colon of its URL.
pub(crate) fn slack_webhook(text: &[u8], colon: usize) -> Option<Range<usize>> {
    let rest = from(text, colon).strip_prefix(b"://hooks.slack.com/")?;
    let start = text.len().saturating_sub(rest.len());
    let end = run_after(text, start, 160, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-')
    });
    let path = within(text, start..end);
    let known = [&b"services/"[..], b"workflows/", b"triggers/"]
        .iter()
        .any(|known| path.starts_with(known));
    (known && path.len() >= 30).then_some(start..end)
}

/// A key of OpenAI, by the hyphen of `sk-`.
pub(crate) fn openai(text: &[u8], place: usize) -> Option<Range<usize>> {
    let (range, rest) = after_sk(text, place)?;
    if rest.starts_with(b"ant-") || rest.len() < 20 {
        return None;
    }
    // `sk-` begins words of style sheets, too: a key has a part that is no word.
    let named = [&b"proj-"[..], b"svcacct-", b"admin-", b"None-"]
        .iter()
        .any(|name| rest.starts_with(name));
    let has = |is: fn(&u8) -> bool| rest.iter().any(is);
    let random = has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && (has(u8::is_ascii_uppercase) || !rest.contains(&b'-'));
    (random || named && has(u8::is_ascii_digit)).then_some(range)
}

/// A key of Anthropic, by the hyphen of `sk-`.
pub(crate) fn anthropic(text: &[u8], place: usize) -> Option<Range<usize>> {
    let (range, rest) = after_sk(text, place)?;
    // The kind of the key comes first; behind it is what was drawn by lot.
    let drawn = rest.strip_prefix(b"ant-")?;
    let kind = drawn.iter().position(|byte| *byte == b'-')?;
    let drawn = drawn.get(kind..).unwrap_or_default();
    let has = |is: fn(&u8) -> bool| drawn.iter().any(is);
    let fits = drawn.len() > 16 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    fits.then_some(range)
}

fn after_sk(text: &[u8], place: usize) -> Option<(Range<usize>, &[u8])> {
    let start = place.checked_sub(2)?;
    if within(text, start..place) != b"sk" || !begins_token(text, start) {
        return None;
    }
    let end = run_after(text, place, LONGEST, is_base64_url);
    debug_assert_eq!(at(text, place), b'-');
    Some((start..end, within(text, place.saturating_add(1)..end)))
}
