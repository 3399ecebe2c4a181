//! What stands in a text in another form: in a string of JSON, URL-encoded, in base64; and each within another.
//!
//! A text is looked at as it is, and again with the escapes of JSON undone, with `%40` undone, and with its pieces of base64 decoded. What
//! is found there is mapped back to where it stands in the text: a match within base64 takes the whole piece.

use std::ops::Range;

mod undo;

use crate::find::runs;
pub(crate) use undo::View;
use undo::{percent_decoded, piece, unescaped};

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
