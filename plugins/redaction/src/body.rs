//! Log bodies that are arrays or maps, worked on as a whole: rules about keys hold at every depth of them.

use std::borrow::Cow;

use tollgate_detect::rules::Step;
use tollgate_sdk::{NewValue, Rule, Value};

use crate::keys::Action;
use crate::summary::{Deed, Tally};
use crate::values::Suspects;
use crate::{Leaf, Redaction};

/// Deeper than any message that the host lets in.
const DEEPEST: usize = 128;

/// Works through one body.
pub(crate) struct BodyWalk<'w, 'v> {
    pub(crate) redaction: &'w Redaction,
    pub(crate) tally: &'w mut Tally,
    /// The first rule that changed something.
    pub(crate) rule: Option<Rule>,
    /// The keys and elements that lead to the value at hand.
    pub(crate) steps: Vec<Step<'v>>,
    /// The rule by which the record has to go.
    pub(crate) dropped: Option<Rule>,
}

impl<'v> BodyWalk<'_, 'v> {
    /// The body with its secrets masked; none if it stays as it is.
    pub(crate) fn body(&mut self, value: Value<'v>) -> Option<NewValue<'v>> {
        match self.value(value, "", 0) {
            Entry::Kept => None,
            Entry::Changed(new) => Some(new),
            Entry::Removed => Some(NewValue::from("")),
        }
    }

    fn value(&mut self, value: Value<'v>, path: &str, depth: usize) -> Entry<'v> {
        if depth > DEEPEST {
            return Entry::Kept;
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
                Entry::changed(changed.then_some(NewValue::Map(entries)))
            }
            Value::Array(array) => {
                let mut changed = false;
                let mut items = Vec::new();
                self.steps.push(Step::Index);
                for (index, item) in array.items().enumerate() {
                    let path = if path.is_empty() {
                        format!("[{index}]")
                    } else {
                        format!("{path}.[{index}]")
                    };
                    match self.value(item, &path, depth.saturating_add(1)) {
                        Entry::Kept => items.push(NewValue::from(item)),
                        Entry::Changed(new) => {
                            changed = true;
                            items.push(new);
                        }
                        // Its neighbours keep their places.
                        Entry::Removed => {
                            changed = true;
                            items.push(NewValue::from(""));
                        }
                    }
                }
                self.steps.pop();
                Entry::changed(changed.then_some(NewValue::Array(items)))
            }
            leaf => self.leaf(leaf, path),
        }
    }

    fn entry(&mut self, key: &'v str, value: Value<'v>, path: &str, depth: usize) -> Entry<'v> {
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
            Action::Look => {
                self.steps.push(Step::Key(key));
                let entry = self.value(value, &path, depth.saturating_add(1));
                self.steps.pop();
                entry
            }
        }
    }

    /// A key as summaries name it: without its secrets, where keys are looked at.
    fn shown<'k>(&self, key: &'k str) -> Cow<'k, str> {
        let masked = || self.redaction.masked_name(key);
        let masked = self.redaction.everywhere.then(masked).flatten();
        masked.map_or(Cow::Borrowed(key), |(masked, _)| Cow::Owned(masked))
    }

    fn leaf(&mut self, value: Value<'v>, path: &str) -> Entry<'v> {
        let redaction = self.redaction;
        let treatment = redaction.detection.as_ref();
        let treatment = treatment.map(|detection| detection.treatment("body", &self.steps));
        let name = || path.to_owned();
        match redaction.body_leaf(value, self.tally, Suspects::All, treatment.as_ref(), name) {
            Some(Leaf::Set(new, rule)) => {
                self.rule.get_or_insert(rule);
                Entry::Changed(new)
            }
            Some(Leaf::Removed(rule)) => {
                self.rule.get_or_insert(rule);
                Entry::Removed
            }
            Some(Leaf::Dropped(rule)) => {
                self.dropped.get_or_insert(rule);
                Entry::Kept
            }
            None => Entry::Kept,
        }
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
                .and_then(|(key, _)| self.redaction.masked_name(key))
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

impl<'v> Entry<'v> {
    fn changed(new: Option<NewValue<'v>>) -> Entry<'v> {
        new.map_or(Entry::Kept, Entry::Changed)
    }
}
