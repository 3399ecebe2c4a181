//! Which rules looked at a cell, and what came of it: told of what was just done, by the rules that did it.

use std::borrow::Cow;
use std::ops::Range;

use tollgate_detect::rules::{Look, Looked};
use tollgate_sdk::{Batch, Cell, Effect, Rule, Sighting, Subject, Value};

use super::Walk;
use crate::keys::Action;
use crate::places::{Kind, Place};
use crate::summary::{Level, Tally};
use crate::values::Suspects;
use crate::watch::Act;

/// What a rule saw.
pub(crate) struct Seen {
    pub(crate) rule: Rule,
    pub(crate) effect: Effect,
    pub(crate) at: Range<usize>,
    pub(crate) by: Option<Rule>,
    pub(crate) note: Cow<'static, str>,
}

impl Seen {
    pub(crate) fn new(rule: Rule, effect: Effect) -> Seen {
        Seen {
            rule,
            effect,
            at: 0..0,
            by: None,
            note: Cow::Borrowed(""),
        }
    }

    pub(crate) fn at(self, at: Range<usize>) -> Seen {
        Seen { at, ..self }
    }

    pub(crate) fn by(self, by: Rule) -> Seen {
        Seen {
            by: Some(by),
            ..self
        }
    }

    pub(crate) fn note(self, note: impl Into<Cow<'static, str>>) -> Seen {
        Seen {
            note: note.into(),
            ..self
        }
    }
}

