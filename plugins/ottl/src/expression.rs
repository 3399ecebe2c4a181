//! Compiled expressions: a tree over slots.

use crate::call::{Call, Edit, Source};
use crate::compile::Argument;
use crate::function::{Function, State};
use crate::math;
use crate::nested::{self, Step};
use crate::syntax::tree::MathOperator;
use crate::value::{List, ListKind, Map, MapKind, Text, Value};
use crate::{Error, Slot, Telemetry};

/// An expression that has a value.
#[derive(Debug)]
pub(crate) enum Expression {
    /// A literal. Its type is known, and checked where one is wanted.
    Literal(Value<'static>),
    /// A value that was computed ahead. It is no literal: where another type is wanted, that shows when the statement runs.
    Folded(Value<'static>),
    /// The value at a place.
    Path(Slot),
    /// The value at a place that is known only when the statement runs.
    Target(Box<Target>),
    Call(Box<Invocation>),
    /// What a call returns, indexed.
    Index(Box<Expression>, Vec<Key>),
    Math(Box<Expression>, MathOperator, Box<Expression>),
    Negate(Box<Expression>),
    List(Vec<Expression>),
    Map(Vec<(Text<'static>, Expression)>),
}

/// A call of a function, with its arguments.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) function: &'static Function,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) state: State,
}

/// A place that can be written.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) slot: Slot,
    /// The keys that are known only when the statement runs, and those behind them.
    pub(crate) keys: Vec<Key>,
    /// Whether the slot is one of a map that is always there.
    pub(crate) always_map: bool,
    /// Whether a list or a map is made where there is nothing to index.
    pub(crate) creates: bool,
}

/// A key of what is found when the statement runs.
#[derive(Debug)]
pub(crate) enum Key {
    Text(Text<'static>),
    Index(i64),
    Computed(Expression),
}

impl Key {
    pub(crate) fn step<'e>(&'e self, record: &mut dyn Telemetry<'e>) -> Result<Step<'e>, Error> {
        Ok(match self {
            Self::Text(text) => Step::Text(Text::Borrowed(text)),
            Self::Index(index) => Step::Index(*index),
            Self::Computed(expression) => match expression.evaluate(record)? {
                Value::Text(text) => Step::Text(text),
                Value::Int(index) => Step::Index(index),
                other => Step::Other(other.type_name()),
            },
        })
    }
}

impl Expression {
    /// The value that it has for a record.
    #[inline]
    pub(crate) fn evaluate<'e>(
        &'e self,
        record: &mut dyn Telemetry<'e>,
    ) -> Result<Value<'e>, Error> {
        match self {
            Self::Path(slot) => record.get(*slot),
            Self::Literal(value) | Self::Folded(value) => Ok(value.borrowed()),
            other => other.compute(record),
        }
    }

    fn compute<'e>(&'e self, record: &mut dyn Telemetry<'e>) -> Result<Value<'e>, Error> {
        match self {
            Self::Literal(value) | Self::Folded(value) => Ok(value.borrowed()),
            Self::Path(slot) => record.get(*slot),
            Self::Target(target) => target.get(record),
            Self::Call(call) => call.run(record),
            Self::Index(expression, keys) => {
                let mut value = expression.evaluate(record)?;
                for key in keys {
                    value = nested::index(&value, &key.step(record)?)?;
                }
                Ok(value)
            }
            Self::Math(left, operator, right) => {
                let left = left.evaluate(record)?;
                let right = right.evaluate(record)?;
                math::operate(&left, *operator, &right)
            }
            Self::Negate(expression) => math::negate(&expression.evaluate(record)?),
            Self::List(items) => {
                let items = items.iter().map(|item| item.evaluate(record));
                let items = items.collect::<Result<_, _>>()?;
                Ok(List::new(ListKind::Any, items).into())
            }
            Self::Map(entries) => {
                let entry = |(key, value): &'e (Text<'static>, Expression)| {
                    let value = value.evaluate(record)?.into_entry()?;
                    Ok((Text::Borrowed(&**key), value))
                };
                let entries = entries.iter().map(entry).collect::<Result<_, Error>>()?;
                Ok(Map::new(MapKind::Map, entries).into())
            }
        }
    }

