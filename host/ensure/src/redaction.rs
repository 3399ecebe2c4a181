//! The rules of a `redaction` stage, read from its own configuration.
//!
//! The stage has checked its configuration before anybody reads it here, so that what is odd in it has the mildest meaning.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;
use tollgate_detect::rules::{self, Rules, Settings, Treatment};
use tollgate_patterns::Pattern;
use tollgate_record::listing;

use crate::masks::{Blocked, Masks};
use crate::path::{Path, Step};
use crate::rule::{Look, RuleError, Seen, Sight, compiled};

/// Attributes that the policy writes about what it did; the first seven stay under a list of allowed keys.
const SUMMARY: [&str; 14] = [
    "redaction.redacted.keys",
    "redaction.redacted.count",
    "redaction.masked.keys",
    "redaction.masked.count",
    "redaction.allowed.keys",
    "redaction.allowed.count",
    "redaction.ignored.count",
    "redaction.body.redacted.keys",
    "redaction.body.redacted.count",
    "redaction.body.masked.keys",
    "redaction.body.masked.count",
    "redaction.body.allowed.keys",
    "redaction.body.allowed.count",
    "redaction.body.ignored.count",
];
const KEPT: usize = 7;

/// What a key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Look,
    Ignore,
    Remove,
    Mask,
}

#[derive(Debug)]
pub(crate) struct Redaction {
    /// None: every key is allowed.
    allowed_keys: Option<HashSet<String>>,
    ignored_keys: HashSet<String>,
    ignored_patterns: Vec<Pattern>,
    blocked_keys: Vec<Pattern>,
    values: Blocked,
    /// Every text is looked at, and not only where the Collector looks.
    everywhere: bool,
    /// Whether the policy writes summaries.
    tells: bool,
    /// Words that summaries have for places which are no attributes.
    words: HashSet<String>,
    /// Detectors and rules for fields, with what they do to keys.
    detection: Option<(Rules, Treatment)>,
}

impl Redaction {
    pub(crate) fn new(config: &Value, collector: bool) -> Result<Self, RuleError> {
        let list = |key: &str| List::of(config.get(key));
        let is_set = |at: &str| config.pointer(at).and_then(Value::as_bool) == Some(true);
        let text = |key: &str| config.get(key).and_then(Value::as_str).unwrap_or_default();
        let allowed_keys =
            (!is_set("/allow_all_keys")).then(|| list("allowed_keys").0.into_iter().collect());
        let databases = config.get("db_sanitizer").and_then(Value::as_object);
        let mut databases = databases.into_iter().flat_map(|kinds| kinds.values());
        let enabled = |kind: &Value| kind.get("enabled").and_then(Value::as_bool) == Some(true);
        let words = listing().flat_map(|field| {
            let words = field.path.split(['.', '[']).map(str::to_owned);
            words.collect::<Vec<_>>()
        });
        Ok(Self {
            allowed_keys,
            ignored_keys: list("ignored_keys").0.into_iter().collect(),
            ignored_patterns: list("ignored_key_patterns").patterns()?,
            blocked_keys: list("blocked_key_patterns").patterns()?,
            values: Blocked {
                patterns: list("blocked_values").patterns()?,
                allowed: list("allowed_values").patterns()?,
                spare_whole: collector,
                masks: Masks {
                    hash: digits(text("hash_function")),
                    stars: is_set("/url_sanitizer/enabled"),
                    questions: databases.any(enabled),
                },
            },
            everywhere: !collector && text("scope") != "upstream",
            tells: matches!(text("summary"), "debug" | "info"),
            words: words.collect(),
            detection: detection(config, collector)?,
        })
    }

    pub(crate) fn sight(&self, path: &Path<'_>) -> Sight {
        let look = self.look(path);
        let detection = self.detection.as_ref().filter(|_| look == Look::Text);
        Sight {
            look,
            treatment: detection.map(|(rules, _)| rules.treatment(path.root, &steps(path))),
            renamed: detection
                .is_some_and(|(rules, _)| path.keys().any(|key| rules.was_renamed(key))),
        }
    }

