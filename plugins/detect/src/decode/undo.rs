//! A text with one form undone, and where in the text around it each byte stands.

use std::ops::Range;

use crate::base64;
use crate::bytes::{at, from, run_after, within};

/// A text with one form undone.
pub(crate) struct View {
    pub(crate) text: String,
    /// Where in the text around it each byte begins, and where the last ends; or where the whole piece stands.
    places: Places,
}

enum Places {
    Bytes(Vec<u32>),
    Whole(Range<usize>),
}

impl View {
    pub(super) fn place_of(&self, range: Range<usize>) -> Range<usize> {
        match &self.places {
            Places::Whole(whole) => whole.clone(),
            Places::Bytes(places) => {
                let place = |index: usize| {
                    places
                        .get(index)
                        .or(places.last())
                        .map_or(0, |place| *place as usize)
                };
                place(range.start)..place(range.end)
            }
        }
    }
}

/// Collects decoded bytes with their places.
struct Undone {
    bytes: Vec<u8>,
    places: Vec<u32>,
    anything: bool,
}

impl Undone {
    fn new(length: usize) -> Undone {
        Undone {
            bytes: Vec::with_capacity(length),
            places: Vec::with_capacity(length.saturating_add(1)),
            anything: false,
        }
    }

    fn push(&mut self, decoded: &[u8], place: usize) {
        self.bytes.extend_from_slice(decoded);
        self.places.extend(
            decoded
                .iter()
                .map(|_| u32::try_from(place).unwrap_or(u32::MAX)),
        );
    }

    fn view(mut self, end: usize) -> Option<View> {
        self.places.push(u32::try_from(end).unwrap_or(u32::MAX));
        let text = match String::from_utf8(self.bytes) {
            Ok(text) => text,
            // Bytes that are no text keep their places when they become one byte each.
            Err(error) => error
                .into_bytes()
                .into_iter()
                .map(|byte| {
                    if byte.is_ascii() {
                        char::from(byte)
                    } else {
                        '?'
                    }
                })
                .collect(),
        };
        self.anything.then_some(View {
            text,
            places: Places::Bytes(self.places),
        })
    }
}

/// A text with the escapes of JSON's strings undone.
pub(super) fn unescaped(text: &str) -> Option<View> {
    let bytes = text.as_bytes();
    let mut undone = Undone::new(bytes.len());
    let mut place = 0_usize;
    while let Some(byte) = bytes.get(place) {
        let start = place;
        place = place.saturating_add(1);
        if *byte != b'\\' {
            undone.push(&[*byte], start);
            continue;
        }
        let escaped = at(bytes, place);
        let plain = match escaped {
            b'"' | b'\\' | b'/' => escaped,
            b'n' | b'r' | b't' | b'b' | b'f' => b' ',
            b'u' => {
                let Some((character, end)) = unicode(bytes, place.saturating_add(1)) else {
                    undone.push(b"\\", start);
                    continue;
                };
                undone.anything = true;
                undone.push(character.encode_utf8(&mut [0; 4]).as_bytes(), start);
                place = end;
                continue;
            }
            _ => {
                undone.push(b"\\", start);
                continue;
            }
        };
        undone.anything = true;
        undone.push(&[plain], start);
        place = place.saturating_add(1);
    }
    undone.view(place)
}

/// The character after `\u`, of one escape or of a pair, and where it ends.
fn unicode(bytes: &[u8], start: usize) -> Option<(char, usize)> {
    let four = |start: usize| -> Option<u32> {
        let digits = std::str::from_utf8(bytes.get(start..start.saturating_add(4))?).ok()?;
        u32::from_str_radix(digits, 16).ok()
    };
    let end = start.saturating_add(4);
    let first = four(start)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, end));
    }
    let second = from(bytes, end)
        .starts_with(b"\\u")
        .then(|| four(end.saturating_add(2)))
        .flatten()?;
    let character = char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?])
        .next()?
        .ok()?;
    Some((character, end.saturating_add(6)))
}

/// A text with `%40` undone, and `+` where no space says that it means itself.
pub(super) fn percent_decoded(text: &str) -> Option<View> {
    let bytes = text.as_bytes();
    let is_form = !bytes.contains(&b' ');
    let mut undone = Undone::new(bytes.len());
    let mut place = 0_usize;
    while let Some(byte) = bytes.get(place) {
        let value = |place: usize| {
            char::from(at(bytes, place))
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        let pair = (*byte == b'%')
            .then(|| {
                Some((
                    value(place.saturating_add(1))?,
                    value(place.saturating_add(2))?,
                ))
            })
            .flatten();
        if let Some((high, low)) = pair {
            undone.anything = true;
            undone.push(&[high << 4 | low], place);
            place = place.saturating_add(3);
        } else {
            let plain = if *byte == b'+' && is_form {
                b' '
            } else {
                *byte
            };
            undone.push(&[plain], place);
            place = place.saturating_add(1);
        }
    }
    undone.view(place)
}

/// What a run of symbols of base64 says, if it says something that can be read.
pub(super) fn piece(bytes: &[u8], run: Range<usize>) -> Option<View> {
    let symbols = within(bytes, run.clone());
    if !base64::may_be_readable(symbols) {
        return None;
    }
    // What is long is looked at as far as that shows that it says nothing.
    let head = base64::decoded(symbols.get(..symbols.len().min(48) / 4 * 4)?)?;
    if !head.iter().all(|byte| is_readable(*byte)) {
        return None;
    }
    let text = String::from_utf8(base64::decoded(symbols)?).ok()?;
    if !text.bytes().all(is_readable) {
        return None;
    }
    let end = run_after(bytes, run.end, 2, |byte| byte == b'=');
    Some(View {
        text,
        places: Places::Whole(run.start..end),
    })
}

fn is_readable(byte: u8) -> bool {
    byte >= b' ' && byte != 0x7f || matches!(byte, b'\n' | b'\r' | b'\t')
}
