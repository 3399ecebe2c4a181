//! What becomes of one cell.

use std::borrow::Cow;

use tollgate_sdk::{Batch, Cell, Rule, Signal, Value};

use super::Walk;
use crate::body::BodyWalk;
use crate::detection::Found;
use crate::keys::Action;
use crate::places::{Kind, Place};
use crate::summary::Deed;
use crate::values::Suspects;
use crate::{Leaf, db, url};

impl Walk<'_> {
    /// A cell, with the patterns that may match it.
    pub(super) fn visit(&mut self, batch: &mut Batch<'_>, index: usize, suspects: Suspects<'_>) {
        let cell = batch.cell(index);
        let Some(place) = self.places.get(cell.field as usize) else {
            return;
        };
        if cell.node != self.node {
            self.sum_up(batch);
            self.node = cell.node;
        }
        let explained = batch.is_explained();
        if explained {
            self.redaction.values.watch.start();
        }
        let masked_before = self.tally.masked();
        let is_gone = match place.kind {
            Kind::Attribute => self.attribute(batch, &cell, place, suspects),
            Kind::WithinAttribute => {
                let is_gone = place.action != Action::Look || self.is_within_gone(&cell);
                is_gone || self.leaf(batch, &cell, place, suspects)
            }
            Kind::Body => {
                self.body(batch, &cell, place, suspects);
                false
            }
            Kind::WithinBody if self.redaction.whole_bodies => true,
            Kind::WithinBody => {
                let suspects = seen_or_all(cell.value, self.redaction.everywhere, suspects);
                let leaf = self.redaction.body_leaf(
                    cell.value,
                    &mut self.tally,
                    suspects,
                    place.treatment.as_ref(),
                    || place.name.clone(),
                );
                leaf.is_some_and(|leaf| self.write(batch, &cell, place, leaf))
            }
            Kind::SpanName => {
                self.span_name(batch, &cell, place, suspects);
                false
            }
            Kind::Other if self.redaction.everywhere => {
                self.is_within_gone(&cell) || self.leaf(batch, &cell, place, suspects)
            }
            Kind::Other | Kind::Request => true,
        };
        if explained {
            self.explain(batch, &cell, place);
        }
        if let Some(rule) = place.dropped {
            self.drops.entry(cell.node).or_insert(rule);
        }
        if let Some(new_key) = place.new_key.as_ref().filter(|_| !is_gone) {
            if self.tally.masked() == masked_before {
                self.tally
                    .note(Deed::Masked, place.kind == Kind::WithinBody, || {
                        place.name.clone()
                    });
            }
            self.renames.push((cell.node, cell.index, new_key.clone()));
        }
    }

    /// An attribute; whether it is gone, with all that is in it.
    fn attribute(
        &mut self,
        batch: &mut Batch<'_>,
        cell: &Cell<'_>,
        place: &Place,
        suspects: Suspects<'_>,
    ) -> bool {
        let redaction = self.redaction;
        let name = || place.name.clone();
        match place.action {
            Action::Ignore => {
                self.tally.note(Deed::Ignored, false, name);
                return true;
            }
            Action::Remove(rule) => {
                batch.delete_cell(rule, cell.index);
                self.tally.note(Deed::Removed, false, name);
                return true;
            }
            Action::Look | Action::Mask(_) => {}
        }
        if place.action == Action::Look && asks_for_no_text(place) {
            return self.without_text(batch, cell, place);
        }
        let text = self.attribute_text(cell.value);
        let known = text.as_deref().unwrap_or_default();
        let allowed =
            redaction.values.has_allowed() && text.is_some() && redaction.values.is_allowed(known);
        if allowed && redaction.values.spares_whole() {
            self.tally.note(Deed::Spared, false, name);
            return false;
        }
        if let Action::Mask(rule) = place.action {
            batch.set_cell(rule, cell.index, redaction.values.masked_whole(known));
            self.tally.note(Deed::Masked, false, name);
            return false;
        }
        if text.is_none() {
            return false;
        }
        let new = self.masked_attribute(
            batch,
            cell,
            &place.key,
            known,
            seen_or_all(cell.value, self.redaction.everywhere, suspects),
        );
        let Some(leaf) = self.settled(place, known, new) else {
            if allowed {
                self.tally.note(Deed::Spared, false, name);
            }
            return false;
        };
        self.tally.note(Deed::Masked, false, name);
        let leaf = leaf.of_kind(cell.value, redaction.everywhere);
        self.write(batch, cell, place, leaf)
    }

    /// What detectors and rules for fields make of a text, when blocked values are done with it.
    fn settled(
        &self,
        place: &Place,
        text: &str,
        masked: Option<(String, Rule)>,
    ) -> Option<Leaf<'static>> {
        let treatment = place.treatment.as_ref();
        self.redaction.settled(treatment, text, masked)
    }

    /// Writes what becomes of a cell; whether it is gone.
    fn write(
        &mut self,
        batch: &mut Batch<'_>,
        cell: &Cell<'_>,
        place: &Place,
        leaf: Leaf<'_>,
    ) -> bool {
        match leaf {
            Leaf::Set(new, rule) => batch.set_cell(rule, cell.index, new),
            Leaf::Removed(rule) if place.has_key => {
                batch.delete_cell(rule, cell.index);
                self.gone = Some((cell.node, cell.path.to_owned()));
                return true;
            }
            // What has no key has a place that nothing else can take.
            Leaf::Removed(rule) => batch.set_cell(rule, cell.index, ""),
            Leaf::Dropped(rule) => {
                self.drops.entry(cell.node).or_insert(rule);
            }
        }
        false
    }

    /// What becomes of a value whose rule asks for none of its text; whether it is gone.
    fn without_text(&mut self, batch: &mut Batch<'_>, cell: &Cell<'_>, place: &Place) -> bool {
        let detection = self
            .redaction
            .detection
            .as_ref()
            .zip(place.treatment.as_ref());
        let found =
            detection.and_then(|(detection, treatment)| detection.found_without_text(treatment));
        match found {
            Some(Found::Removed(rule)) if place.has_key => {
                self.tally.note(Deed::Masked, false, || place.name.clone());
                self.write(batch, cell, place, Leaf::Removed(rule))
            }
            Some(Found::Dropped(rule)) => self.write(batch, cell, place, Leaf::Dropped(rule)),
            _ => false,
        }
    }

    /// Whether a cell stands in what was taken away last.
    fn is_within_gone(&self, cell: &Cell<'_>) -> bool {
        self.gone.as_ref().is_some_and(|(node, path)| {
            let rest = cell.path.strip_prefix(path.as_str());
            *node == cell.node && rest.is_some_and(|rest| rest.starts_with('['))
        })
    }

    /// The text of an attribute that is looked at; none if it is not looked at. Where the Collector looks at text alone, all else is
    /// an empty text to it.
    pub(super) fn attribute_text<'v>(&self, value: Value<'v>) -> Option<Cow<'v, str>> {
        match value {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            value if !self.redaction.everywhere => Some(if self.redaction.all_types {
                tollgate_values::text(value)
            } else {
                Cow::Borrowed("")
            }),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            // What is in them are cells of their own.
            Value::Array(_) | Value::Map(_) | Value::Empty | Value::Withheld => None,
            number => self
                .redaction
                .all_types
                .then(|| tollgate_values::text(number)),
        }
    }

    fn masked_attribute(
        &self,
        batch: &Batch<'_>,
        cell: &Cell<'_>,
        key: &str,
        text: &str,
        suspects: Suspects<'_>,
    ) -> Option<(String, Rule)> {
        let redaction = self.redaction;
        let mut new = redaction.values.masked(text, suspects);
        if let Some(urls) = redaction
            .urls
            .as_ref()
            .filter(|urls| urls.has_attribute(key))
        {
            let before = new.as_ref().map_or(text, |(new, _)| new);
            new = redaction
                .sanitized(before, url::sanitized(before), urls.rule)
                .or(new);
        }
        if redaction.databases.has_attribute(key) {
            let system = batch.node(cell.node).map(db::system).unwrap_or_default();
            let before = new.as_ref().map_or(text, |(new, _)| new);
            let after =
                redaction
                    .databases
                    .attribute(before, key, &system, batch.signal() == Signal::Logs);
            new = redaction
                .sanitized(before, after, redaction.databases.rule)
                .or(new);
        }
        new.filter(|(new, _)| new != text)
    }

    /// A text that is neither an attribute of its own nor a body; whether it is gone.
    fn leaf(
        &mut self,
        batch: &mut Batch<'_>,
        cell: &Cell<'_>,
        place: &Place,
        suspects: Suspects<'_>,
    ) -> bool {
        let everywhere = self.redaction.everywhere;
        if asks_for_no_text(place) && place.has_key {
            return self.without_text(batch, cell, place);
        }
        let Some(text) = self.attribute_text(cell.value) else {
            return false;
        };
        let suspects = seen_or_all(cell.value, everywhere, suspects);
        let masked = self.redaction.values.masked(&text, suspects);
        let Some(leaf) = self.settled(place, &text, masked) else {
            return false;
        };
        self.tally.note(Deed::Masked, false, || place.name.clone());
        self.write(batch, cell, place, leaf.of_kind(cell.value, everywhere))
    }

    fn body(
        &mut self,
        batch: &mut Batch<'_>,
        cell: &Cell<'_>,
        place: &Place,
        suspects: Suspects<'_>,
    ) {
        let redaction = self.redaction;
        if matches!(cell.value, Value::Array(_) | Value::Map(_)) {
            if redaction.whole_bodies {
                let mut walk = BodyWalk {
                    redaction,
                    tally: &mut self.tally,
                    steps: Vec::new(),
                    rule: None,
                    dropped: None,
                };
                if let (Some(new), Some(rule)) = (walk.body(cell.value), walk.rule) {
                    batch.set_cell(rule, cell.index, new);
                }
                if let Some(rule) = walk.dropped {
                    self.drops.entry(cell.node).or_insert(rule);
                }
            }
            return;
        }
        // The Collector forgets to say that it spared a body that is no map and no list.
        if redaction.values.spares_whole()
            && redaction.values.has_allowed()
            && redaction
                .values
                .is_allowed(&tollgate_values::text(cell.value))
        {
            return;
        }
        let suspects = seen_or_all(cell.value, redaction.everywhere, suspects);
        let treatment = place.treatment.as_ref();
        let name = || "body".to_owned();
        let leaf = redaction.body_leaf(cell.value, &mut self.tally, suspects, treatment, name);
        if let Some(leaf) = leaf {
            self.write(batch, cell, place, leaf);
        }
    }

    fn span_name(
        &mut self,
        batch: &mut Batch<'_>,
        cell: &Cell<'_>,
        place: &Place,
        suspects: Suspects<'_>,
    ) {
        let redaction = self.redaction;
        let Some(name) = cell.value.as_text() else {
            return;
        };
        let masked = if redaction.everywhere {
            redaction.values.masked(name, suspects)
        } else {
            None
        };
        let before = masked.as_ref().map_or(name, |(new, _)| new);
        let span_names = redaction.span_names.zip(batch.node(cell.node));
        let new = span_names.and_then(|(names, span)| names.sanitized(redaction, span, before));
        if masked.is_some() {
            self.tally.note(Deed::Masked, false, || place.name.clone());
        }
        let was_masked = masked.is_some();
        if let Some(leaf) = self.settled(place, name, new.or(masked)) {
            if !was_masked && redaction.detection.is_some() {
                self.tally.note(Deed::Masked, false, || place.name.clone());
            }
            self.write(batch, cell, place, leaf);
        }
    }
}

/// Whether a rule takes away what stands here, or drops its record, whatever it is.
fn asks_for_no_text(place: &Place) -> bool {
    let treatment = place.treatment.as_ref();
    treatment.is_some_and(|treatment| treatment.removes().or(treatment.drops()).is_some())
}

/// The screen has seen what is text; other values have to be tried against every pattern.
fn seen_or_all<'h>(value: Value<'_>, everywhere: bool, suspects: Suspects<'h>) -> Suspects<'h> {
    match value {
        Value::Text(_) => suspects,
        Value::Bytes(_) if everywhere => suspects,
        _ => Suspects::All,
    }
}
