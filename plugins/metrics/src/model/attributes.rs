//! Attributes: keys with values that stay encoded until somebody looks.

use tollgate_sdk::{AnyValue, NewValue, Value};

use crate::Malformed;
use crate::wire::{Fields, Wire, Writer, text};

/// Keys with values, in order. A value is an OTLP `AnyValue` message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes(Vec<(String, Vec<u8>)>);

impl Attributes {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), AnyValue::new(value).value()))
    }

    /// The value of the first attribute with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value<'_>> {
        self.iter()
            .find(|(candidate, _)| *candidate == key)
            .map(|(_, value)| value)
    }

    /// Gives a key a value, in place of the first that it has, or anew at the end.
    pub fn set<'v>(&mut self, key: &str, value: impl Into<NewValue<'v>>) {
        let value = value.into().to_message();
        match self.0.iter_mut().find(|(candidate, _)| candidate == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    /// Takes those away whose key is not wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&str) -> bool) {
        self.0.retain(|(key, _)| wanted(key));
    }

    /// The attributes as JSON with sorted keys: equal for attributes that mean the same.
    pub(crate) fn identity(&self) -> String {
        let map = NewValue::map(self.iter().map(|(key, value)| (key, NewValue::from(value))))
            .to_message();
        tollgate_values::json(AnyValue::new(&map).value())
    }

    /// Adds a `KeyValue` message.
    pub(crate) fn read(&mut self, message: &[u8]) -> Result<(), Malformed> {
        let mut key = String::new();
        let mut value = Vec::new();
        for field in Fields::of(message) {
            let field = field?;
            match (field.number, field.wire) {
                (1, Wire::Bytes(bytes)) => key = text(bytes)?,
                (2, Wire::Bytes(bytes)) => value = bytes.to_vec(),
                _ => {}
            }
        }
        self.0.push((key, value));
        Ok(())
    }

    /// Writes each as a `KeyValue` message under this number.
    pub(crate) fn write(&self, message: &mut Writer, number: u8) {
        for (key, value) in &self.0 {
            message.message(number, |entry| {
                entry.bytes(1, key.as_bytes());
                entry.message(2, |any| any.raw(value));
            });
        }
    }
}

impl<K: Into<String>, V: Into<NewValue<'static>>> FromIterator<(K, V)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let encoded = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value.into().to_message()));
        Self(encoded.collect())
    }
}
