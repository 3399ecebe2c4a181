//! What detectors and rules for fields do: `detect`, `fields` and the presets, beside the Collector's keys.

use std::cell::RefCell;
use std::collections::HashMap;

use tollgate_detect::rules::{Looked, Mistake, Outcome, Rules, Settings, Step, Treatment};
use tollgate_patterns::Pattern;
use tollgate_sdk::{Compat, Problem, Rule, Setup, pseudonym};

/// Pseudonyms that are remembered, so that the host is asked once for each secret of a batch, and not for each time it stands there.
const REMEMBERED: usize = 4096;
/// Bytes of a pseudonym: enough to tell people apart, too few to be taken for a key.
const BYTES: usize = 8;

/// The rules, and the numbers that the manifest has for them.
#[derive(Debug)]
pub(crate) struct Detection {
    rules: Rules,
    numbers: Vec<Rule>,
    keys: Treatment,
    summary: Rule,
    /// Short texts that stay as they are, by what was done with them: most are names, and come again and again.
    fine: RefCell<Fine>,
    pseudonyms: RefCell<HashMap<(String, String), Option<String>>>,
}

/// What becomes of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Text(String, Rule),
    Removed(Rule),
    Dropped(Rule),
}

/// The longest text that is remembered to be fine.
const LONGEST: usize = 64;
/// How many of them, a power of two.
const SLOTS: usize = 2048;

/// Texts that nothing was found in, each in the one place where it may stand, with the number of what was done with it.
#[derive(Debug, Default)]
struct Fine(Vec<(usize, Box<str>)>);

impl Fine {
    fn has(&self, number: usize, text: &str) -> bool {
        let known = self.0.get(slot(number, text));
        known.is_some_and(|(of, known)| *of == number && **known == *text)
    }

    fn add(&mut self, number: usize, text: &str) {
        if self.0.is_empty() {
            self.0.resize_with(SLOTS, Default::default);
        }
        if let Some(place) = self.0.get_mut(slot(number, text)) {
            *place = (number, text.into());
        }
    }
}

/// Where a text may stand.
#[inline]
fn slot(number: usize, text: &str) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut last = [0_u8; 8];
    for (to, byte) in last.iter_mut().zip(rest) {
        *to = *byte;
    }
    let start = (number as u64) << 32 | text.len() as u64;
    let hash = words
        .iter()
        .chain(std::iter::once(&last))
        .fold(start, |hash, word| {
            (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR)
        });
    usize::try_from(hash >> 40).unwrap_or_default() % SLOTS
}

impl Found {
    pub(crate) fn rule(&self) -> Rule {
        match self {
            Found::Text(_, rule) | Found::Removed(rule) | Found::Dropped(rule) => *rule,
        }
    }
}

impl Detection {
    /// None if the configuration asks for nothing of it.
    pub(crate) fn new(
        settings: &Settings,
        allowed: Vec<Pattern>,
        summary: Rule,
        setup: &mut Setup,
    ) -> Result<Option<Detection>, Vec<Problem>> {
        if settings.is_empty() {
            return Ok(None);
        }
        if setup.compat() == Compat::Collector {
            let at = match (&settings.preset, settings.detect.is_empty()) {
                (Some(_), _) => "/preset",
                (None, false) => "/detect",
                (None, true) => "/fields",
            };
            return Err(vec![
                Problem::at(at, "the Collector's processor has no detectors")
                    .help("leave out `--compat collector`, or write patterns in `blocked_values`"),
            ]);
        }
        let rules = Rules::new(settings, allowed)
            .map_err(|mistakes| mistakes.into_iter().map(problem).collect::<Vec<_>>())?;
        for key in rules.keys() {
            if let Err(error) = pseudonym(key, b"") {
                return Err(vec![
                    Problem::at(
                        "/pseudonym_key",
                        format!("the key of pseudonyms is not there: {error}"),
                    )
                    .help(format!(
                        "list it for the stage: `gate: {{keys: {{{key}: ${{env:...}}}}}}`"
                    )),
                ]);
            }
        }
        let numbers = rules
            .names()
            .iter()
            .map(|name| setup.rule(name.as_str()))
            .collect();
        Ok(Some(Detection {
            keys: rules.everywhere(),
            rules,
            numbers,
            summary,
            fine: RefCell::default(),
            pseudonyms: RefCell::default(),
        }))
    }

