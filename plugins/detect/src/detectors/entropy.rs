//! Long words that look as if drawn by lot.

use std::ops::Range;

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
    // Words that were put together change their kind at their seams alone.
    let restless = changes.saturating_mul(100)
        >= length.saturating_mul(if lower > 0 && upper > 0 { 36 } else { 30 });
    let varied = (lower > 0 && upper > 0 && digits > 0)
        || digits.saturating_mul(6) >= length
        || lower > 0 && upper > 0 && length >= 32;
    let enough = if length < 24 { 3.4 } else { 3.8 };
    restless && varied && bits(sample) >= enough
}
