//! A record in memory, for the tests of functions and for tables of statements.
//!
//! Every path exists. `attributes` and `cache` of any context are maps that are always there, a body holds what telemetry can hold, and
//! everything else is nothing until it is set, and then what it was set to.

mod memory;

use std::collections::BTreeMap;

use crate::nested::{self, Step};
use crate::value::{Map, MapKind, Text};
use crate::{Compiler, Context, Error, Mistake, Registry, Time, Usage, Value};
use memory::{Memory, Places};

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
