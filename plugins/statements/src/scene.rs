//! One record, with what is above it, while statements run on it.

use std::collections::BTreeMap;

use tollgate_ottl::nested::{self, Step};
use tollgate_ottl::{Entries, Error, Slot, Telemetry, Text, Time, Value, convert as getters, put};
use tollgate_sdk::{Batch, Field, NodeKind, NodeView, Rule};

use crate::change::{Change, Changes};
use crate::layout::{At, Held, LAYERS, Layout, Place, layer};
use crate::rows::{ALL, Holds, Row};
use crate::{convert, entry, field, flush, functions, trace_state};

/// What statements run on: a node of the batch, those above it, and what earlier statements have changed of them.
///
/// Values are borrowed from the batch. Changes are kept here, so that later statements see them, and written by [`Scene::flush`].
pub struct Scene<'e> {
    layout: &'e Layout,
    now: Time,
    random: u64,
    pub(crate) rule: Option<Rule>,
    node: Option<NodeView<'e>>,
    /// By layer: the node whose changes are at hand, and its changes.
    pub(crate) layers: [(Option<NodeView<'e>>, Changes<'e>); LAYERS],
    /// Changes of other nodes.
    kept: BTreeMap<u32, (NodeView<'e>, Changes<'e>)>,
    /// Changes that are empty, with room.
    spare: Vec<Changes<'e>>,
    cache: Entries<'e>,
    /// The map that was handed out last, as it was then.
    handed: Option<(usize, tollgate_ottl::Map<'e>)>,
}

/// Upstream's processors and connectors never say it.
const NO_INDEX: Error = Error::failed("no 'event_index' property has been set");
const NO_KEY: Error = Error::expected("string as a key", "int64");
pub(crate) const READ_ONLY: Error = Error::failed("this path cannot be set");

impl<'e> Scene<'e> {
    /// For one batch, by its time and its seed.
    #[must_use]
    pub fn new(layout: &'e Layout, now: u64, seed: u64) -> Self {
        Self {
            layout,
            now: Time::from_unix_nanos(now.cast_signed()),
            random: seed,
            rule: None,
            node: None,
            layers: Default::default(),
            kept: BTreeMap::new(),
            spare: Vec::new(),
            cache: Entries::new(),
            handed: None,
        }
    }

