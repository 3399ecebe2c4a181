//! The record of a test while a text runs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::empty_map;
use crate::nested::{self, Step};
use crate::value::{Map, MapKind, Text};
use crate::{Error, Key, Path, Paths, Slot, Telemetry, Time, Usage, Value};

/// The paths that a text names.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) roots: Option<Vec<String>>,
    pub(super) known: Vec<Known>,
}

#[derive(Debug)]
pub(super) struct Known {
    root: String,
    keys: Vec<Held>,
    pub(super) usage: Usage,
}

#[derive(Debug)]
enum Held {
    Text(String),
    Index(i64),
}

impl Known {
    pub(super) fn spelled(&self) -> String {
        let mut out = self.root.clone();
        for key in &self.keys {
            let _ = match key {
                Held::Text(text) => write!(out, "[{text:?}]"),
                Held::Index(index) => write!(out, "[{index}]"),
            };
        }
        out
    }

    fn steps(&self) -> Vec<Step<'_>> {
        let keys = self.keys.iter();
        keys.map(|key| match key {
            Held::Text(text) => Step::Text(Text::Borrowed(text)),
            Held::Index(index) => Step::Index(*index),
        })
        .collect()
    }
}

impl Paths for Places {
    fn resolve(&mut self, path: &Path<'_>, usage: Usage) -> Result<Slot, String> {
        let mut root = path.context.name().to_owned();
        let mut keys = Vec::new();
        for segment in &path.segments {
            root.push('.');
            root.push_str(segment.name);
            keys.extend(segment.keys.iter().map(|key| match *key {
                Key::Text(text) => Held::Text(text.to_owned()),
                Key::Index(index) => Held::Index(index),
            }));
        }
        if self
            .roots
            .as_ref()
            .is_some_and(|roots| !roots.contains(&root))
        {
            return Err(format!("there is no path `{root}`"));
        }
        let slot = u32::try_from(self.known.len()).map_err(|error| error.to_string())?;
        self.known.push(Known { root, keys, usage });
        Ok(Slot(slot))
    }

    fn is_map(&self, path: &Path<'_>) -> bool {
        path.segments
            .last()
            .is_some_and(|last| last.keys.is_empty() && matches!(last.name, "attributes" | "cache"))
    }
}

/// The record while a text runs.
pub(super) struct Memory<'e> {
    pub(super) places: &'e [Known],
    pub(super) values: BTreeMap<String, Value<'e>>,
    pub(super) now: Time,
    pub(super) seed: u64,
}

const UNKNOWN: Error = Error::failed("there is no such place");

impl<'e> Memory<'e> {
    fn place(&self, slot: Slot) -> Result<&'e Known, Error> {
        usize::try_from(slot.0)
            .ok()
            .and_then(|slot| self.places.get(slot))
            .ok_or(UNKNOWN)
    }

    fn root(&self, place: &Known) -> Value<'e> {
        match self.values.get(&place.root) {
            Some(value) => value.clone(),
            None if is_map(&place.root) => empty_map(),
            None => Value::Nil,
        }
    }
}

fn is_map(root: &str) -> bool {
    matches!(root.rsplit_once('.'), Some((_, "attributes" | "cache")))
}

impl<'e> Telemetry<'e> for Memory<'e> {
    fn get(&mut self, slot: Slot) -> Result<Value<'e>, Error> {
        let place = self.place(slot)?;
        nested::get(self.root(place), &place.steps())
    }

    fn set(&mut self, slot: Slot, value: Value<'e>) -> Result<(), Error> {
        let place = self.place(slot)?;
        let root = self.root(place);
        let changed = if !place.keys.is_empty() {
            nested::set(root, &place.steps(), value)?
        } else if is_map(&place.root) {
            match value {
                Value::Nil => empty_map(),
                other => crate::convert::map(other)?.into(),
            }
        } else if matches!(place.root.rsplit_once('.'), Some((_, "body"))) {
            value.storable()?
        } else {
            value
        };
        self.values.insert(place.root.clone(), changed);
        Ok(())
    }

    fn delete(&mut self, slot: Slot) -> Result<(), Error> {
        let place = self.place(slot)?;
        let mut steps = place.steps();
        let Some(Step::Text(last)) = steps.pop() else {
            return Err(UNKNOWN);
        };
        let map = nested::get(self.root(place), &steps)?;
        let Value::Map(map) = map else {
            return Err(Error::expected("pcommon.Map", map.type_name()));
        };
        let mut entries = map.into_vec();
        entries.retain(|(key, _)| *key != last);
        let changed = Map::new(MapKind::Map, entries).into();
        let changed = nested::set(self.root(place), &steps, changed)?;
        self.values.insert(place.root.clone(), changed);
        Ok(())
    }

    fn holds(&mut self, slot: Slot) -> Result<bool, Error> {
        let place = self.place(slot)?;
        let steps = place.steps();
        let Some((last, above)) = steps.split_last() else {
            return Ok(self.values.contains_key(&place.root));
        };
        let container = nested::get(self.root(place), above)?;
        if container.is_nil() {
            return Ok(false);
        }
        nested::step(&container, last).map(|found| found.is_some())
    }

    fn now(&self) -> Time {
        self.now
    }

    fn random(&mut self) -> u64 {
        // SplitMix64.
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
