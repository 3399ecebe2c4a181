//! Telling what a redaction wrote from what it should have masked.
//!
//! A mask can be matched by a blocked value itself (`\w+` matches a hash), and a text can match with its masks although it did not
//! before (`\bkey` behind a mask that took the place of a letter). Neither is a secret that was left. What stood where a mask stands
//! is unknown; so a text with masks is forbidden only if a pattern finds something in it *whatever* stood there.

use std::ops::Range;

use tollgate_patterns::Pattern;

/// What may have stood in the place of a mask: nothing, a letter, a digit, a space, the end of a line, and something long that
/// hardly any pattern is about.
const STOOD_THERE: [&str; 6] = [
    "",
    "x",
    "0",
    " ",
    "\n",
    "\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}\u{2603}",
];

/// How a stage masks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Masks {
    /// Digits of the hash that stands in place of a secret; none: four stars.
    pub(crate) hash: Option<usize>,
    /// A URL sanitizer writes `*`.
    pub(crate) stars: bool,
    /// A database sanitizer writes `?`.
    pub(crate) questions: bool,
}

impl Masks {
    /// Whether a text is one mask and nothing else.
    pub(crate) fn is_mask(self, text: &str) -> bool {
        match self.hash {
            Some(digits) => text.len() == digits && text.bytes().all(is_hash_digit),
            None => text == "****",
        }
    }

    /// Where masks stand in a text.
    pub(crate) fn of(self, text: &str) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let rest = bytes.get(at..).unwrap_or_default();
            let run = |is: fn(u8) -> bool| rest.iter().take_while(|byte| is(**byte)).count();
            let length = match byte {
                b'*' => {
                    let stars = run(|byte| byte == b'*');
                    let enough = if self.stars { 1 } else { 4 };
                    let written = self.stars || self.hash.is_none();
                    if written && stars >= enough { stars } else { 0 }
                }
                b'?' if self.questions => run(|byte| byte == b'?'),
                byte if is_hash_digit(*byte) => {
                    let digits = run(is_hash_digit);
                    match self.hash {
                        Some(least) if digits >= least => digits,
                        _ => {
                            at = at.saturating_add(digits);
                            continue;
                        }
                    }
                }
                _ => 0,
            };
            let end = at.saturating_add(length.max(1));
            if length > 0 {
                found.push(at..end);
            }
            at = end;
        }
        found
    }
}

fn is_hash_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

/// What is blocked, and what spares it.
#[derive(Debug)]
pub(crate) struct Blocked {
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) allowed: Vec<Pattern>,
    /// A text that holds an allowed value is spared as a whole.
    pub(crate) spare_whole: bool,
    pub(crate) masks: Masks,
}

impl Blocked {
    /// Whether a blocked value is left in a text.
    pub(crate) fn is_left_in(&self, text: &str) -> bool {
        if !self.finds(text) {
            return false;
        }
        let masks = self.masks.of(text);
        if masks.is_empty() {
            return true;
        }
        // Masked as a whole, because of a key that was masked itself.
        let is_all_masks = text.split('\n').all(|line| self.masks.is_mask(line));
        !is_all_masks
            && STOOD_THERE
                .iter()
                .all(|stood| self.finds(&replaced(text, &masks, stood)))
    }

    /// Whether a blocked value is left in a key. One that was there twice once its secret was masked got a number.
    pub(crate) fn is_left_in_key(&self, key: &str) -> bool {
        if !self.is_left_in(key) {
            return false;
        }
        let numbered = key.rsplit_once('.').filter(|(before, number)| {
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number && self.has_mask(before)
        });
        numbered.is_none_or(|(before, _)| self.is_left_in(before))
    }

    /// Whether something in a text was masked.
    pub(crate) fn has_mask(&self, text: &str) -> bool {
        !self.masks.of(text).is_empty()
    }

    fn finds(&self, text: &str) -> bool {
        let mut suspects = self
            .patterns
            .iter()
            .filter(|pattern| text.len() >= pattern.shortest_match() && pattern.is_match(text))
            .peekable();
        if suspects.peek().is_none() {
            return false;
        }
        let spared = self.spared(text);
        if self.spare_whole && !spared.is_empty() {
            return false;
        }
        suspects.any(|pattern| {
            let mut found = pattern.matches(text);
            found.any(|at| !at.is_empty() && !is_covered(&spared, &at))
        })
    }

    /// Whether every line of a text is a mask, or spared.
    pub(crate) fn is_masked_whole(&self, text: &str) -> bool {
        let spared = self.spared(text);
        if self.spare_whole && !spared.is_empty() {
            return true;
        }
        let mut start = 0_usize;
        text.split('\n').all(|line| {
            let end = start.saturating_add(line.len());
            let at = start..end;
            start = end.saturating_add(1);
            self.masks.is_mask(line) || is_covered(&spared, &at)
        })
    }

    fn spared(&self, text: &str) -> Vec<Range<usize>> {
        let allowed = self.allowed.iter();
        allowed
            .flat_map(|allowed| allowed.matches(text).collect::<Vec<_>>())
            .collect()
    }
}

fn is_covered(spared: &[Range<usize>], at: &Range<usize>) -> bool {
    spared
        .iter()
        .any(|range| range.start <= at.start && at.end <= range.end)
}

fn replaced(text: &str, masks: &[Range<usize>], by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for mask in masks {
        out.push_str(text.get(from..mask.start).unwrap_or_default());
        out.push_str(by);
        from = mask.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}