    /// Whether a list of the configuration holds this key.
    pub(crate) fn names(&self, key: &str) -> bool {
        let allowed = self.allowed_keys.iter().any(|keys| keys.contains(key));
        allowed || self.ignored_keys.contains(key)
    }

    fn look(&self, path: &Path<'_>) -> Look {
        let of_all = matches!(
            path.root,
            "attributes" | "resource.attributes" | "scope.attributes" | "spanevent.attributes"
        );
        let overlooked = matches!(
            path.root,
            "spanlink.attributes" | "exemplar.filtered_attributes"
        );
        let look = match path.root {
            _ if of_all || (overlooked && self.everywhere) => self.look_at_attribute(path),
            "body" => self.look_at_body(path),
            _ if self.everywhere => Look::Text,
            _ => Look::Away,
        };
        let keys_matter = self.everywhere && look != Look::Away && look != Look::Summary;
        if keys_matter && path.keys().any(|key| self.is_left_in_key(key)) {
            return Look::Forbidden;
        }
        // Rules for fields take attributes away, whatever their values are.
        let is_map = path.root.ends_with("attributes") || path.root == "metric.metadata";
        let is_attribute = path.steps.len() == 1 && is_map;
        if let Some((rules, _)) = self.detection.as_ref().filter(|_| is_attribute)
            && look == Look::Text
        {
            let treatment = rules.treatment(path.root, &steps(path));
            let renamed = path.keys().any(|key| rules.was_renamed(key));
            if !renamed && treatment.removes().or(treatment.drops()).is_some() {
                return Look::Forbidden;
            }
        }
        look
    }

    fn is_left_in_key(&self, key: &str) -> bool {
        let detection = self.detection.as_ref();
        self.values.is_left_in_key(key)
            || detection.is_some_and(|(rules, keys)| rules.is_left(keys, key))
    }

    /// Whether detectors or rules for fields would do something with a text.
    fn is_detected(&self, sight: &Sight, text: &str) -> bool {
        let detection = self.detection.as_ref().zip(sight.treatment.as_ref());
        detection.is_some_and(|((rules, keys), treatment)| {
            // What a key was before something in it was replaced, nobody knows here, nor which rule that one came under.
            let otherwise = sight.renamed && !rules.is_left(keys, text);
            rules.is_left(treatment, text) && !otherwise
        })
    }

    fn look_at_attribute(&self, path: &Path<'_>) -> Look {
        let Some(Step::Key(key)) = path.steps.first() else {
            return Look::Away;
        };
        let is_whole = path.steps.len() == 1;
        if self.tells && is_whole && SUMMARY.contains(&key.as_str()) {
            // The Collector's own summaries name keys as they were.
            return if self.everywhere {
                Look::Summary
            } else {
                Look::Away
            };
        }
        match self.action(key) {
            Action::Remove => Look::Forbidden,
            // A list or a map may be spared as a whole, as the text that the Collector makes of it.
            Action::Mask if is_whole || !self.may_spare_whole() => Look::MaskOnly,
            Action::Look if is_whole || self.everywhere => Look::Text,
            Action::Ignore | Action::Mask | Action::Look => Look::Away,
        }
    }

    /// Rules about keys hold at every depth of a body.
    fn look_at_body(&self, path: &Path<'_>) -> Look {
        for key in path.keys() {
            match self.action(key) {
                Action::Look => {}
                Action::Ignore => return Look::Away,
                Action::Remove => return Look::Forbidden,
                Action::Mask => return Look::MaskOnly,
            }
        }
        Look::Text
    }