    /// Where the paths lead.
    #[must_use]
    pub const fn layout(&self) -> &'e Layout {
        self.layout
    }

    /// Goes to a node, with an empty cache. Changes of the node before it are kept.
    pub fn enter(&mut self, node: NodeView<'e>) {
        self.node = Some(node);
        self.handed = None;
        self.cache.clear();
        for place in 0..LAYERS {
            if self.layout.writes(place) {
                self.enter_layer(place, node);
            }
        }
    }

    fn enter_layer(&mut self, place: usize, node: NodeView<'e>) {
        let Some((at, changes)) = self.layers.get_mut(place) else {
            return;
        };
        let wanted = if layer(node.kind()) == Some(place) {
            Some(node.index())
        } else {
            kind_of(place, node).and_then(|kind| node.ancestor_index(kind))
        };
        if at.map(|at| at.index()) == wanted {
            return;
        }
        if let Some(at) = at
            && changes.dirty
        {
            let fresh = self.spare.pop().unwrap_or_default();
            self.kept
                .insert(at.index(), (*at, std::mem::replace(changes, fresh)));
        }
        *at = match kind_of(place, node) {
            Some(kind) if kind == node.kind() => Some(node),
            Some(kind) => node.ancestor(kind),
            None => None,
        };
        if let Some(index) = wanted
            && let Some((_, known)) = self.kept.remove(&index)
        {
            self.spare.push(std::mem::replace(changes, known));
        }
    }

    /// The node that statements run on.
    #[must_use]
    pub const fn node(&self) -> Option<NodeView<'e>> {
        self.node
    }

    /// Says which rule the changes that follow are due to.
    #[inline]
    pub const fn rule(&mut self, rule: Rule) {
        self.rule = Some(rule);
    }

    /// Takes the cache over, to be given back by [`Scene::put_cache`] for the next node: a cache that is shared.
    #[must_use]
    pub fn take_cache(&mut self) -> Entries<'e> {
        std::mem::take(&mut self.cache)
    }

    /// Gives the node a cache.
    pub fn put_cache(&mut self, cache: Entries<'e>) {
        self.cache = cache;
    }

    /// Forgets what was changed of the node itself.
    pub fn discard(&mut self) {
        let place = self.node.and_then(|node| layer(node.kind()));
        if let Some((_, changes)) = place.and_then(|place| self.layers.get_mut(place)) {
            changes.clear();
        }
    }

    /// Writes the changes of the node itself, which no later statement will look at.
    #[inline]
    pub fn flush_node(&mut self, batch: &mut Batch<'_>) {
        let place = self.node.and_then(|node| layer(node.kind()));
        if let Some(place) = place
            && let Some((Some(at), changes)) = self.layers.get_mut(place)
            && changes.dirty
        {
            flush::write(self.layout, place, *at, changes, batch);
            changes.clear();
        }
    }

    /// Writes all changes.
    pub fn flush(&mut self, batch: &mut Batch<'_>) {
        let at_hand = self.layers.iter_mut().filter_map(|(at, changes)| {
            let at = (*at)?;
            changes
                .dirty
                .then(|| (at.index(), (at, std::mem::take(changes))))
        });
        self.kept.extend(at_hand);
        for (_, (at, changes)) in std::mem::take(&mut self.kept) {
            if let Some(place) = layer(at.kind()) {
                flush::write(self.layout, place, at, &changes, batch);
            }
        }
    }

    #[inline]
    pub(crate) fn cell(&self, field: Field) -> Option<tollgate_sdk::Value<'e>> {
        self.node?.get(field)
    }

    /// What statements have changed of a unit.
    #[inline]
    fn changed(&self, at: Option<At>) -> &Change<'e> {
        match at.and_then(|at| Some((self.layers.get(at.layer)?, at.unit))) {
            Some(((_, changes), unit)) => changes.unit(unit),
            None => &Change::Kept,
        }
    }

    /// What another unit of a layer has in the batch.
    fn original(&self, layer: usize, unit: usize) -> Option<tollgate_sdk::Value<'e>> {
        let unit = self.layout.units.get(layer)?.get(unit)?;
        self.cell(unit.field?)
    }

    /// What a field holds now.
    #[inline]
    fn held(&self, holds: Holds, field: Field, at: Option<At>) -> Value<'e> {
        match self.changed(at) {
            Change::Kept => field::held(holds, self.cell(field)),
            Change::Set(value, _) => value.clone(),
            Change::Copied(..) | Change::Deleted(_) | Change::Displaced => field::held(holds, None),
        }
    }

    /// Whether the metric is of a kind that has a field.
    fn has(&self, row: &Row) -> bool {
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
    fn entry(&self, field: Field, at: Option<At>) -> Option<Value<'e>> {
        match self.changed(at) {
            Change::Kept => self.cell(field).map(convert::read),
            Change::Set(value, _) => Some(value.clone()),
            Change::Copied(unit, _) => self.original(at?.layer, *unit).map(convert::read),
            Change::Deleted(_) | Change::Displaced => None,
        }
    }

    /// An entry of a map that is looked at as a whole.
    fn inside(&self, map: usize, key: &str) -> Option<Value<'e>> {
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
    fn with_itself(
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
    fn entries(&self, map: usize) -> Value<'e> {
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
    fn copied(&self, from: Slot, to: Slot) -> Option<(usize, At)> {
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

    #[inline]
    fn change(
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

    fn set_field(
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
    fn displace(&mut self, row: &Row, at: Option<At>) {
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
    fn working(&mut self, map: usize) -> Result<&mut crate::change::Working<'e>, Error> {
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

    fn set_all(&mut self, map: usize, value: Value<'e>) -> Result<(), Error> {
        let entries = match value {
            Value::Nil => Entries::new(),
            other => getters::map(other)?.into_vec(),
        };
        self.working(map)?.entries = entries;
        Ok(())
    }

    fn cached(&self, steps: &'e [Step<'static>]) -> Result<Value<'e>, Error> {
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

    fn set_cached(&mut self, steps: &'e [Step<'static>], value: Value<'e>) -> Result<(), Error> {
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

    fn request(
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

/// The kind of node that a layer is of, above or at a node.
fn kind_of(place: usize, node: NodeView<'_>) -> Option<NodeKind> {
    Some(match place {
        0 => NodeKind::Resource,
        1 => NodeKind::Scope,
        2 => NodeKind::Metric,
        3 => node.signal().record_kind(),
        4 => NodeKind::SpanEvent,
        _ => return None,
    })
}

impl<'e> Telemetry<'e> for Scene<'e> {
    #[inline]
    fn get(&mut self, slot: Slot) -> Result<Value<'e>, Error> {
        let layout = self.layout;
        match layout.place(slot) {
            Some(Place::Field {
                row,
                field,
                at,
                steps,
            }) => {
                if !self.has(row) {
                    return Ok(Value::Nil);
                }
                let held = self.held(row.holds, *field, *at);
                if !steps.is_empty() {
                    return nested::get(held, steps);
                }
                field::show(row, held)
            }
            Some(Place::Entry { field, at, steps }) => match self.entry(*field, *at) {
                Some(value) if steps.is_empty() => Ok(value),
                Some(value) => nested::get(value, steps),
                None => Ok(Value::Nil),
            },
            Some(Place::Inside { map, key, steps }) => match self.inside(*map, key) {
                Some(value) if steps.is_empty() => Ok(value),
                Some(value) => nested::get(value, steps),
                None => Ok(Value::Nil),
            },
            Some(Place::Map(map)) => {
                let entries = self.entries(*map);
                if let Value::Map(entries) = &entries {
                    self.handed = Some((*map, entries.clone()));
                }
                Ok(entries)
            }
            Some(Place::Cache(steps)) => self.cached(steps),
            Some(Place::TraceState { field, at, key }) => {
                let held = getters::text(self.held(Holds::Text, *field, *at))?;
                Ok(trace_state::get(&held, key))
            }
            Some(Place::Request {
                field,
                path,
                whole,
                steps,
            }) => self.request(*field, path, *whole, steps),
            Some(Place::NoKey) => Err(NO_KEY),
            Some(Place::EventIndex) => Err(NO_INDEX),
            Some(other) => Ok(self.opaque(other)),
            None => Ok(Value::Nil),
        }
    }

    fn set(&mut self, slot: Slot, value: Value<'e>) -> Result<(), Error> {
        let layout = self.layout;
        // What is stored elsewhere is a copy, and no longer the map itself.
        let handed = self.handed.take();
        match layout.place(slot) {
            Some(Place::Field {
                row,
                field,
                at,
                steps,
            }) => self.set_field(row, *field, *at, steps, value),
            Some(Place::Entry { field, at, steps }) => {
                let (changed, result) = entry::set(|| self.entry(*field, *at), steps, value);
                if let Some(changed) = changed {
                    self.change(*at, |rule| Change::Set(changed, rule))?;
                }
                result
            }
            Some(Place::Inside { map, key, steps }) => {
                let value = self.with_itself(handed, (*map, key), steps, value);
                let (changed, result) = entry::set(|| self.inside(*map, key), steps, value);
                if let Some(changed) = changed {
                    self.working(*map)?.set(Text::Borrowed(key), changed);
                }
                result
            }
            Some(Place::Map(map)) => self.set_all(*map, value),
            Some(Place::Cache(steps)) => self.set_cached(steps, value),
            Some(Place::TraceState { field, at, key }) => {
                let wanted = getters::text(value)?;
                let held = getters::text(self.held(Holds::Text, *field, *at))?;
                match trace_state::insert(&held, key, &wanted) {
                    Some(changed) => {
                        self.change(*at, |rule| Change::Set(Value::text(changed), rule))
                    }
                    None => Ok(()),
                }
            }
            // What stands there already is all that can be set.
            Some(Place::Status) if matches!(value, Value::Opaque(_)) => Ok(()),
            Some(Place::Children(children)) => self.set_children(*children, &value),
            Some(Place::NoKey) => Err(NO_KEY),
            _ => Err(READ_ONLY),
        }
    }

    #[inline]
    fn copy(&mut self, from: Slot, to: Slot) -> Result<(), Error> {
        if let Some((unit, at)) = self.copied(from, to) {
            return self.change(Some(at), |rule| Change::Copied(unit, rule));
        }
        let value = self.get(from)?;
        self.set(to, value)
    }

    fn delete(&mut self, slot: Slot) -> Result<(), Error> {
        let layout = self.layout;
        match layout.place(slot) {
            Some(Place::Entry { at, steps, .. }) if steps.is_empty() => {
                self.change(*at, Change::Deleted)
            }
            Some(Place::Inside { map, key, steps }) if steps.is_empty() => {
                self.working(*map)?.take(key);
                Ok(())
            }
            Some(Place::Cache(steps)) => {
                if let [Step::Text(key)] = steps.as_slice() {
                    self.cache.retain(|(known, _)| known != key);
                }
                Ok(())
            }
            _ => Err(READ_ONLY),
        }
    }

    fn holds(&mut self, slot: Slot) -> Result<bool, Error> {
        let layout = self.layout;
        Ok(match layout.place(slot) {
            Some(Place::Entry { field, at, steps }) if steps.is_empty() => {
                self.entry(*field, *at).is_some()
            }
            Some(Place::Inside { map, key, steps }) if steps.is_empty() => {
                self.inside(*map, key).is_some()
            }
            Some(Place::Cache(steps)) => match steps.as_slice() {
                [Step::Text(key)] => self.cache.iter().any(|(known, _)| known == key),
                steps => steps.is_empty(),
            },
            Some(Place::Map(_)) => true,
            Some(Place::Field { row, .. }) if row.holds == Holds::Any => true,
            _ => !self.get(slot)?.is_nil(),
        })
    }

    #[inline]
    fn is_nil(&mut self, slot: Slot) -> Result<bool, Error> {
        match self.layout.place(slot) {
            Some(Place::Entry { field, at, steps }) if steps.is_empty() => {
                Ok(match self.changed(*at) {
                    Change::Kept => self.cell(*field).is_none_or(convert::is_nil),
                    Change::Set(value, _) => value.is_nil(),
                    Change::Copied(..) => false,
                    Change::Deleted(_) | Change::Displaced => true,
                })
            }
            _ => self.get(slot).map(|value| value.is_nil()),
        }
    }

    fn set_entry(&mut self, slot: Slot, key: Text<'e>, value: Value<'e>) -> Result<(), Error> {
        let layout = self.layout;
        match layout.place(slot) {
            Some(Place::Map(map)) => {
                self.working(*map)?.set(key, value.storable()?);
                Ok(())
            }
            Some(Place::Cache(steps)) if steps.is_empty() => {
                put(&mut self.cache, key, value.storable()?);
                Ok(())
            }
            _ => {
                let mut entries = getters::map(self.get(slot)?)?.into_vec();
                put(&mut entries, key, value.storable()?);
                self.set(slot, convert::map(entries))
            }
        }
    }

    fn delete_entry(&mut self, slot: Slot, key: &str) -> Result<(), Error> {
        let layout = self.layout;
        match layout.place(slot) {
            Some(Place::Map(map)) => {
                self.working(*map)?.remove(key);
                Ok(())
            }
            Some(Place::Cache(steps)) if steps.is_empty() => {
                self.cache.retain(|(known, _)| known.as_str() != key);
                Ok(())
            }
            _ => {
                let mut entries = getters::map(self.get(slot)?)?.into_vec();
                entries.retain(|(known, _)| known.as_str() != key);
                self.set(slot, convert::map(entries))
            }
        }
    }

    fn now(&self) -> Time {
        self.now
    }

    /// SplitMix64 over the seed.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn act(&mut self, action: u32, arguments: &[Value<'e>]) -> Result<Value<'e>, Error> {
        functions::act(self, action, arguments)
    }
}
