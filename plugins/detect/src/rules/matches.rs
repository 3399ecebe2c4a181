//! What is found in a text, and what of it is spared.

use std::ops::Range;

use tollgate_patterns::Pattern;

use super::action::{Action, Deed, is_note, is_token};
use super::treat::{Kind, Treatment};
use super::{Rules, Search};
use crate::bytes::{at, before, run_after, run_before};
use crate::detector::Detector;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// Index of the rule.
    pub rule: u32,
    /// What it says, where it stands there in another form.
    pub decoded: Option<String>,
    /// What knows it.
    pub(super) source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Detector(Detector),
    /// Index of a pattern.
    Pattern(usize),
}

impl Rules {
    /// Everything that is found in a text where this is done, from left to right; what is spared is left out.
    #[must_use]
    pub fn matches(&self, treatment: &Treatment, text: &str) -> Vec<Match> {
        let hits = self.hits(treatment, text).into_iter();
        hits.filter_map(|(found, spared)| (!spared).then_some(found))
            .collect()
    }

    /// Likewise, and of each whether it is spared.
    pub(super) fn hits(&self, treatment: &Treatment, text: &str) -> Vec<(Match, bool)> {
        let Kind::Look { search, .. } = &treatment.0 else {
            return Vec::new();
        };
        let Some(search) = self.searches.get(*search) else {
            return Vec::new();
        };
        let mut look = |text: &str| {
            let found = search.detectors.find(text).into_iter();
            let mut found: Vec<_> = found
                .map(|found| (found.range, Source::Detector(found.detector)))
                .collect();
            for (index, (pattern, _)) in search.patterns.iter().enumerate() {
                if text.len() >= pattern.shortest_match() {
                    let matches = pattern.matches(text).filter(|range| !range.is_empty());
                    found.extend(matches.map(|range| (range, Source::Pattern(index))));
                }
            }
            found
        };
        let is_weak = |source: &Source| *source == Source::Detector(Detector::HighEntropy);
        let hits = self.decoder.find(text, &mut look, is_weak);
        let known = hits.into_iter().filter_map(|hit| {
            let deed = search.deed_of(hit.what)?;
            let secret = hit
                .decoded
                .as_deref()
                .or_else(|| text.get(hit.range.clone()))?;
            let is_mark =
                matches!(hit.what, Source::Pattern(_)) && search.is_within_mark(text, &hit.range);
            let spared = is_mark
                || deed.is_own(secret)
                || self.spares(search, deed, text, &hit.range, hit.decoded.as_deref());
            let found = Match {
                range: hit.range,
                rule: deed.rule,
                decoded: hit.decoded,
                source: hit.what,
            };
            Some((found, spared || deed.action == Action::Keep))
        });
        known.collect()
    }

    fn spares(
        &self,
        search: &Search,
        deed: &Deed,
        text: &str,
        range: &Range<usize>,
        decoded: Option<&str>,
    ) -> bool {
        let mut patterns = self
            .allowed
            .iter()
            .chain(&search.allowed)
            .chain(&deed.allowed);
        patterns.any(|pattern| match decoded {
            None => covers(pattern, text, range),
            Some(decoded) => covers(pattern, decoded, &(0..decoded.len())),
        })
    }
}

impl Search {
    pub(super) fn deed_of(&self, source: Source) -> Option<&Deed> {
        match source {
            Source::Detector(detector) => self.deed(detector),
            Source::Pattern(index) => self.patterns.get(index).map(|(_, deed)| deed),
        }
    }

    /// Whether a match stands in what stands for a secret: a name in brackets, or a pseudonym. Detectors know neither, but patterns may.
    fn is_within_mark(&self, text: &str, range: &Range<usize>) -> bool {
        let bytes = text.as_bytes();
        let belongs = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b':')
        };
        let start = run_before(bytes, range.start, 80, belongs);
        let end = run_after(bytes, range.end, 80, belongs);
        let word = text.get(start..end).unwrap_or_default();
        let in_brackets = before(bytes, start) == b'[' && at(bytes, end) == b']';
        let mut names = self
            .deeds
            .iter()
            .flatten()
            .chain(self.patterns.iter().map(|(_, deed)| deed));
        is_token(word)
            || in_brackets && (is_note(&format!("[{word}]")) || names.any(|deed| deed.name == word))
    }

    pub(super) fn drops(&self) -> bool {
        let mut deeds = self
            .deeds
            .iter()
            .flatten()
            .chain(self.patterns.iter().map(|(_, deed)| deed));
        deeds.any(|deed| deed.action == Action::Drop)
    }
}

/// Whether a match of a pattern covers a part of a text.
pub(super) fn covers(pattern: &Pattern, text: &str, range: &Range<usize>) -> bool {
    pattern
        .matches(text)
        .any(|found| found.start <= range.start && range.end <= found.end)
}
