//! What a scene shows: the batch, with what statements have changed of it.

use tollgate_ottl::nested::{self, Step};
use tollgate_ottl::{Entries, Error, Slot, Text, Value, put};
use tollgate_sdk::{Field, NodeKind, NodeView};

use crate::change::Change;
use crate::layout::{At, Place};
use crate::rows::{ALL, Holds, Row};
use crate::scene::Scene;
use crate::{convert, field};

impl<'e> Scene<'e> {
    #[inline]
    pub(crate) fn cell(&self, field: Field) -> Option<tollgate_sdk::Value<'e>> {
        self.node?.get(field)
    }

    /// What statements have changed of a unit.
    #[inline]
    pub(crate) fn changed(&self, at: Option<At>) -> &Change<'e> {
        match at.and_then(|at| Some((self.layers.get(at.layer)?, at.unit))) {
            Some(((_, changes), unit)) => changes.unit(unit),
            None => &Change::Kept,
        }
    }

    /// What another unit of a layer has in the batch.
    pub(crate) fn original(&self, layer: usize, unit: usize) -> Option<tollgate_sdk::Value<'e>> {
        let unit = self.layout.units.get(layer)?.get(unit)?;
        self.cell(unit.field?)
    }

    /// What a field holds now.
    #[inline]
    pub(crate) fn held(&self, holds: Holds, field: Field, at: Option<At>) -> Value<'e> {
        match self.changed(at) {
            Change::Kept => field::held(holds, self.cell(field)),
            Change::Set(value, _) => value.clone(),
            Change::Copied(..) | Change::Deleted(_) | Change::Displaced => field::held(holds, None),
        }
    }

    /// Whether the metric is of a kind that has a field.
    pub(crate) fn has(&self, row: &Row) -> bool {
        row.kinds == ALL
            || self
                .metric_kind()
                .is_some_and(|kind| row.kinds.checked_shr(kind).unwrap_or_default() & 1 == 1)
    }

    pub(crate) fn metric_kind(&self) -> Option<u32> {
        let kind = self
            .cell(self.layout.metric_type?)
            .and_then(tollgate_sdk::Value::as_i64);
        u32::try_from(kind.unwrap_or_default()).ok()
    }

    /// An entry of a map, and whether it is there.
    pub(crate) fn entry(&self, field: Field, at: Option<At>) -> Option<Value<'e>> {
        match self.changed(at) {
            Change::Kept => self.cell(field).map(convert::read),
            Change::Set(value, _) => Some(value.clone()),
            Change::Copied(unit, _) => self.original(at?.layer, *unit).map(convert::read),
            Change::Deleted(_) | Change::Displaced => None,
        }
    }

    /// An entry of a map that is looked at as a whole.
    pub(crate) fn inside(&self, map: usize, key: &str) -> Option<Value<'e>> {
        let place = self.layout.maps.get(map)?;
        let (_, changes) = self.layers.get(place.layer)?;
        if let Some(working) = changes.map(map) {
            return working.get(key).cloned();
        }
        self.of_kind(place.of.kind)?
            .attribute(key)
            .map(convert::read)
    }

    /// What a map holds that is set as an entry of itself: upstream copies it when the entry is there already, and empty.
    pub(crate) fn with_itself(
        &self,
        handed: Option<(usize, tollgate_ottl::Map<'e>)>,
        (map, key): (usize, &'e str),
        steps: &[Step<'_>],
        value: Value<'e>,
    ) -> Value<'e> {
        let (Some((handed, before)), Value::Map(now)) = (handed, &value) else {
            return value;
        };
        let held = self.inside(map, key);
        if handed != map
            || !before.is(now)
            || !steps.is_empty()
            || matches!(held, Some(Value::Map(_)))
        {
            return value;
        }
        let mut entries = now.clone().into_vec();
        put(
            &mut entries,
            Text::Borrowed(key),
            convert::map(Entries::new()),
        );
        convert::map(entries)
    }

    /// The entries of a map.
    pub(crate) fn entries(&self, map: usize) -> Value<'e> {
        let Some(place) = self.layout.maps.get(map) else {
            return Value::Nil;
        };
        let working = self.layers.get(place.layer);
        if let Some(working) = working.and_then(|(_, changes)| changes.map(map)) {
            return working.map();
        }
        let node = self.of_kind(place.of.kind);
        let entries = node.into_iter().flat_map(|node| node.attributes());
        let entries = entries.map(|(key, value)| (Text::Borrowed(key), convert::read(value)));
        convert::map(entries.collect())
    }

    /// The node of a kind: this one, or the one above it.
    pub(crate) fn of_kind(&self, kind: NodeKind) -> Option<NodeView<'e>> {
        let node = self.node?;
        if node.kind() == kind {
            Some(node)
        } else {
            node.ancestor(kind)
        }
    }

    /// Where an entry is copied to, and from which unit, if nothing has to be known of the value but where it stands: statements may
    /// change both entries, so this is most likely a new key for it.
    #[inline]
    pub(crate) fn copied(&self, from: Slot, to: Slot) -> Option<(usize, At)> {
        let (
            Place::Entry { field, at, steps },
            Place::Entry {
                at: to,
                steps: inside,
                ..
            },
        ) = (self.layout.place(from)?, self.layout.place(to)?)
        else {
            return None;
        };
        let (at, to) = ((*at)?, (*to)?);
        let is_whole = steps.is_empty() && inside.is_empty();
        if !is_whole || at.layer != to.layer || at.unit == to.unit {
            return None;
        }
        let is_kept = matches!(self.changed(Some(at)), Change::Kept);
        (is_kept && self.cell(*field).is_some_and(convert::is_plain)).then_some((at.unit, to))
    }

    pub(crate) fn cached(&self, steps: &'e [Step<'static>]) -> Result<Value<'e>, Error> {
        match steps.split_first() {
            None => Ok(convert::map(self.cache.clone())),
            Some((Step::Text(key), rest)) => {
                let found = self.cache.iter().find(|(known, _)| known == key);
                match found {
                    Some((_, value)) => nested::get(value.clone(), rest),
                    None => Ok(Value::Nil),
                }
            }
            Some(_) => Err(Error::failed("keys of a cache are texts")),
        }
    }

    pub(crate) fn request(
        &self,
        field: Field,
        path: &str,
        whole: bool,
        steps: &'e [Step<'static>],
    ) -> Result<Value<'e>, Error> {
        let listed = |value: Value<'e>| match value {
            Value::List(list) => Value::List(list),
            Value::Nil => Value::Nil,
            other if path == "metadata" => Value::List(tollgate_ottl::List::new(
                tollgate_ottl::ListKind::Slice,
                vec![other],
            )),
            other => other,
        };
        if whole {
            let node = self.of_kind(NodeKind::Request);
            let cells = node.into_iter().flat_map(|node| node.values());
            let entries = cells.filter_map(|(_, full, value)| {
                let key = full
                    .strip_prefix(path)?
                    .strip_prefix("[\"")?
                    .strip_suffix("\"]")?;
                Some((Text::Borrowed(key), listed(convert::read(value))))
            });
            return Ok(convert::map(entries.collect()));
        }
        let value = listed(self.cell(field).map_or(Value::Nil, convert::read));
        if steps.is_empty() || value.is_nil() {
            return Ok(value);
        }
        nested::get(value, steps)
    }
}