    /// The value of a literal.
    pub(crate) const fn literal(&self) -> Option<&Value<'static>> {
        match self {
            Self::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The value that is known ahead.
    pub(crate) const fn known(&self) -> Option<&Value<'static>> {
        match self {
            Self::Literal(value) | Self::Folded(value) => Some(value),
            _ => None,
        }
    }
}

impl Invocation {
    pub(crate) fn run<'e>(&'e self, record: &mut dyn Telemetry<'e>) -> Result<Value<'e>, Error> {
        let mut call = Call {
            arguments: Source::Compiled(&self.arguments),
            state: &self.state,
            record,
        };
        (self.function.body)(&mut call).map_err(|error| error.within(self.function.name))
    }
}

impl Target {
    pub(crate) fn get<'e>(&'e self, record: &mut dyn Telemetry<'e>) -> Result<Value<'e>, Error> {
        let mut value = record.get(self.slot)?;
        if !self.keys.is_empty() && value.is_nil() && !record.holds(self.slot)? {
            return Ok(Value::Nil);
        }
        for key in &self.keys {
            let Some(found) = nested::step(&value, &key.step(record)?)? else {
                return Ok(Value::Nil);
            };
            value = found;
        }
        Ok(value)
    }

    pub(crate) fn set<'e>(
        &'e self,
        record: &mut dyn Telemetry<'e>,
        value: Value<'e>,
    ) -> Result<(), Error> {
        if self.keys.is_empty() {
            return record.set(self.slot, value);
        }
        let steps = self.keys.iter().map(|key| key.step(record));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        if let ([Step::Text(key)], true) = (steps.as_slice(), self.always_map) {
            return record.set_entry(self.slot, key.clone(), value.storable()?);
        }
        let container = record.get(self.slot)?;
        if !self.creates && !matches!(container, Value::List(_) | Value::Map(_)) {
            return Err(Error::expected("a list or a map", container.type_name()));
        }
        let changed = nested::set(container, &steps, value)?;
        record.set(self.slot, changed)
    }

    /// Sets an entry of the map that stands there.
    pub(crate) fn set_entry<'e>(
        &'e self,
        record: &mut dyn Telemetry<'e>,
        key: Text<'e>,
        value: Value<'e>,
    ) -> Result<(), Error> {
        if self.keys.is_empty() {
            return record.set_entry(self.slot, key, value);
        }
        let map = self.get(record)?;
        let changed = nested::set(map, &[Step::Text(key)], value)?;
        self.set(record, changed)
    }

    /// Edits the entries of the map that stands there: one by one where the map is always there, and otherwise as a whole.
    pub(crate) fn edit<'e>(
        &'e self,
        record: &mut dyn Telemetry<'e>,
        mut edit: impl FnMut(&Text<'e>, &Value<'e>) -> Edit<'e>,
    ) -> Result<(), Error> {
        let map = crate::convert::map(self.get(record)?)?;
        if self.keys.is_empty() && self.always_map {
            for (key, value) in map.iter() {
                match edit(&key, &value) {
                    Edit::Keep => {}
                    Edit::Remove => record.delete_entry(self.slot, &key)?,
                    Edit::Replace(value) => record.set_entry(self.slot, key, value)?,
                }
            }
            return Ok(());
        }
        let mut changed = false;
        let mut entries = map.into_vec();
        entries.retain_mut(|(key, value)| match edit(key, value) {
            Edit::Keep => true,
            Edit::Remove => {
                changed = true;
                false
            }
            Edit::Replace(replacement) => {
                changed = true;
                *value = replacement;
                true
            }
        });
        if changed {
            self.set(record, Map::new(MapKind::Map, entries).into())?;
        }
        Ok(())
    }

    /// Removes an entry of the map that stands there.
    pub(crate) fn delete_entry<'e>(
        &'e self,
        record: &mut dyn Telemetry<'e>,
        key: &str,
    ) -> Result<(), Error> {
        if self.keys.is_empty() {
            return record.delete_entry(self.slot, key);
        }
        let map = crate::convert::map(self.get(record)?)?;
        let mut entries = map.into_vec();
        entries.retain(|(known, _)| known.as_str() != key);
        self.set(record, Map::new(MapKind::Map, entries).into())
    }
}
