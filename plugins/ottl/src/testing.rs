//! A record in memory, for the tests of functions and for tables of statements.
//!
//! Every path exists. `attributes` and `cache` of any context are maps that are always there, a body holds what telemetry can hold, and
//! everything else is nothing until it is set, and then what it was set to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::nested::{self, Step};
use crate::value::{Map, MapKind, Text};
use crate::{
    Compiler, Context, Error, Key, Mistake, Path, Paths, Registry, Slot, Telemetry, Time, Usage,
    Value,
};

/// Why a text has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It was refused when it was compiled.
    Refused(Mistake),
    /// It failed when it ran.
    Failed(Error),
}

/// A record: values by their paths, such as `log.attributes`.
#[derive(Debug, Clone)]
pub struct Record {
    context: Context,
    functions: Registry,
    values: BTreeMap<String, Value<'static>>,
    now: Time,
    seed: u64,
    closed: bool,
}

impl Default for Record {
    fn default() -> Self {
        Self::new(Context::Log)
    }
}

impl Record {
    /// An empty record with all standard functions.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self {
            context,
            functions: Registry::standard(),
            values: BTreeMap::new(),
            now: Time::from_unix_nanos(1_785_000_000_000_000_000),
            seed: 1,
            closed: false,
        }
    }

    /// The same as one that has the paths which have a value now, and no other.
    #[must_use]
    pub fn closed(self) -> Self {
        Self {
            closed: true,
            ..self
        }
    }

    /// The same with a value at a path that has no keys: `attributes`, `resource.attributes`.
    #[must_use]
    pub fn with(mut self, path: &str, value: impl Into<Value<'static>>) -> Self {
        let (context, name) = path
            .split_once('.')
            .and_then(|(context, name)| Some((Context::by_name(context)?, name)))
            .unwrap_or((self.context, path));
        self.values
            .insert(format!("{}.{name}", context.name()), value.into());
        self
    }

    /// The same with an attribute of its own.
    #[must_use]
    pub fn attribute(mut self, key: &str, value: impl Into<Value<'static>>) -> Self {
        let path = format!("{}.attributes", self.context.name());
        let map = self.values.remove(&path).unwrap_or_else(empty_map);
        let set = nested::set(map, &[Step::Text(Text::from(key.to_owned()))], value.into());
        self.values.insert(path, set.unwrap_or(Value::Nil));
        self
    }

    /// The same with further functions.
    #[must_use]
    pub fn functions(mut self, functions: Registry) -> Self {
        self.functions = functions;
        self
    }

    /// Runs a statement. Whether its condition held.
    pub fn run(&mut self, statement: &str) -> Result<bool, Failure> {
        let mut places = self.places();
        let mut compiler = Compiler::new(self.context, &self.functions, &mut places);
        let statement = compiler.statement(statement).map_err(Failure::Refused)?;
        let mut memory = self.memory(&places);
        let ran = statement.run(&mut memory).map_err(Failure::Failed);
        let left = memory.values.into_iter();
        self.values = left
            .map(|(path, value)| (path, value.into_static()))
            .collect();
        ran
    }

    /// The value of an expression.
    pub fn evaluate(&self, expression: &str) -> Result<Value<'static>, Failure> {
        let mut places = self.places();
        let mut compiler = Compiler::new(self.context, &self.functions, &mut places);
        let expression = compiler.expression(expression).map_err(Failure::Refused)?;
        let value = expression.evaluate(&mut self.memory(&places));
        value.map(Value::into_static).map_err(Failure::Failed)
    }

    /// Whether a condition holds.
    pub fn holds(&self, condition: &str) -> Result<bool, Failure> {
        let mut places = self.places();
        let mut compiler = Compiler::new(self.context, &self.functions, &mut places);
        let condition = compiler.condition(condition).map_err(Failure::Refused)?;
        let holds = condition.holds(&mut self.memory(&places));
        holds.map_err(Failure::Failed)
    }

    /// How a statement uses the paths it names.
    pub fn usage(&self, statement: &str) -> Result<Vec<(String, Usage)>, Mistake> {
        let mut places = self.places();
        Compiler::new(self.context, &self.functions, &mut places).statement(statement)?;
        let used = places.known.into_iter();
        Ok(used.map(|place| (place.spelled(), place.usage)).collect())
    }

    fn places(&self) -> Places {
        Places {
            roots: self.closed.then(|| self.values.keys().cloned().collect()),
            known: Vec::new(),
        }
    }

    fn memory<'e>(&self, places: &'e Places) -> Memory<'e> {
        let values = self.values.iter();
        Memory {
            places: &places.known,
            values: values
                .map(|(path, value)| (path.clone(), value.clone()))
                .collect(),
            now: self.now,
            seed: self.seed,
        }
    }
}

fn empty_map() -> Value<'static> {
    Map::new(MapKind::Map, Vec::new()).into()
}

/// The paths that a text names.
#[derive(Debug)]
struct Places {
    roots: Option<Vec<String>>,
    known: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    root: String,
    keys: Vec<Held>,
    usage: Usage,
}

#[derive(Debug)]
enum Held {
    Text(String),
    Index(i64),
}

impl Known {
    fn spelled(&self) -> String {
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
struct Memory<'e> {
    places: &'e [Known],
    values: BTreeMap<String, Value<'e>>,
    now: Time,
    seed: u64,
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
