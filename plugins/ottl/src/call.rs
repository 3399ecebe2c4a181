//! A call that runs: the arguments, by their types, and the record.

use crate::compile::Argument;
use crate::expression::Expression;
use crate::function::{Function, Kind};
use crate::value::{Bytes, List, Map, Text, Time};
use crate::{Error, Telemetry, Value, convert};

/// One call of a function while a statement runs.
///
/// Arguments are counted from 0 and computed when they are asked for, each time anew. What a `..._like` answers is none where the
/// argument has no value.
pub struct Call<'c, 'e> {
    pub(crate) arguments: Source<'c, 'e>,
    pub(crate) state: &'e crate::function::State,
    pub(crate) record: &'c mut dyn Telemetry<'e>,
}

/// Where the arguments come from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'c, 'e> {
    /// From the statement.
    Compiled(&'e [Argument]),
    /// From another function, which calls this one.
    Given(&'c [Value<'e>]),
}

/// What becomes of an entry of a map.
#[derive(Debug, Clone)]
pub enum Edit<'e> {
    /// It stays.
    Keep,
    /// It goes.
    Remove,
    /// It gets another value.
    Replace(Value<'e>),
}

const OTHER_ARGUMENTS: Error = Error::failed("the function takes other arguments than one text");
const MISSING: Error = Error::failed("an argument is missing");

