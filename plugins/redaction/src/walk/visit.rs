//! What becomes of one cell.

use std::borrow::Cow;

use tollgate_sdk::{Batch, Cell, NewValue, Rule, Signal, Value};

use super::Walk;
use crate::body::BodyWalk;
use crate::keys::Action;
use crate::places::{Kind, Place};
use crate::summary::Deed;
use crate::values::Suspects;
use crate::{db, sanitized, url};

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
        let masked_before = self.tally.masked();
        let is_gone = match place.kind {
            Kind::Attribute => self.attribute(batch, &cell, place, suspects),
            Kind::WithinAttribute => {
                if place.action == Action::Look {
                    self.leaf(batch, &cell, place, suspects);
                }
                place.action != Action::Look
            }
            Kind::Body => {
                self.body(batch, &cell, suspects);
                false
            }
            Kind::WithinBody => {
                if !self.redaction.whole_bodies {
                    let new = self.redaction.body_leaf(
                        cell.value,
                        &mut self.tally,
                        seen_or_all(cell.value, self.redaction.everywhere, suspects),
                        || place.name.clone(),
                    );
                    if let Some((new, rule)) = new {
                        batch.set_cell(rule, cell.index, new);
                    }
                }
                self.redaction.whole_bodies
            }
            Kind::SpanName => {
                self.span_name(batch, &cell, place, suspects);
                false
            }
            Kind::Other if self.redaction.everywhere => {
                self.leaf(batch, &cell, place, suspects);
                false
            }
            Kind::Other | Kind::Request => true,
        };
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
        if let Some((new, rule)) = new {
            batch.set_cell(
                rule,
                cell.index,
                as_before(cell.value, redaction.everywhere, new),
            );
            self.tally.note(Deed::Masked, false, name);
        } else if allowed {
            self.tally.note(Deed::Spared, false, name);
        }
        false
    }

    /// The text of an attribute that is looked at; none if it is not looked at. Where the Collector looks at text alone, all else is
    /// an empty text to it.
    fn attribute_text<'v>(&self, value: Value<'v>) -> Option<Cow<'v, str>> {
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
            new = sanitized(before, url::sanitized(before), urls.rule).or(new);
        }
        if redaction.databases.has_attribute(key) {
            let system = batch.node(cell.node).map(db::system).unwrap_or_default();
            let before = new.as_ref().map_or(text, |(new, _)| new);
            let after =
                redaction
                    .databases
                    .attribute(before, key, &system, batch.signal() == Signal::Logs);
            new = sanitized(before, after, redaction.databases.rule).or(new);
        }
        new.filter(|(new, _)| new != text)
    }

    /// A text that is neither an attribute of its own nor a body.
    fn leaf(
        &mut self,
        batch: &mut Batch<'_>,
        cell: &Cell<'_>,
        place: &Place,
        suspects: Suspects<'_>,
    ) {
        let Some(text) = self.attribute_text(cell.value) else {
            return;
        };
        if let Some((new, rule)) = self.redaction.values.masked(
            &text,
            seen_or_all(cell.value, self.redaction.everywhere, suspects),
        ) {
            batch.set_cell(
                rule,
                cell.index,
                as_before(cell.value, self.redaction.everywhere, new),
            );
            self.tally.note(Deed::Masked, false, || place.name.clone());
        }
    }

    fn body(&mut self, batch: &mut Batch<'_>, cell: &Cell<'_>, suspects: Suspects<'_>) {
        let redaction = self.redaction;
        if matches!(cell.value, Value::Array(_) | Value::Map(_)) {
            if redaction.whole_bodies {
                let mut walk = BodyWalk {
                    redaction,
                    tally: &mut self.tally,
                    rule: None,
                };
                if let (Some(new), Some(rule)) = (walk.body(cell.value), walk.rule) {
                    batch.set_cell(rule, cell.index, new);
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
        if let Some((new, rule)) = redaction.body_leaf(
            cell.value,
            &mut self.tally,
            seen_or_all(cell.value, self.redaction.everywhere, suspects),
            || "body".to_owned(),
        ) {
            batch.set_cell(rule, cell.index, new);
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
        if let Some((new, rule)) = new.or(masked) {
            batch.set_cell(rule, cell.index, new);
        }
    }
}

/// The screen has seen what is text; other values have to be tried against every pattern.
fn seen_or_all<'h>(value: Value<'_>, everywhere: bool, suspects: Suspects<'h>) -> Suspects<'h> {
    match value {
        Value::Text(_) => suspects,
        Value::Bytes(_) if everywhere => suspects,
        _ => Suspects::All,
    }
}

/// Text in place of bytes stays bytes, where it was looked at as what it says.
fn as_before(value: Value<'_>, everywhere: bool, new: String) -> NewValue<'static> {
    if everywhere && matches!(value, Value::Bytes(_)) {
        NewValue::from(new.into_bytes())
    } else {
        NewValue::from(new)
    }
}
