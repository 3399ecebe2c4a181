//! Long words that look as if drawn by lot.

use std::ops::Range;

use crate::base64;
use crate::bytes::{at, within};

/// The shortest word that is looked at.
pub(crate) const SHORTEST: usize = 20;

/// Shannon's entropy of a word, in bits for each symbol.
pub(crate) fn bits(word: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in word {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    let length = f64::from(u32::try_from(word.len()).unwrap_or(u32::MAX));
    let shares = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}

/// What a symbol is, for the count of changes between kinds.
fn kind(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// A run of symbols of base64, if one of its parts is no word, no number and no hash: parts are what stands between hyphens, underscores
/// and slashes.
pub(crate) fn high_entropy(text: &[u8], run: &Range<usize>) -> Option<Range<usize>> {
    let symbols = within(text, run.clone());
    // Digests of packages say so, and what can be read is no secret drawn by lot.
    let is_digest = [&b"sha256-"[..], b"sha384-", b"sha512-", b"sha1-"]
        .iter()
        .any(|name| symbols.starts_with(name));
    if is_digest || is_readable(symbols) {
        return None;
    }
    // Ids have a word before their hexadecimal digits, and tokens of this gate's own do: the whole counts only where it has both cases.
    let has = |is: fn(&u8) -> bool| symbols.iter().any(is);
    let is_mixed =
        has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    let mut parts = symbols.split(|byte| matches!(byte, b'-' | b'_' | b'/'));
    let random =
        is_mixed && is_random(symbols) || parts.any(|part| part.len() >= 16 && is_random(part));
    random.then(|| {
        let mut end = run.end;
        while at(text, end) == b'=' && end.saturating_sub(run.end) < 2 {
            end = end.saturating_add(1);
        }
        run.start..end
    })
}

fn is_random(part: &[u8]) -> bool {
    let sample = part.get(..part.len().min(256)).unwrap_or_default();
    let length = sample.len();
    let count = |wanted: u8| sample.iter().filter(|byte| kind(**byte) == wanted).count();
    let (lower, upper, digits) = (count(0), count(1), count(2));
    // Hexadecimal digits are hashes and ids, which telemetry is full of.
    if lower == 0 && upper == 0
        || sample
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
    {
        return false;
    }
    let pairs = sample.iter().zip(sample.iter().skip(1));
    let changes = pairs
        .filter(|(one, next)| kind(**one) != kind(**next))
        .count();
    // Words that were put together change their kind at their seams alone, and have lower case letters side by side.
    let least = if lower > 0 && upper > 0 { 25 } else { 30 };
    let restless = changes.saturating_mul(100) >= length.saturating_mul(least);
    let wordy = upper > 0 && in_words(sample).saturating_mul(2) >= length;
    let varied = (lower > 0 && upper > 0 && digits > 0)
        || digits.saturating_mul(6) >= length
        || lower > 0 && upper > 0 && length >= 32;
    let enough = if length < 24 { 3.4 } else { 3.8 };
    restless && !wordy && varied && bits(sample) >= enough
}

/// How many symbols stand in rows of three lower case letters or more.
fn in_words(sample: &[u8]) -> usize {
    let rows = sample.split(|byte| !byte.is_ascii_lowercase());
    rows.map(<[u8]>::len).filter(|length| *length >= 3).sum()
}

/// Whether it is base64 of something that can be read.
fn is_readable(symbols: &[u8]) -> bool {
    let whole = symbols.get(..symbols.len() / 4 * 4).unwrap_or_default();
    let decoded = base64::decoded(whole.get(..whole.len().min(256)).unwrap_or_default());
    decoded.is_some_and(|bytes| bytes.iter().all(|byte| (b' '..=b'~').contains(byte)))
}
