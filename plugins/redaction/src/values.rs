//! What blocked and allowed values make of a text.

use std::ops::Range;

use tollgate_patterns::{Pattern, Screen};
use tollgate_sdk::Rule;

use crate::mask::Mask;

/// Blocked values, and what spares them.
#[derive(Debug)]
pub(crate) struct Values {
    /// In the order of the configuration, each with the rule that is named for it.
    blocked: Vec<(Pattern, Rule)>,
    allowed: Vec<Pattern>,
    screen: Screen,
    mask: Mask,
    /// A text that holds an allowed value is left alone as a whole, as the Collector does it.
    spare_whole: bool,
}

/// Which patterns may match a text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Suspects<'h> {
    /// All of them.
    All,
    /// These alone, in rising order.
    Some(&'h [u32]),
}

impl Values {
    pub(crate) fn new(
        blocked: Vec<(Pattern, Rule)>,
        allowed: Vec<Pattern>,
        mask: Mask,
        spare_whole: bool,
    ) -> Values {
        let screen = Screen::new(blocked.iter().map(|(pattern, _)| pattern));
        Values {
            blocked,
            allowed,
            screen,
            mask,
            spare_whole,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocked.is_empty()
    }

    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    pub(crate) fn has_allowed(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// Whether a text that holds an allowed value is spared as a whole.
    pub(crate) fn spares_whole(&self) -> bool {
        self.spare_whole
    }

    /// Whether a text holds an allowed value.
    pub(crate) fn is_allowed(&self, text: &str) -> bool {
        self.allowed.iter().any(|pattern| pattern.is_match(text))
    }

    /// The text with its blocked values masked, and the first rule that did something; none if it stays as it is.
    pub(crate) fn masked(&self, text: &str, suspects: Suspects<'_>) -> Option<(String, Rule)> {
        let first = match suspects {
            Suspects::All => self
                .blocked
                .iter()
                .enumerate()
                .find_map(|(index, entry)| self.replaced(entry, text, index)),
            Suspects::Some(some) => some.iter().find_map(|&index| {
                let index = index as usize;
                self.replaced(self.blocked.get(index)?, text, index)
            }),
        };
        let (mut changed, rule, index) = first?;
        // What later patterns see is the text with its masks, in which they may find what was not there before.
        let mut done = index;
        while let Some((again, by)) = self.replaced_again(&changed, done) {
            changed = again;
            done = by;
        }
        (changed != text).then_some((changed, rule))
    }

    /// What the first pattern after `done` that finds something makes of a text, and which one it is.
    fn replaced_again(&self, text: &str, done: usize) -> Option<(String, usize)> {
        let later = done.saturating_add(1);
        let fits = |(pattern, _): &(Pattern, Rule)| pattern.shortest_match() <= text.len();
        if !self.blocked.iter().skip(later).any(fits) {
            return None;
        }
        let mut hits = Vec::new();
        self.screen
            .scan(text.as_bytes(), 1, |_| Some((0, text.len())), &mut hits);
        let mut suspects: Vec<u32> = hits.iter().map(|hit| hit.pattern).collect();
        suspects.extend_from_slice(self.screen.unscreened());
        suspects.sort_unstable();
        let suspects = suspects.into_iter().map(|index| index as usize);
        suspects
            .filter(|&index| index >= later)
            .find_map(|index| Some((self.replace(&self.blocked.get(index)?.0, text)?, index)))
    }

    fn replaced(
        &self,
        (pattern, rule): &(Pattern, Rule),
        text: &str,
        index: usize,
    ) -> Option<(String, Rule, usize)> {
        let changed = self.replace(pattern, text)?;
        Some((changed, *rule, index))
    }

    fn replace(&self, pattern: &Pattern, text: &str) -> Option<String> {
        if text.len() < pattern.shortest_match() {
            return None;
        }
        let spared = self.spared(text);
        if spared.is_empty() {
            return pattern.replace_all(text, |secret, out| self.mask.push(secret, out));
        }
        let mut matches = pattern.matches(text);
        pattern.replace_all(text, |secret, out| {
            if matches.next().is_some_and(|at| covered(&spared, at)) {
                out.push_str(secret);
            } else {
                self.mask.push(secret, out);
            }
        })
    }

    /// The text masked as a whole: each of its lines, because that is what the Collector's `.*` matches.
    pub(crate) fn masked_whole(&self, text: &str) -> String {
        let spared = self.spared(text);
        let mut out = String::new();
        let mut start = 0_usize;
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                out.push('\n');
            }
            let end = start.saturating_add(line.len());
            if !line.is_empty() && covered(&spared, start..end) {
                out.push_str(line);
            } else {
                self.mask.push(line, &mut out);
            }
            start = end.saturating_add(1);
        }
        out
    }

    /// Where allowed values stand in a text, if they spare what they cover.
    fn spared(&self, text: &str) -> Vec<Range<usize>> {
        if self.spare_whole {
            return Vec::new();
        }
        self.allowed
            .iter()
            .flat_map(|allowed| allowed.matches(text))
            .collect()
    }
}

fn covered(spared: &[Range<usize>], at: Range<usize>) -> bool {
    spared
        .iter()
        .any(|range| range.start <= at.start && at.end <= range.end)
}