impl<'e> Call<'_, 'e> {
    fn argument(&self, index: usize) -> Option<&'e Argument> {
        match self.arguments {
            Source::Compiled(arguments) => arguments.get(index),
            Source::Given(_) => None,
        }
    }

    /// Whether an argument was given.
    #[must_use]
    pub fn given(&self, index: usize) -> bool {
        match self.arguments {
            Source::Compiled(arguments) => {
                !matches!(arguments.get(index), None | Some(Argument::Absent))
            }
            Source::Given(values) => index < values.len(),
        }
    }

    /// An argument of any kind; of a path, the value there.
    #[inline]
    pub fn value(&mut self, index: usize) -> Result<Value<'e>, Error> {
        let arguments = match self.arguments {
            Source::Given(values) => return values.get(index).cloned().ok_or(MISSING),
            Source::Compiled(arguments) => arguments,
        };
        match arguments.get(index) {
            Some(Argument::Value(expression)) => expression.evaluate(self.record),
            Some(Argument::Target(target)) => target.get(self.record),
            Some(Argument::Items(items)) => {
                let items = items.iter().map(|item| item.evaluate(self.record));
                let items = items.collect::<Result<_, _>>()?;
                Ok(List::new(crate::ListKind::Any, items).into())
            }
            _ => Err(MISSING),
        }
    }

    /// Text.
    pub fn text(&mut self, index: usize) -> Result<Text<'e>, Error> {
        convert::text(self.value(index)?)
    }

    /// What has a text: other values as JSON, bytes as hexadecimal digits.
    pub fn text_like(&mut self, index: usize) -> Result<Option<Text<'e>>, Error> {
        convert::text_like(self.value(index)?)
    }

    /// An integer.
    pub fn int(&mut self, index: usize) -> Result<i64, Error> {
        convert::int(&self.value(index)?)
    }

    /// What has an integer.
    pub fn int_like(&mut self, index: usize) -> Result<Option<i64>, Error> {
        convert::int_like(&self.value(index)?)
    }

    /// A double.
    pub fn double(&mut self, index: usize) -> Result<f64, Error> {
        convert::double(&self.value(index)?)
    }

    /// What has a double.
    pub fn double_like(&mut self, index: usize) -> Result<Option<f64>, Error> {
        convert::double_like(&self.value(index)?)
    }

    /// A boolean.
    pub fn bool(&mut self, index: usize) -> Result<bool, Error> {
        convert::bool(&self.value(index)?)
    }

    /// What has a boolean.
    pub fn bool_like(&mut self, index: usize) -> Result<Option<bool>, Error> {
        convert::bool_like(&self.value(index)?)
    }

    /// What has bytes: text as it is, numbers and booleans as big-endian bytes.
    pub fn bytes_like(&mut self, index: usize) -> Result<Option<Bytes<'e>>, Error> {
        convert::bytes_like(self.value(index)?)
    }

    /// A map.
    pub fn map(&mut self, index: usize) -> Result<Map<'e>, Error> {
        convert::map(self.value(index)?)
    }

    /// A list.
    pub fn list(&mut self, index: usize) -> Result<List<'e>, Error> {
        convert::list(self.value(index)?)
    }

    /// An instant.
    pub fn time(&mut self, index: usize) -> Result<Time, Error> {
        convert::time(&self.value(index)?)
    }

    /// A length of time, in nanoseconds.
    pub fn duration(&mut self, index: usize) -> Result<i64, Error> {
        convert::duration(&self.value(index)?)
    }

    /// How many items a literal list has; none of any other argument.
    #[must_use]
    pub fn item_count(&self, index: usize) -> Option<usize> {
        match self.argument(index) {
            Some(Argument::Items(items)) => Some(items.len()),
            _ => None,
        }
    }

    /// An item of a literal list.
    pub fn item(&mut self, index: usize, place: usize) -> Result<Value<'e>, Error> {
        match self.argument(index) {
            Some(Argument::Items(items)) => {
                let item: &'e Expression = items.get(place).ok_or(MISSING)?;
                item.evaluate(self.record)
            }
            _ => Err(MISSING),
        }
    }

    /// The items of a list, be it literal or found now; none where there is no value. Each is still to be converted.
    pub fn items(&mut self, index: usize) -> Result<Vec<Value<'e>>, Error> {
        match self.value(index)? {
            Value::Nil => Ok(Vec::new()),
            Value::List(list) => Ok(list.into_vec()),
            other => Err(Error::expected("a slice", other.type_name())),
        }
    }

    /// What the function's `prepare` has made.
    #[must_use]
    pub fn state<T: 'static>(&self) -> Option<&'e T> {
        self.state.as_ref()?.downcast_ref()
    }

    /// Replaces the value at the path that an argument is.
    pub fn set(&mut self, index: usize, value: Value<'e>) -> Result<(), Error> {
        match self.argument(index) {
            Some(Argument::Target(target)) => target.set(self.record, value),
            _ => Err(MISSING),
        }
    }

    /// Replaces the value at the path that an argument is by the value of another argument. A value that stands at a path is not
    /// looked at on the way.
    pub fn assign(&mut self, index: usize, source: usize) -> Result<(), Error> {
        if let Some(Argument::Target(target)) = self.argument(index)
            && let Some(Argument::Value(Expression::Path(from))) = self.argument(source)
            && target.keys.is_empty()
        {
            return self.record.copy(*from, target.slot);
        }
        let value = self.value(source)?;
        self.set(index, value)
    }

    /// Sets one entry of the map at the path that an argument is.
    pub fn set_entry(
        &mut self,
        index: usize,
        key: Text<'e>,
        value: Value<'e>,
    ) -> Result<(), Error> {
        match self.argument(index) {
            Some(Argument::Target(target)) => target.set_entry(self.record, key, value),
            _ => Err(MISSING),
        }
    }

    /// Removes one entry of the map at the path that an argument is.
    pub fn delete_entry(&mut self, index: usize, key: &str) -> Result<(), Error> {
        match self.argument(index) {
            Some(Argument::Target(target)) => target.delete_entry(self.record, key),
            _ => Err(MISSING),
        }
    }

    /// Whether an argument is the path of a map that is always there, whose entries are set and removed one by one.
    #[must_use]
    pub fn is_map(&self, index: usize) -> bool {
        matches!(self.argument(index), Some(Argument::Target(target)) if target.keys.is_empty() && target.always_map)
    }

    /// Edits the entries of the map at the path that an argument is, each on its own.
    pub fn edit(
        &mut self,
        index: usize,
        edit: impl FnMut(&Text<'e>, &Value<'e>) -> Edit<'e>,
    ) -> Result<(), Error> {
        match self.argument(index) {
            Some(Argument::Target(target)) => target.edit(self.record, edit),
            _ => Err(MISSING),
        }
    }

    /// Of a function that [narrows](Function::narrowing): removes the entry if it alone was resolved. If it was not, says so, and the
    /// function has to look at the map.
    pub fn delete_narrowed(&mut self) -> Result<bool, Error> {
        match self.argument(0) {
            Some(Argument::Entry(slot)) => self.record.delete(*slot).map(|()| true),
            _ => Ok(false),
        }
    }

    /// Calls the function that an argument names, with one argument.
    pub fn apply(&mut self, index: usize, argument: &Value<'e>) -> Result<Value<'e>, Error> {
        let Some(Argument::Function(function)) = self.argument(index) else {
            return Err(MISSING);
        };
        let function: &'static Function = function;
        if !matches!(function.parameters, [only] if only.kind == Kind::Text) {
            return Err(OTHER_ARGUMENTS);
        }
        let mut call = Call {
            arguments: Source::Given(std::slice::from_ref(argument)),
            state: &None,
            record: &mut *self.record,
        };
        (function.body)(&mut call).map_err(|error| error.within(function.name))
    }

    /// Refuses a function that takes one argument, and it is no text. Upstream stops the Collector there, whatever is done about errors.
    pub fn check_applied(&self, index: usize) -> Result<(), Error> {
        match self.argument(index) {
            Some(Argument::Function(function)) => match function.parameters {
                [only] if only.kind != Kind::Text => Err(OTHER_ARGUMENTS),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// The time of the batch.
    #[must_use]
    pub fn now(&self) -> Time {
        self.record.now()
    }

    /// A random number, from the seed of the batch.
    pub fn random(&mut self) -> u64 {
        self.record.random()
    }

    /// The record, for a function of the policy's own.
    pub fn record(&mut self) -> &mut dyn Telemetry<'e> {
        self.record
    }
}