    /// Whether records may be dropped.
    pub(crate) fn drops(&self) -> bool {
        self.rules.drops()
    }

    /// What is done at a path.
    pub(crate) fn treatment(&self, root: &str, steps: &[Step<'_>]) -> Treatment {
        self.rules.treatment(root, steps)
    }

    /// What is done with keys.
    pub(crate) fn treatment_of_keys(&self) -> &Treatment {
        &self.keys
    }

    /// What becomes of a text; none if it stays as it is.
    pub(crate) fn found(&self, treatment: &Treatment, text: &str) -> Option<Found> {
        let number = treatment.number().filter(|_| text.len() <= LONGEST);
        let Some(number) = number else {
            return self.found_anew(treatment, text);
        };
        if self.fine.borrow().has(number, text) {
            return None;
        }
        let found = self.found_anew(treatment, text);
        if found.is_none() {
            self.fine.borrow_mut().add(number, text);
        }
        found
    }

    fn found_anew(&self, treatment: &Treatment, text: &str) -> Option<Found> {
        match self
            .rules
            .outcome(treatment, text, &mut |key, secret| self.digits(key, secret))
        {
            Outcome::Kept => None,
            Outcome::Text(text, rule) => Some(Found::Text(text, self.number(rule))),
            Outcome::Removed(rule) => Some(Found::Removed(self.number(rule))),
            Outcome::Dropped(rule) => Some(Found::Dropped(self.number(rule))),
        }
    }

    /// The rule by which a record is dropped for a key that it has, if there is one.
    pub(crate) fn drops_for_key(&self, key: &str) -> Option<Rule> {
        match self.found(&self.keys, key).filter(|_| self.drops())? {
            Found::Dropped(rule) => Some(rule),
            Found::Text(..) | Found::Removed(_) => None,
        }
    }

    /// Every rule that looks at a text, with the manifest's number for it.
    pub(crate) fn looked(&self, treatment: &Treatment, text: &str) -> Vec<(Rule, Looked)> {
        let looked = self.rules.looked(treatment, text).into_iter();
        looked
            .map(|looked| (self.number(looked.rule), looked))
            .collect()
    }

    /// What becomes of a value that is no text; none if it stays.
    pub(crate) fn found_without_text(&self, treatment: &Treatment) -> Option<Found> {
        let dropped = treatment
            .drops()
            .map(|rule| Found::Dropped(self.number(rule)));
        dropped.or_else(|| {
            treatment
                .removes()
                .map(|rule| Found::Removed(self.number(rule)))
        })
    }

    fn number(&self, rule: u32) -> Rule {
        self.numbers
            .get(rule as usize)
            .copied()
            .unwrap_or(self.summary)
    }

    fn digits(&self, key: &str, secret: &str) -> Option<String> {
        let asked = (key.to_owned(), secret.to_owned());
        let mut known = self.pseudonyms.borrow_mut();
        if let Some(digits) = known.get(&asked) {
            return digits.clone();
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let digits = pseudonym(key, secret.as_bytes()).ok().map(|hash| {
            let mut digits = String::with_capacity(BYTES * 2);
            crate::mask::push_hex(hash.get(..BYTES).unwrap_or_default(), &mut digits);
            digits
        });
        known.insert(asked, digits.clone());
        digits
    }
}

fn problem(mistake: Mistake) -> Problem {
    Problem::at(mistake.at, mistake.message).help(mistake.help)
}
