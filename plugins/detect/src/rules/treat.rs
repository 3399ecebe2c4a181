//! What becomes of a text.

use std::borrow::Cow;
use std::ops::Range;

use tollgate_patterns::Pattern;

use super::action::{Action, Deed, is_note, is_token, note, truncated};
use super::path::Step;
use super::{Rules, Search};
use crate::bytes::{at, before, run_after, run_before};
use crate::detector::Detector;
use crate::shape;

/// What is done at a path.
#[derive(Debug, Clone)]
pub struct Treatment(pub(super) Kind);

/// Kinds of treatments.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Nothing.
    Keep,
    /// The same with every value, whatever it says.
    Whole(Deed),
    /// What is found is treated.
    Look {
        /// What is looked for: an index of the rules' searches.
        search: usize,
        /// The rule by which what has no plain shape is replaced as a whole.
        shape: Option<u32>,
    },
}

impl Treatment {
    /// A number that two treatments share when they do the same with every text; none where a text is never left as it is for what it
    /// says.
    #[must_use]
    pub fn number(&self) -> Option<usize> {
        match &self.0 {
            Kind::Look { search, shape } => Some(
                search
                    .saturating_mul(2)
                    .saturating_add(usize::from(shape.is_some())),
            ),
            Kind::Keep | Kind::Whole(_) => None,
        }
    }

    /// The rule by which every value goes, texts and others, if one says so.
    #[must_use]
    pub fn removes(&self) -> Option<u32> {
        match &self.0 {
            Kind::Whole(deed) if deed.action == Action::Remove => Some(deed.rule),
            _ => None,
        }
    }

    /// The rule by which the record of any value is dropped, if one says so.
    #[must_use]
    pub fn drops(&self) -> Option<u32> {
        match &self.0 {
            Kind::Whole(deed) if deed.action == Action::Drop => Some(deed.rule),
            _ => None,
        }
    }
}

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
    source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Detector(Detector),
    /// Index of a pattern.
    Pattern(usize),
}

/// What becomes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It stays as it is.
    Kept,
    /// Another stands in its place; the first rule that did something.
    Text(String, u32),
    /// It has to go; an attribute with its key.
    Removed(u32),
    /// Its record has to go.
    Dropped(u32),
}

