//! What becomes of a text.

use std::borrow::Cow;

use tollgate_patterns::Pattern;

use super::action::{Action, Deed, note, truncated};
use super::matches::{Match, covers};
use super::path::Step;
use super::{Rules, Search};
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

    /// Whether something in a key stands for what was found there, so that the key is another one than it was.
    #[must_use]
    pub fn was_renamed(&self, key: &str) -> bool {
        let stands_there =
            |name: &str| key.contains(&format!("[{name}]")) || key.contains(&format!("{name}_"));
        key.contains("[redacted:")
            || key.contains("**")
            || self.deeds().any(|deed| stands_there(&deed.name))
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
            Kind::Look { search, shape } => self.look(*search, *shape, treatment, text, pseudonym),
        }
    }

    fn look(
        &self,
        number: usize,
        shape: Option<u32>,
        treatment: &Treatment,
        text: &str,
        pseudonym: &mut dyn FnMut(&str, &str) -> Option<String>,
    ) -> Outcome {
        let Some(search) = self.searches.get(number) else {
            return Outcome::Kept;
        };
        let shapeless = shape.filter(|_| !self.is_plain(number, text));
        if let Some(rule) = shapeless
            && !search.drops()
        {
            return Outcome::Text(note(text), rule);
        }
        let outcome = found(search, text, &self.matches(treatment, text), pseudonym);
        let left = match &outcome {
            Outcome::Kept => text,
            Outcome::Text(left, _) => left.as_str(),
            Outcome::Removed(_) | Outcome::Dropped(_) => return outcome,
        };
        // A key of which no detector knows shall not pass because its letters are in another case.
        let drawn = shape.filter(|_| self.has_drawn_word(number, left));
        match shapeless.or(drawn) {
            Some(rule) => Outcome::Text(note(text), rule),
            None => outcome,
        }
    }

    /// Whether a word may be a key, where what is drawn by lot is looked for.
    fn has_drawn_word(&self, search: usize, text: &str) -> bool {
        let search = self.searches.get(search);
        let looked_for = search.is_some_and(|search| search.detectors.has(Detector::HighEntropy));
        let spared = |pattern: &Pattern| covers(pattern, text, &(0..text.len()));
        let own = search.into_iter().flat_map(|search| &search.allowed);
        looked_for && shape::has_drawn_word(text) && !self.allowed.iter().chain(own).any(spared)
    }

    /// Whether a text has a plain shape, or is spared as a whole.
    pub(super) fn is_plain(&self, search: usize, text: &str) -> bool {
        let spared = |pattern: &Pattern| covers(pattern, text, &(0..text.len()));
        let own = self
            .searches
            .get(search)
            .into_iter()
            .flat_map(|search| &search.allowed);
        shape::is_plain(text) || self.allowed.iter().chain(own).any(spared)
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
