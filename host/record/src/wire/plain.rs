//! Short ways through what stands the way every encoder writes it. Whatever does not is left to the reader.

use super::BYTES;
use crate::signal::ValueKind;

/// The tag of a length-delimited field, if it is one byte.
pub(crate) fn short_tag(number: u32) -> Option<u8> {
    u8::try_from(number)
        .ok()
        .filter(|number| *number < 16)
        .map(|number| (number << 3) | BYTES)
}

/// The content of a field with this tag and a length of one or two bytes, and what stands after it.
#[inline]
pub(crate) fn plain_message(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    match bytes {
        [first, length, rest @ ..] if *first == tag && *length < 0x80 => {
            rest.split_at_checked(usize::from(*length))
        }
        [first, low, high, rest @ ..] if *first == tag && *high < 0x80 => {
            rest.split_at_checked(usize::from(*low & 0x7f) | usize::from(*high) << 7)
        }
        _ => None,
    }
}

/// The tag and the content of a whole element with a tag of one byte and a length of one or two.
#[inline]
pub(crate) fn plain_element(element: &[u8]) -> Option<(u8, &[u8])> {
    let tag = *element.first()?;
    let (content, rest) = plain_message(element, tag)?;
    (tag < 0x80 && rest.is_empty()).then_some((tag, content))
}

/// The key of a `KeyValue` and the content of its value, where they stand the way every encoder writes them: key, then value,
/// nothing else, no length of more than two bytes.
#[inline]
pub(crate) fn plain_key_value(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let [0x0a, length, rest @ ..] = content else {
        return None;
    };
    if *length >= 0x80 {
        return None;
    }
    let (key, rest) = rest.split_at_checked(usize::from(*length))?;
    let [0x12, rest @ ..] = rest else { return None };
    Some((key, plain_rest(rest)?))
}

/// The text of an `AnyValue` that holds a text and nothing else, the way every encoder writes it.
#[inline]
pub(crate) fn plain_text(content: &[u8]) -> Option<&[u8]> {
    let [0x0a, rest @ ..] = content else {
        return None;
    };
    plain_rest(rest)
}

/// Kind and value of an `AnyValue` that holds a number or a boolean and nothing else: of an integer one of one or two bytes, as most
/// are.
#[inline]
pub(crate) fn plain_number(content: &[u8]) -> Option<(ValueKind, u64)> {
    match content {
        [0x18, byte] if *byte < 0x80 => Some((ValueKind::Int, u64::from(*byte))),
        [0x18, low, high] if *low >= 0x80 && *high < 0x80 => {
            let value = u64::from(*low & 0x7f) | u64::from(*high) << 7;
            Some((ValueKind::Int, value))
        }
        [0x21, bytes @ ..] => {
            let bytes = <[u8; 8]>::try_from(bytes).ok()?;
            Some((ValueKind::Double, u64::from_le_bytes(bytes)))
        }
        [0x10, byte] if *byte <= 1 => Some((ValueKind::Boolean, u64::from(*byte))),
        _ => None,
    }
}

/// What stands after a length of one or two bytes, if it is all there is.
#[inline]
fn plain_rest(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [length, rest @ ..] if *length < 0x80 => {
            (rest.len() == usize::from(*length)).then_some(rest)
        }
        [low, high, rest @ ..] if *high < 0x80 => {
            let length = usize::from(*low & 0x7f) | usize::from(*high) << 7;
            (rest.len() == length).then_some(rest)
        }
        _ => None,
    }
}

/// Whether bytes are UTF-8. Nearly all texts are short ASCII, for which the general function costs more than the look.
#[inline]
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    is_ascii(bytes) || std::str::from_utf8(bytes).is_ok()
}

/// Word by word, the last word over what the one before has seen: for texts this short, wider steps cost more than they save.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        if u64::from_ne_bytes(*word) & HIGH != 0 {
            return false;
        }
    }
    match bytes.last_chunk::<8>() {
        Some(last) => u64::from_ne_bytes(*last) & HIGH == 0,
        None => rest.iter().all(|byte| *byte < 0x80),
    }
}

/// Whether two short byte strings are the same: by their first and their last word, which together see all of them.
#[inline]
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    if left.len() > 32 {
        return left == right;
    }
    if left.len() > 16
        && let (Some(first), Some(other)) = (left.first_chunk::<16>(), right.first_chunk::<16>())
    {
        return u128::from_ne_bytes(*first) == u128::from_ne_bytes(*other)
            && left.last_chunk::<16>() == right.last_chunk::<16>();
    }
    if let (Some(first), Some(other)) = (left.first_chunk::<8>(), right.first_chunk::<8>()) {
        return first == other && left.last_chunk::<8>() == right.last_chunk::<8>();
    }
    if let (Some(first), Some(other)) = (left.first_chunk::<4>(), right.first_chunk::<4>()) {
        return first == other && left.last_chunk::<4>() == right.last_chunk::<4>();
    }
    left.iter().zip(right).all(|(left, right)| left == right)
}
