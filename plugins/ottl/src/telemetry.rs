//! The record that a statement runs on.

use crate::value::put;
use crate::{Error, Map, MapKind, Slot, Text, Time, Value};

/// What statements read and write when they run: one record, with what is above it.
///
/// `'e` is how long the batch and the compiled statements are borrowed: values may borrow from both.
pub trait Telemetry<'e> {
    /// The value at a place; nothing where there is none.
    fn get(&mut self, slot: Slot) -> Result<Value<'e>, Error>;

    /// Replaces the value at a place.
    fn set(&mut self, slot: Slot, value: Value<'e>) -> Result<(), Error>;

    /// Whether [`Telemetry::get`] finds this text: what most conditions ask.
    fn is_text(&mut self, slot: Slot, text: &str) -> Result<bool, Error> {
        let value = self.get(slot)?;
        Ok(matches!(value, Value::Text(found) if *found == *text))
    }

    /// Replaces the value at a place by the one at another.
    fn copy(&mut self, from: Slot, to: Slot) -> Result<(), Error> {
        let value = self.get(from)?;
        self.set(to, value)
    }

    /// Removes the entry that a place with keys is; all is well if it is not there.
    fn delete(&mut self, slot: Slot) -> Result<(), Error>;

    /// Whether there is a value at a place, be it an empty one. Asked where [`Telemetry::get`] has found none.
    fn holds(&mut self, slot: Slot) -> Result<bool, Error>;

    /// Whether [`Telemetry::get`] finds nothing: what a comparison with `nil` asks, which needs no value for that.
    fn is_nil(&mut self, slot: Slot) -> Result<bool, Error> {
        self.get(slot).map(|value| value.is_nil())
    }

    /// Sets one entry of a map.
    fn set_entry(&mut self, slot: Slot, key: Text<'e>, value: Value<'e>) -> Result<(), Error> {
        let mut entries = entries(self.get(slot)?)?;
        put(&mut entries, key, value);
        self.set(slot, Value::Map(Map::new(MapKind::Map, entries)))
    }

    /// Removes one entry of a map; all is well if it is not there.
    fn delete_entry(&mut self, slot: Slot, key: &str) -> Result<(), Error> {
        let mut entries = entries(self.get(slot)?)?;
        entries.retain(|(known, _)| known.as_str() != key);
        self.set(slot, Value::Map(Map::new(MapKind::Map, entries)))
    }

    /// The time of the batch.
    fn now(&self) -> Time;

    /// The next random number, from the seed of the batch.
    fn random(&mut self) -> u64;

    /// What a function of the policy's own does; `action` is a number that the policy gave it.
    fn act(&mut self, action: u32, arguments: &[Value<'e>]) -> Result<Value<'e>, Error> {
        let _ = (action, arguments);
        Err(Error::failed("there is no such action here"))
    }
}

fn entries(map: Value<'_>) -> Result<crate::value::Entries<'_>, Error> {
    match map {
        Value::Map(map) => Ok(map.into_vec()),
        other => Err(Error::expected("pcommon.Map", other.type_name())),
    }
}