impl Walk<'_> {
    /// Tells of a cell that was just visited.
    pub(super) fn explain(&self, batch: &mut Batch<'_>, cell: &Cell<'_>, place: &Place) {
        let mut seen = Vec::new();
        let mut acts = self.redaction.values.watch.take();
        if place.kind != Kind::Request {
            let ended = self.keys(place, cell.path, &mut seen);
            if place.kind == Kind::WithinBody && self.redaction.whole_bodies && ended.is_none() {
                acts = self.again(cell, place);
            }
            self.texts(cell, place, &acts, ended, &mut seen);
        }
        let Some(trail) = batch.trail() else { return };
        let subject = Subject::Cell(cell.node, cell.index);
        for Seen {
            rule,
            effect,
            at,
            by,
            note,
        } in seen
        {
            let sighting = Sighting::new(rule, subject, effect).at(at).note(&note);
            trail.add(&match by {
                Some(by) => sighting.by(by),
                None => sighting,
            });
        }
    }

    /// Rules about keys; the one that puts an end to the matter.
    fn keys(&self, place: &Place, path: &str, seen: &mut Vec<Seen>) -> Option<Rule> {
        let keys = match place.kind {
            Kind::Attribute | Kind::WithinAttribute => vec![place.key.clone()],
            Kind::WithinBody if self.redaction.whole_bodies => crate::places::keys_of(path),
            _ => return None,
        };
        for key in keys {
            let mut last = None;
            let action = self.redaction.keys.judge(&key, &mut |rule, holds| {
                let effect = if holds {
                    Effect::Applied
                } else {
                    Effect::Missed
                };
                seen.push(Seen::new(rule, effect).note(format!("by the key `{key}`")));
                last = Some(rule);
            });
            match action {
                Action::Look => {}
                Action::Ignore => return last,
                Action::Remove(rule) | Action::Mask(rule) => return Some(rule),
            }
        }
        None
    }

    /// What became of an entry of a body that was worked on as a whole: the same once more, for this entry alone.
    fn again(&self, cell: &Cell<'_>, place: &Place) -> Vec<Act> {
        let redaction = self.redaction;
        redaction.values.watch.start();
        let mut tally = Tally::new(Level::Silent, redaction.summary_rule);
        let treatment = place.treatment.as_ref();
        let name = String::new;
        let _ = redaction.body_leaf(cell.value, &mut tally, Suspects::All, treatment, name);
        redaction.values.watch.take()
    }

    /// Rules about texts.
    fn texts(
        &self,
        cell: &Cell<'_>,
        place: &Place,
        acts: &[Act],
        ended: Option<Rule>,
        seen: &mut Vec<Seen>,
    ) {
        let redaction = self.redaction;
        let text: Option<Cow<'_, str>> = match (place.kind, cell.value) {
            (Kind::Other | Kind::SpanName, _) if !redaction.everywhere => None,
            (_, Value::Withheld | Value::Array(_) | Value::Map(_)) => None,
            (Kind::Body | Kind::WithinBody, value) if !matches!(value, Value::Bytes(_)) => {
                Some(tollgate_values::text(value))
            }
            (_, value) => self.attribute_text(value),
        };
        let Some(original) = text else {
            if ended.is_none() {
                self.without_words(place, seen);
            }
            return;
        };
        redaction.values.explain(&original, acts, ended, seen);
        if let Some(ended) = ended {
            self.skipped(ended, seen);
            return;
        }
        for act in acts {
            match act {
                Act::Masked { .. } => {}
                Act::Sanitized {
                    rule,
                    changed: true,
                } => {
                    seen.push(Seen::new(*rule, Effect::Applied));
                }
                Act::Sanitized { rule, .. } => seen.push(Seen::new(*rule, Effect::Missed)),
                Act::Detected { text, by, ends } => {
                    self.detected(place, &original, (text, *by, *ends), seen);
                }
            }
        }
    }

    /// Detectors and rules for fields, which were given what blocked values had left.
    fn detected(
        &self,
        place: &Place,
        original: &str,
        (before, by, ends): (&str, Option<Rule>, bool),
        seen: &mut Vec<Seen>,
    ) {
        let detection = self.redaction.detection.as_ref();
        let Some((detection, treatment)) = detection.zip(place.treatment.as_ref()) else {
            return;
        };
        let looked = detection.looked(treatment, before);
        // The text that stands for all is one rule's, and so is the end of a record.
        let alone = by.filter(|by| {
            let of_all = |(rule, looked): &(Rule, Looked)| {
                rule == by && looked.range.is_none() && looked.look == Look::Found
            };
            ends || looked.iter().any(of_all)
        });
        for (rule, looked) in looked {
            let at = looked.range.clone().map_or(0..0, |range| {
                if before == original {
                    return range;
                }
                let found = before.get(range).unwrap_or_default();
                let place = original.find(found).filter(|_| !found.is_empty());
                place.map_or(0..0, |start| start..start.saturating_add(found.len()))
            });
            let told = match looked.look {
                Look::Nothing => Seen::new(rule, Effect::Missed),
                Look::Kept => Seen::new(rule, Effect::Idle)
                    .note("what it finds is allowed, or a mark, or shall be kept"),
                Look::Found => match (by, alone) {
                    (None, _) => Seen::new(rule, Effect::Idle).note("what it finds is allowed"),
                    (_, Some(other)) if other != rule => {
                        Seen::new(rule, Effect::Overridden).by(other)
                    }
                    _ => Seen::new(rule, Effect::Applied),
                },
            };
            let told = match looked.decoded {
                Some(_) if told.note.is_empty() => told.note("where it stands in another form"),
                _ => told,
            };
            seen.push(told.at(at));
        }
    }

    /// Rules that need no text.
    fn without_words(&self, place: &Place, seen: &mut Vec<Seen>) {
        let detection = self.redaction.detection.as_ref();
        let found = detection
            .zip(place.treatment.as_ref())
            .and_then(|(detection, treatment)| detection.found_without_text(treatment));
        if let Some(found) = found.filter(|_| place.has_key) {
            seen.push(Seen::new(found.rule(), Effect::Applied).note("whatever it says"));
        }
    }

    /// What had no turn.
    fn skipped(&self, ended: Rule, seen: &mut Vec<Seen>) {
        let redaction = self.redaction;
        let urls = redaction.urls.as_ref().map(|urls| urls.rule);
        let databases = (!redaction.databases.is_empty()).then_some(redaction.databases.rule);
        for rule in urls.into_iter().chain(databases) {
            seen.push(Seen::new(rule, Effect::Skipped).by(ended));
        }
    }
}