    fn action(&self, key: &str) -> Action {
        let is_in = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.is_match(key));
        if self.ignored_keys.contains(key) || is_in(&self.ignored_patterns) {
            return Action::Ignore;
        }
        // A key whose secret was masked is another one than the lists know.
        if self.everywhere && self.values.has_mask(key) {
            return Action::Look;
        }
        let kept = SUMMARY.iter().take(KEPT).any(|own| *own == key);
        if let Some(allowed) = &self.allowed_keys
            && !kept
            && !allowed.contains(key)
        {
            return Action::Remove;
        }
        if is_in(&self.blocked_keys) {
            return Action::Mask;
        }
        Action::Look
    }

    pub(crate) fn forbids(&self, sight: &Sight, seen: Seen<'_>) -> bool {
        let detected = |text| self.is_detected(sight, text);
        match (sight.look, seen) {
            (Look::Away, _) => false,
            (Look::Forbidden, _) => true,
            (Look::MaskOnly, Seen::Text(text)) => !self.values.is_masked_whole(text),
            // A number that is spared under the Collector's rules is no text.
            (Look::MaskOnly, Seen::Bytes(_) | Seen::Other) => !self.may_spare_whole(),
            (Look::Summary, Seen::Text(text)) => {
                let names = text.split([',', '.']);
                let mut names = names.filter(|name| !self.is_own_word(name));
                names.any(|name| self.values.is_left_in(name))
            }
            (_, Seen::Text(text)) => self.values.is_left_in(text) || detected(text),
            (_, Seen::Bytes(text)) => {
                self.everywhere && (self.values.is_left_in(text) || detected(text))
            }
            (_, Seen::Other) => false,
        }
    }

    fn may_spare_whole(&self) -> bool {
        self.values.spare_whole && !self.values.allowed.is_empty()
    }

    /// Whether a summary says so by itself: the index of an element, or the name of a field.
    fn is_own_word(&self, name: &str) -> bool {
        let index = name
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        index.is_some_and(|index| index.bytes().all(|digit| digit.is_ascii_digit()))
            || self.words.contains(name)
    }
}

/// The detectors and the rules for fields of a configuration, if it has any.
fn detection(config: &Value, collector: bool) -> Result<Option<(Rules, Treatment)>, RuleError> {
    let refused = |at: String, reason: String| RuleError::Detection { at, reason };
    let settings =
        Settings::deserialize(config).map_err(|error| refused(String::new(), error.to_string()))?;
    if settings.is_empty() || collector {
        return Ok(None);
    }
    let allowed = List::of(config.get("allowed_values")).patterns()?;
    let rules = Rules::new(&settings, allowed).map_err(|mistakes| {
        let first = mistakes.into_iter().next();
        let (at, message) = first
            .map(|mistake| (mistake.at, mistake.message))
            .unwrap_or_default();
        refused(at, message)
    })?;
    let keys = rules.everywhere();
    Ok(Some((rules, keys)))
}

/// The steps of a path, as rules for fields know them.
fn steps<'p>(path: &'p Path<'_>) -> Vec<rules::Step<'p>> {
    let step = |step: &'p Step| match step {
        Step::Key(key) => rules::Step::Key(key),
        Step::Index => rules::Step::Index,
    };
    path.steps.iter().map(step).collect()
}

/// Digits of what a hash function writes; none where stars are written.
fn digits(function: &str) -> Option<usize> {
    match function.to_lowercase().as_str() {
        "md5" => Some(32),
        "sha1" => Some(40),
        "sha3" | "hmac-sha256" => Some(64),
        "hmac-sha512" => Some(128),
        _ => None,
    }
}

/// A list of texts. One text in its place is split at its commas, as the Collector does it.
struct List(Vec<String>);

impl List {
    fn of(written: Option<&Value>) -> Self {
        Self(match written {
            Some(Value::String(text)) if !text.is_empty() => {
                text.split(',').map(str::to_owned).collect()
            }
            Some(Value::Array(entries)) => entries
                .iter()
                .map(|entry| entry.as_str().unwrap_or_default().to_owned())
                .collect(),
            _ => Vec::new(),
        })
    }

    fn patterns(&self) -> Result<Vec<Pattern>, RuleError> {
        compiled(self.0.iter().map(String::as_str))
    }
}
