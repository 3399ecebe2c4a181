//! Log bodies that are arrays or maps, worked on as a whole: rules about keys hold at every depth of them.

use std::borrow::Cow;

use tollgate_sdk::{NewValue, Rule, Value};

use crate::Redaction;
use crate::keys::Action;
use crate::summary::{Deed, Tally};
use crate::values::Suspects;

/// Deeper than any message that the host lets in.
const DEEPEST: usize = 128;

/// Works through one body.
pub(crate) struct BodyWalk<'w> {
    pub(crate) redaction: &'w Redaction,
    pub(crate) tally: &'w mut Tally,
    /// The first rule that changed something.
    pub(crate) rule: Option<Rule>,
}

impl BodyWalk<'_> {
    /// The body with its secrets masked; none if it stays as it is.
    pub(crate) fn body<'v>(&mut self, value: Value<'v>) -> Option<NewValue<'v>> {
        self.value(value, "", 0)
    }

    fn value<'v>(&mut self, value: Value<'v>, path: &str, depth: usize) -> Option<NewValue<'v>> {
        if depth > DEEPEST {
            return None;
        }
        match value {
            Value::Map(map) => {
                let mut changed = false;
                let mut entries = Vec::new();
                for (key, entry) in map.entries() {
                    match self.entry(key, entry, path, depth) {
                        Entry::Kept => entries.push((Cow::Borrowed(key), NewValue::from(entry))),
                        Entry::Changed(new) => {
                            changed = true;
                            entries.push((Cow::Borrowed(key), new));
                        }
                        Entry::Removed => changed = true,
                    }
                }
                changed |= self.mask_keys(&mut entries);
                changed.then_some(NewValue::Map(entries))
            }
            Value::Array(array) => {
                let mut changed = false;
                let mut items = Vec::new();
                for (index, item) in array.items().enumerate() {
                    let path = if path.is_empty() {
                        format!("[{index}]")
                    } else {
                        format!("{path}.[{index}]")
                    };
                    let new = self.value(item, &path, depth.saturating_add(1));
                    changed |= new.is_some();
                    items.push(new.unwrap_or_else(|| NewValue::from(item)));
                }
                changed.then_some(NewValue::Array(items))
            }
            leaf => self.leaf(leaf, path),
        }
    }

    fn entry<'v>(&mut self, key: &str, value: Value<'v>, path: &str, depth: usize) -> Entry<'v> {
        let name = self.shown(key);
        let path = if path.is_empty() {
            name.into_owned()
        } else {
            format!("{path}.{name}")
        };
        match self.redaction.keys.action(key) {
            Action::Ignore => {
                self.tally.note(Deed::Ignored, true, || path);
                Entry::Kept
            }
            Action::Remove(rule) => {
                self.rule.get_or_insert(rule);
                self.tally.note(Deed::Removed, true, || path);
                Entry::Removed
            }
            Action::Mask(rule) => {
                self.rule.get_or_insert(rule);
                self.tally.note(Deed::Masked, true, || path);
                Entry::Changed(NewValue::from(
                    self.redaction
                        .values
                        .masked_whole(value.as_text().unwrap_or_default()),
                ))
            }
            Action::Look => self
                .value(value, &path, depth.saturating_add(1))
                .map_or(Entry::Kept, Entry::Changed),
        }
    }

    /// A key as summaries name it: without its secrets, where keys are looked at.
    fn shown<'k>(&self, key: &'k str) -> Cow<'k, str> {
        let masked = || self.redaction.values.masked(key, Suspects::All);
        let masked = self.redaction.everywhere.then(masked).flatten();
        masked.map_or(Cow::Borrowed(key), |(masked, _)| Cow::Owned(masked))
    }

    fn leaf<'v>(&mut self, value: Value<'v>, path: &str) -> Option<NewValue<'v>> {
        let (new, rule) = self
            .redaction
            .body_leaf(value, self.tally, Suspects::All, || path.to_owned())?;
        self.rule.get_or_insert(rule);
        Some(new)
    }

    /// Masks what is secret in keys, where keys are looked at and not ignored; a key that is then there twice gets a number.
    fn mask_keys(&mut self, entries: &mut [(Cow<'_, str>, NewValue<'_>)]) -> bool {
        if !self.redaction.everywhere {
            return false;
        }
        let mut changed = false;
        for index in 0..entries.len() {
            let Some((masked, rule)) = entries
                .get(index)
                .filter(|(key, _)| self.redaction.keys.action(key) != Action::Ignore)
                .and_then(|(key, _)| self.redaction.values.masked(key, Suspects::All))
            else {
                continue;
            };
            let unused =
                crate::keys::unused(&masked, |name| entries.iter().any(|(key, _)| key == name));
            if let Some((key, _)) = entries.get_mut(index) {
                self.tally.note(Deed::Masked, true, || unused.clone());
                self.rule.get_or_insert(rule);
                *key = Cow::Owned(unused);
                changed = true;
            }
        }
        changed
    }
}

enum Entry<'v> {
    Kept,
    Changed(NewValue<'v>),
    Removed,
}
