//! Bytes of a text and what stands around them. Beyond either end stands a zero, which belongs to no word.

use std::ops::Range;

/// The byte at a place.
#[inline]
pub(crate) fn at(text: &[u8], place: usize) -> u8 {
    text.get(place).copied().unwrap_or_default()
}

/// The byte before a place.
#[inline]
pub(crate) fn before(text: &[u8], place: usize) -> u8 {
    place.checked_sub(1).map_or(0, |place| at(text, place))
}

/// What stands from a place on.
#[inline]
pub(crate) fn from(text: &[u8], place: usize) -> &[u8] {
    text.get(place..).unwrap_or_default()
}

/// What stands in a range, as far as the text goes.
#[inline]
pub(crate) fn within(text: &[u8], range: Range<usize>) -> &[u8] {
    let end = range.end.min(text.len());
    text.get(range.start..end).unwrap_or_default()
}

/// Where the bytes that `belongs` takes end, from `start` on and after `most` bytes at the latest.
#[inline]
pub(crate) fn run_after(
    text: &[u8],
    start: usize,
    most: usize,
    belongs: impl Fn(u8) -> bool,
) -> usize {
    let run = from(text, start)
        .iter()
        .take(most)
        .take_while(|byte| belongs(**byte));
    start.saturating_add(run.count())
}

/// Where the bytes that `belongs` takes begin, before `end` and `most` bytes before it at the earliest.
#[inline]
pub(crate) fn run_before(
    text: &[u8],
    end: usize,
    most: usize,
    belongs: impl Fn(u8) -> bool,
) -> usize {
    let run = text.get(..end).unwrap_or_default().iter().rev().take(most);
    end.saturating_sub(run.take_while(|byte| belongs(**byte)).count())
}

/// A letter, a digit or an underscore, or part of a character beyond ASCII: what a word goes on with.
#[inline]
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether a word begins at a place: what stands before it is part of none, or the letter of an escape such as `\\n`.
#[inline]
pub(crate) fn begins_word(text: &[u8], start: usize) -> bool {
    !goes_on_before(text, start) || is_escape_end(text, start)
}

/// Whether a word ends at a place.
#[inline]
pub(crate) fn ends_word(text: &[u8], end: usize) -> bool {
    let next = at(text, end);
    if next < 0x80 {
        return !is_word(next);
    }
    let rest = within(text, end..end.saturating_add(4));
    let first = rest.utf8_chunks().next();
    !first
        .and_then(|chunk| chunk.valid().chars().next())
        .is_some_and(is_glue)
}

fn goes_on_before(text: &[u8], start: usize) -> bool {
    let previous = before(text, start);
    if previous < 0x80 {
        return is_word(previous);
    }
    let mut first = start.saturating_sub(1);
    while first > start.saturating_sub(4) && at(text, first) & 0xc0 == 0x80 {
        first = first.saturating_sub(1);
    }
    let character = std::str::from_utf8(within(text, first..start));
    character.is_ok_and(|text| text.chars().next().is_some_and(is_glue))
}

/// Whether a character beyond ASCII makes one word with what stands beside it: letters do, but for those of scripts without gaps.
pub(crate) fn is_glue(character: char) -> bool {
    character.is_alphanumeric() && character < '\u{2e80}'
}

/// Whether the letter of an escape, as strings in programs and in JSON have them, stands before a place.
#[inline]
pub(crate) fn is_escape_end(text: &[u8], start: usize) -> bool {
    matches!(before(text, start), b'n' | b't' | b'r')
        && before(text, start.saturating_sub(1)) == b'\\'
}

/// Whether a token of URL-safe base64 begins at a place. A hyphen before it is part of another one, but where it begins a line of a
/// difference or a list.
#[inline]
pub(crate) fn begins_token(text: &[u8], start: usize) -> bool {
    let previous = before(text, start);
    let mark = previous == b'-' && !is_base64_url(before(text, start.saturating_sub(1)));
    mark || !is_base64_url(previous) || is_escape_end(text, start)
}

/// A byte of base64 in either alphabet, without padding.
#[inline]
pub(crate) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// A byte of URL-safe base64.
#[inline]
pub(crate) fn is_base64_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Whether a text ends with another, in any case.
#[inline]
pub(crate) fn ends_with_folded(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len()
        && within(text, text.len().saturating_sub(end.len())..text.len()).eq_ignore_ascii_case(end)
}

/// Whether a text begins with another, in any case.
#[inline]
pub(crate) fn starts_with_folded(text: &[u8], start: &[u8]) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}
