//! What must not be left: patterns of the operator, or what a stage's own rules would still find.

use serde_json::Value;
use tollgate_detect::rules::Treatment;
use tollgate_patterns::Pattern;

use crate::path::Path;
use crate::redaction::Redaction;

/// One post-condition.
#[derive(Debug)]
pub struct Rule(Kind);

#[derive(Debug)]
enum Kind {
    Patterns(Vec<Pattern>),
    Redaction(Box<Redaction>),
}

/// Why a post-condition cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// A pattern that Go would refuse.
    #[error("`ensure`: the pattern at place {place} is none: {reason}")]
    Pattern {
        /// Its place in its list, from zero.
        place: usize,
        /// What is wrong.
        reason: String,
    },
    /// Detectors or rules for fields that the stage would refuse.
    #[error("`ensure`: {reason}, at `{at}` of the stage's configuration")]
    Detection {
        /// Where: a JSON pointer.
        at: String,
        /// What is wrong.
        reason: String,
    },
}

/// What becomes of values at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// They are none of the rule's business.
    Away,
    /// What stands there must not: its key says so.
    Forbidden,
    /// Texts are looked at.
    Text,
    /// Names that a redaction wrote itself are looked at one by one.
    Summary,
    /// Nothing but a mask may stand there.
    MaskOnly,
}

/// What a rule wants to know of a path.
#[derive(Debug)]
pub(crate) struct Sight {
    pub(crate) look: Look,
    /// What detectors and rules for fields do there.
    pub(crate) treatment: Option<Treatment>,
    /// A key on the way is another one than it was.
    pub(crate) renamed: bool,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen<'t> {
    Text(&'t str),
    /// Bytes that are UTF-8.
    Bytes(&'t str),
    /// A number, a list, a map, or nothing.
    Other,
}

impl Rule {
    /// None of these regular expressions, in Go's syntax, matches any text.
    pub fn patterns<S: AsRef<str>>(patterns: &[S]) -> Result<Self, RuleError> {
        let patterns = patterns.iter().map(AsRef::as_ref);
        compiled(patterns).map(|patterns| Self(Kind::Patterns(patterns)))
    }

    /// The rules of a stage with the stock policy `redaction` and this configuration: its blocked values (but for what allowed values
    /// cover), its blocked and its allowed keys, its detectors and its rules for fields. Its sanitizers of URLs and of database statements are not asked again.
    /// `collector`: the stage behaves as the Collector's does.
    pub fn redaction(config: &Value, collector: bool) -> Result<Self, RuleError> {
        Redaction::new(config, collector).map(|rules| Self(Kind::Redaction(Box::new(rules))))
    }

    /// What the rule wants to know of values at a path.
    pub(crate) fn look(&self, path: &Path<'_>) -> Sight {
        let look = match &self.0 {
            Kind::Patterns(patterns) => {
                if path.keys().any(|key| is_any(patterns, key)) {
                    Look::Forbidden
                } else {
                    Look::Text
                }
            }
            Kind::Redaction(rules) => return rules.sight(path),
        };
        Sight {
            look,
            treatment: None,
            renamed: false,
        }
    }

    /// Whether a value that stands where the rule looks must not be there.
    pub(crate) fn forbids(&self, sight: &Sight, seen: Seen<'_>) -> bool {
        match (sight.look, &self.0) {
            (Look::Away, _) => false,
            (Look::Forbidden, _) => true,
            (_, Kind::Patterns(patterns)) => match seen {
                Seen::Text(text) | Seen::Bytes(text) => is_any(patterns, text),
                Seen::Other => false,
            },
            (_, Kind::Redaction(rules)) => rules.forbids(sight, seen),
        }
    }

    /// Whether the configuration names this key, so that it is nobody's secret.
    pub(crate) fn names(&self, key: &str) -> bool {
        match &self.0 {
            Kind::Patterns(_) => false,
            Kind::Redaction(rules) => rules.names(key),
        }
    }
}

fn is_any(patterns: &[Pattern], text: &str) -> bool {
    patterns
        .iter()
        .any(|pattern| text.len() >= pattern.shortest_match() && pattern.is_match(text))
}

/// Compiles patterns; the error names the place of the first that is none.
pub(crate) fn compiled<'p>(
    patterns: impl Iterator<Item = &'p str>,
) -> Result<Vec<Pattern>, RuleError> {
    patterns
        .enumerate()
        .map(|(place, pattern)| {
            Pattern::new(pattern).map_err(|error| RuleError::Pattern {
                place,
                reason: error.to_string(),
            })
        })
        .collect()
}
