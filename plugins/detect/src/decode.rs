//! What stands in a text in another form: in a string of JSON, URL-encoded, in base64; and each within another.
//!
//! A text is looked at as it is, and again with the escapes of JSON undone, with `%40` undone, and with its pieces of base64 decoded. What
//! is found there is mapped back to where it stands in the text: a match within base64 takes the whole piece.

use std::ops::Range;

use crate::base64;
use crate::bytes::{at, from, run_after, within};
use crate::find::runs;

/// How deep forms are undone within each other.
const DEEPEST: u8 = 4;
/// The shortest piece of base64: an IPv4 address has twelve symbols.
const SHORTEST: usize = 12;
/// The shortest text with something in another form: an escape of three bytes and what it stands beside.
const SHORTEST_PIECE: usize = 8;
/// So many bytes more than the text itself has are decoded altogether, for each byte of it and at least.
const BUDGET_FACTOR: usize = 4;
const BUDGET: usize = 64 << 10;

/// How a text is written within another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// In a string of JSON, where quotes, line ends and any other character may be escaped.
    Json,
    /// With `%` and two hexadecimal digits for a byte.
    Url,
    /// In base64, in either alphabet.
    Base64,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 3] = [Form::Json, Form::Url, Form::Base64];

    /// The name, as configurations write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Form::Json => "json",
            Form::Url => "url",
            Form::Base64 => "base64",
        }
    }
}

/// Something found, where it stands in the text that was searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit<K> {
    /// Where it stands, in bytes of the outermost text.
    pub range: Range<usize>,
    /// What it is.
    pub what: K,
    /// What it says, where it stands in another form.
    pub decoded: Option<String>,
}

/// What is looked for in a text: where it stands, and what it is.
type Look<'l, K> = dyn FnMut(&str) -> Vec<(Range<usize>, K)> + 'l;

/// Undoes some forms.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decoder {
    json: bool,
    url: bool,
    base64: bool,
}

impl Decoder {
    /// Undoes these.
    pub fn new(forms: impl IntoIterator<Item = Form>) -> Decoder {
        let mut decoder = Decoder::default();
        for form in forms {
            match form {
                Form::Json => decoder.json = true,
                Form::Url => decoder.url = true,
                Form::Base64 => decoder.base64 = true,
            }
        }
        decoder
    }

    /// Everything that `look` finds in a text and in what stands in it in another form, from left to right. What overlaps is told
    /// once, with the name of what stands in the text as it is, or of what comes first; what `is_weak` knows to be a mere suspicion gives
    /// way to anything else.
    pub fn find<K>(
        self,
        text: &str,
        look: &mut Look<'_, K>,
        is_weak: impl Fn(&K) -> bool,
    ) -> Vec<Hit<K>> {
        let mut budget = text
            .len()
            .saturating_mul(BUDGET_FACTOR)
            .saturating_add(BUDGET);
        let mut hits = self.search(text, 0, &mut budget, look);
        merge(&mut hits, is_weak);
        hits
    }

    fn search<K>(
        self,
        text: &str,
        depth: u8,
        budget: &mut usize,
        look: &mut Look<'_, K>,
    ) -> Vec<Hit<K>> {
        let mut hits: Vec<Hit<K>> = look(text)
            .into_iter()
            .map(|(range, what)| Hit {
                range,
                what,
                decoded: None,
            })
            .collect();
        if depth >= DEEPEST || text.len() < SHORTEST_PIECE {
            return hits;
        }
        self.views(text, budget, &mut |view, budget| {
            for hit in self.search(&view.text, depth.saturating_add(1), budget, look) {
                let says = hit
                    .decoded
                    .or_else(|| view.text.get(hit.range.clone()).map(str::to_owned));
                hits.push(Hit {
                    range: view.place_of(hit.range),
                    what: hit.what,
                    decoded: says,
                });
            }
        });
        hits
    }

    /// What stands in a text in another form, one form undone.
    pub(crate) fn views(
        self,
        text: &str,
        budget: &mut usize,
        seen: &mut dyn FnMut(View, &mut usize),
    ) {
        let bytes = text.as_bytes();
        let mut pay = |view: View, budget: &mut usize| {
            if let Some(rest) = budget.checked_sub(view.text.len()) {
                *budget = rest;
                seen(view, budget);
            }
        };
        if self.json
            && bytes.contains(&b'\\')
            && let Some(view) = unescaped(text)
        {
            pay(view, budget);
        }
        if self.url
            && bytes.contains(&b'%')
            && let Some(view) = percent_decoded(text)
        {
            pay(view, budget);
        }
        if self.base64 {
            for run in runs(bytes, SHORTEST) {
                if let Some(view) = piece(bytes, run) {
                    pay(view, budget);
                }
            }
        }
    }
}

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
    fn place_of(&self, range: Range<usize>) -> Range<usize> {
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
fn unescaped(text: &str) -> Option<View> {
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
fn percent_decoded(text: &str) -> Option<View> {
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
fn piece(bytes: &[u8], run: Range<usize>) -> Option<View> {
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

/// From left to right, with what overlaps as one.
fn merge<K>(hits: &mut Vec<Hit<K>>, is_weak: impl Fn(&K) -> bool) {
    if hits.len() < 2 {
        return;
    }
    hits.sort_by_key(|hit| {
        (
            hit.range.start,
            hit.decoded.is_some(),
            usize::MAX.saturating_sub(hit.range.end),
        )
    });
    let rank = |hit: &Hit<K>| (!is_weak(&hit.what), hit.decoded.is_none());
    let mut merged: Vec<Hit<K>> = Vec::with_capacity(hits.len());
    for hit in hits.drain(..) {
        match merged
            .last_mut()
            .filter(|last| hit.range.start < last.range.end)
        {
            Some(last) => {
                let range = last.range.start..last.range.end.max(hit.range.end);
                if rank(&hit) > rank(last) {
                    *last = hit;
                }
                last.range = range;
            }
            None => merged.push(hit),
        }
    }
    *hits = merged;
}
