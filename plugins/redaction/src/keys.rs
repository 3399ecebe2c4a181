//! What becomes of an attribute, or of an entry of a log body, because of its key.

use std::collections::HashSet;

use tollgate_patterns::Pattern;
use tollgate_sdk::Rule;

use crate::summary;

/// What a key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Nothing: the value is looked at.
    Look,
    /// It is left as it is.
    Ignore,
    /// It is not on the allow list.
    Remove(Rule),
    /// Its value is masked as a whole.
    Mask(Rule),
}

/// Rules about keys.
#[derive(Debug)]
pub(crate) struct Keys {
    /// None: every key is allowed.
    allowed: Option<(HashSet<String>, Rule)>,
    ignored: Option<(HashSet<String>, Rule)>,
    ignored_patterns: Vec<(Pattern, Rule)>,
    blocked: Vec<(Pattern, Rule)>,
}

impl Keys {
    pub(crate) fn new<'k>(
        allowed: Option<(impl Iterator<Item = &'k str>, Rule)>,
        ignored: Option<(impl Iterator<Item = &'k str>, Rule)>,
        ignored_patterns: Vec<(Pattern, Rule)>,
        blocked: Vec<(Pattern, Rule)>,
    ) -> Keys {
        let own = summary::KEPT.iter().map(|key| (*key).to_owned());
        let allowed =
            allowed.map(|(keys, rule)| (keys.map(str::to_owned).chain(own).collect(), rule));
        Keys {
            allowed,
            ignored: ignored.map(|(keys, rule)| (keys.map(str::to_owned).collect(), rule)),
            ignored_patterns,
            blocked,
        }
    }

    /// Whether no key makes a difference.
    pub(crate) fn is_empty(&self) -> bool {
        self.allowed.is_none()
            && self.ignored.is_none()
            && self.ignored_patterns.is_empty()
            && self.blocked.is_empty()
    }

    /// Whether some keys have their values masked.
    pub(crate) fn masks(&self) -> bool {
        !self.blocked.is_empty()
    }

    /// What a key says. Not cheap: ask once for each path, not for each cell.
    pub(crate) fn action(&self, key: &str) -> Action {
        self.judge(key, &mut |_, _| {})
    }

    /// Likewise, and tells of each rule that is asked whether the key is its business.
    pub(crate) fn judge(&self, key: &str, asked: &mut dyn FnMut(Rule, bool)) -> Action {
        let mut says = |rule, holds| {
            asked(rule, holds);
            holds
        };
        let by_name = |(keys, rule): &(HashSet<String>, Rule)| says(*rule, keys.contains(key));
        let is_ignored = self.ignored.as_ref().is_some_and(by_name)
            || self
                .ignored_patterns
                .iter()
                .any(|(pattern, rule)| says(*rule, pattern.is_match(key)));
        if is_ignored {
            return Action::Ignore;
        }
        if let Some((allowed, rule)) = &self.allowed
            && says(*rule, !allowed.contains(key))
        {
            return Action::Remove(*rule);
        }
        self.blocked
            .iter()
            .find(|(pattern, rule)| says(*rule, pattern.is_match(key)))
            .map_or(Action::Look, |(_, rule)| Action::Mask(*rule))
    }
}

/// A key that is not used yet: the wanted one, or the wanted one with a number.
pub(crate) fn unused(wanted: &str, used: impl Fn(&str) -> bool) -> String {
    if !used(wanted) {
        return wanted.to_owned();
    }
    (2_u32..1_000_000)
        .map(|number| format!("{wanted}.{number}"))
        .find(|key| !used(key))
        .unwrap_or_else(|| wanted.to_owned())
}
