//! What statements change of a scene.

use tollgate_ottl::nested::Step;
use tollgate_ottl::{Entries, Error, Text, Value, convert as getters, put};
use tollgate_sdk::{Field, Rule};

use crate::change::Change;
use crate::layout::{At, Held};
use crate::rows::Row;
use crate::scene::Scene;
use crate::{entry, field};

/// What cannot be set.
pub(crate) const READ_ONLY: Error = Error::failed("this path cannot be set");

impl<'e> Scene<'e> {
    #[inline]
    pub(crate) fn change(
        &mut self,
        at: Option<At>,
        change: impl FnOnce(Rule) -> Change<'e>,
    ) -> Result<(), Error> {
        let (Some(at), Some(rule)) = (at, self.rule) else {
            return Err(READ_ONLY);
        };
        if let Some((_, changes)) = self.layers.get_mut(at.layer) {
            changes.set(at.unit, change(rule));
        }
        Ok(())
    }

    pub(crate) fn set_field(
        &mut self,
        row: &'static Row,
        field: Field,
        at: Option<At>,
        steps: &'e [Step<'static>],
        value: Value<'e>,
    ) -> Result<(), Error> {
        if !self.has(row) {
            // Upstream's setters of metrics overlook kinds that have no such field; those of points do not.
            if row.field.starts_with("metric.") {
                return field::store(row, value).map(|_| ());
            }
            return Err(Error::failed("data points of this kind have no such field"));
        }
        if !steps.is_empty() {
            let container = self.held(row.holds, field, at);
            if !matches!(container, Value::List(_) | Value::Map(_)) {
                return Err(Error::expected("a list or a map", container.type_name()));
            }
            let (changed, result) = entry::set(|| Some(container), steps, value);
            if let Some(changed) = changed {
                self.change(at, |rule| Change::Set(changed, rule))?;
            }
            return result;
        }
        let Some(stored) = field::store(row, value)? else {
            return Ok(());
        };
        self.change(at, |rule| Change::Set(stored, rule))?;
        self.displace(row, at);
        Ok(())
    }

    /// A number has one value: setting one takes the other away.
    pub(crate) fn displace(&mut self, row: &Row, at: Option<At>) {
        let other = match row.field {
            "value_int" => "value_double",
            "value_double" => "value_int",
            _ => return,
        };
        let Some(at) = at else { return };
        let units = self
            .layout
            .units
            .get(at.layer)
            .map_or(&[][..], Vec::as_slice);
        let other = units
            .iter()
            .position(|unit| matches!(unit.what, Held::Field(row) if row.field == other));
        if let Some(other) = other
            && let Some((_, changes)) = self.layers.get_mut(at.layer)
        {
            changes.set(other, Change::Displaced);
        }
    }

    /// The map at a slot, to be changed.
    pub(crate) fn working(&mut self, map: usize) -> Result<&mut crate::change::Working<'e>, Error> {
        let rule = self.rule.ok_or(READ_ONLY)?;
        let place = self
            .layout
            .maps
            .get(map)
            .filter(|place| place.written)
            .ok_or(READ_ONLY)?;
        let node = self.of_kind(place.of.kind);
        let (_, changes) = self.layers.get_mut(place.layer).ok_or(READ_ONLY)?;
        changes.map_mut(map, rule, node).ok_or(READ_ONLY)
    }

    pub(crate) fn set_all(&mut self, map: usize, value: Value<'e>) -> Result<(), Error> {
        let entries = match value {
            Value::Nil => Entries::new(),
            other => getters::map(other)?.into_vec(),
        };
        self.working(map)?.entries = entries;
        Ok(())
    }

    pub(crate) fn set_cached(
        &mut self,
        steps: &'e [Step<'static>],
        value: Value<'e>,
    ) -> Result<(), Error> {
        match steps.split_first() {
            None => {
                self.cache = match value {
                    Value::Nil => Entries::new(),
                    other => getters::map(other)?.into_vec(),
                };
            }
            Some((Step::Text(key), rest)) => {
                let held = || {
                    let found = self.cache.iter().find(|(known, _)| known == key);
                    found.map(|(_, value)| value.clone())
                };
                let (changed, result) = entry::set(held, rest, value);
                if let Some(changed) = changed {
                    put(&mut self.cache, Text::Borrowed(key), changed);
                }
                result?;
            }
            Some(_) => return Err(Error::failed("keys of a cache are texts")),
        }
        Ok(())
    }
}