impl Rules {
    /// What is done at a path. Not cheap: ask once for each path, not for each text.
    #[must_use]
    pub fn treatment(&self, root: &str, steps: &[Step<'_>]) -> Treatment {
        let field = self
            .fields
            .iter()
            .find(|field| field.paths.iter().any(|path| path.covers(root, steps)));
        field.map_or_else(|| self.everywhere(), |field| field.treatment.clone())
    }

    /// What is done with texts that are no values: keys.
    #[must_use]
    pub fn everywhere(&self) -> Treatment {
        Treatment(Kind::Look {
            search: 0,
            shape: self.shape,
        })
    }

    /// Names of the rules, by their number.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether some rule drops records.
    #[must_use]
    pub fn drops(&self) -> bool {
        self.deeds().any(|deed| deed.action == Action::Drop)
    }

    /// Names of the keys that pseudonyms are made with.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.deeds().filter_map(|deed| match &deed.action {
            Action::Pseudonym(key) => Some(key.as_str()),
            _ => None,
        })
    }

    fn deeds(&self) -> impl Iterator<Item = &Deed> {
        let of_searches = self.searches.iter().flat_map(|search| {
            let of_patterns = search.patterns.iter().map(|(_, deed)| deed);
            search.deeds.iter().flatten().chain(of_patterns)
        });
        let of_fields = self
            .fields
            .iter()
            .filter_map(|field| match &field.treatment.0 {
                Kind::Whole(deed) => Some(deed),
                _ => None,
            });
        of_searches.chain(of_fields)
    }

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

    /// What becomes of a text where this is done. `pseudonym` has hexadecimal digits for a text under the key of a name, sixteen of them.
    pub fn outcome(
        &self,
        treatment: &Treatment,
        text: &str,
        pseudonym: &mut dyn FnMut(&str, &str) -> Option<String>,
    ) -> Outcome {
        if text.is_empty() {
            return Outcome::Kept;
        }
        match &treatment.0 {
            Kind::Keep => Outcome::Kept,
            Kind::Whole(deed) => self.whole(deed, text, pseudonym),
            Kind::Look { search, shape } => {
                let shapeless = shape.filter(|_| !self.is_plain(*search, text));
                let Some(search) = self.searches.get(*search) else {
                    return Outcome::Kept;
                };
                if let Some(rule) = shapeless
                    && !search.drops()
                {
                    return Outcome::Text(note(text), rule);
                }
                let outcome = found(search, text, &self.matches(treatment, text), pseudonym);
                match (shapeless, outcome) {
                    (Some(rule), Outcome::Kept | Outcome::Text(..) | Outcome::Removed(_)) => {
                        Outcome::Text(note(text), rule)
                    }
                    (_, outcome) => outcome,
                }
            }
        }
    }

    /// Whether a text has a plain shape, or is spared as a whole.
    pub(super) fn is_plain(&self, search: usize, text: &str) -> bool {
        let spared = |pattern: &Pattern| covers(pattern, text, &(0..text.len()));
        let own = self
            .searches
            .get(search)
            .into_iter()
            .flat_map(|search| &search.allowed);
        // Where what is drawn by lot is looked for, a key shall not pass with its letters in another case.
        let keyless = self
            .searches
            .get(search)
            .is_none_or(|search| !search.detectors.has(Detector::HighEntropy))
            || !shape::has_drawn_word(text);
        keyless && shape::is_plain(text) || self.allowed.iter().chain(own).any(spared)
    }

    fn whole(
        &self,
        deed: &Deed,
        text: &str,
        pseudonym: &mut dyn FnMut(&str, &str) -> Option<String>,
    ) -> Outcome {
        if deed
            .allowed
            .iter()
            .chain(&self.allowed)
            .any(|pattern| covers(pattern, text, &(0..text.len())))
        {
            return Outcome::Kept;
        }
        let new = match &deed.action {
            Action::Drop => return Outcome::Dropped(deed.rule),
            Action::Remove => return Outcome::Removed(deed.rule),
            // What is left of a text is looked through before it is cut, so that no half of a secret stays.
            Action::Truncate(length) => match self.looked_through(text, pseudonym) {
                Outcome::Kept => truncated(text, *length),
                Outcome::Text(text, _) => truncated(&text, *length),
                other => return other,
            },
            _ if deed.is_own(text) => return Outcome::Kept,
            _ => deed.whole(text, pseudonym).unwrap_or_default(),
        };
        if new == text {
            Outcome::Kept
        } else {
            Outcome::Text(new, deed.rule)
        }
    }

    fn looked_through(
        &self,
        text: &str,
        pseudonym: &mut dyn FnMut(&str, &str) -> Option<String>,
    ) -> Outcome {
        let look = Treatment(Kind::Look {
            search: 0,
            shape: None,
        });
        self.outcome(&look, text, pseudonym)
    }

    /// Whether something is left in a text that should not be there.
    #[must_use]
    pub fn is_left(&self, treatment: &Treatment, text: &str) -> bool {
        let mut digits = |_: &str, _: &str| Some("0000000000000000".to_owned());
        self.outcome(treatment, text, &mut digits) != Outcome::Kept
    }
}

/// What becomes of a text in which something was found.
fn found(
    search: &Search,
    text: &str,
    matches: &[Match],
    pseudonym: &mut dyn FnMut(&str, &str) -> Option<String>,
) -> Outcome {
    let Some(first) = matches.first() else {
        return Outcome::Kept;
    };
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for found in matches {
        let Some(deed) = search.deed_of(found.source) else {
            continue;
        };
        let secret = found.decoded.as_deref().map_or_else(
            || Cow::Borrowed(text.get(found.range.clone()).unwrap_or_default()),
            Cow::Borrowed,
        );
        let Some(stand_in) = deed.stand_in(&secret, pseudonym) else {
            return Outcome::Dropped(deed.rule);
        };
        out.push_str(text.get(copied..found.range.start).unwrap_or_default());
        out.push_str(&stand_in);
        copied = found.range.end;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    if out == text {
        Outcome::Kept
    } else {
        Outcome::Text(out, first.rule)
    }
}

impl Search {
    fn deed_of(&self, source: Source) -> Option<&Deed> {
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

    fn drops(&self) -> bool {
        let mut deeds = self
            .deeds
            .iter()
            .flatten()
            .chain(self.patterns.iter().map(|(_, deed)| deed));
        deeds.any(|deed| deed.action == Action::Drop)
    }
}

/// Whether a match of a pattern covers a part of a text.
fn covers(pattern: &Pattern, text: &str, range: &Range<usize>) -> bool {
    pattern
        .matches(text)
        .any(|found| found.start <= range.start && range.end <= found.end)
}
