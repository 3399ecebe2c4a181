//! Values that a policy writes.

use std::borrow::Cow;

use super::any::number;
use super::{AnyValue, Value};
use crate::columns::kind;
use crate::draft::write_span;

/// A value that a policy writes. It owns or borrows what it holds.
#[derive(Debug, Clone, PartialEq)]
pub enum NewValue<'v> {
    /// No value: the field stays, and is empty.
    Empty,
    /// Text.
    Text(Cow<'v, str>),
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A boolean.
    Boolean(bool),
    /// Bytes.
    Bytes(Cow<'v, [u8]>),
    /// A list of values.
    Array(Vec<NewValue<'v>>),
    /// A list of keys with values.
    Map(Vec<(Cow<'v, str>, NewValue<'v>)>),
    /// An array as it was read.
    CopiedArray(AnyValue<'v>),
    /// A map as it was read.
    CopiedMap(AnyValue<'v>),
}

impl<'v> NewValue<'v> {
    /// A list.
    pub fn list<V: Into<NewValue<'v>>>(items: impl IntoIterator<Item = V>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }

    /// A map, in the order that is given.
    pub fn map<K: Into<Cow<'v, str>>, V: Into<NewValue<'v>>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }

    /// Appends what the value has in the text of the edits; returns its kind and its number, as they cross the wall.
    #[inline]
    pub(crate) fn write(&self, text: &mut Vec<u8>) -> (u8, u64) {
        match self {
            NewValue::Empty => (kind::EMPTY, 0),
            NewValue::Text(value) => (kind::TEXT, write_span(text, value.as_bytes())),
            NewValue::Int(number) => (kind::INT, number.cast_unsigned()),
            NewValue::Double(number) => (kind::DOUBLE, number.to_bits()),
            NewValue::Boolean(boolean) => (kind::BOOLEAN, u64::from(*boolean)),
            // Out of line, so that what is left is small enough to melt into a policy's own loop.
            large => large.write_large(text),
        }
    }

    /// What [`NewValue::write`] does with bytes, arrays and maps.
    #[inline(never)]
    fn write_large(&self, text: &mut Vec<u8>) -> (u8, u64) {
        match self {
            NewValue::Bytes(value) => (kind::BYTES, write_span(text, value)),
            NewValue::CopiedArray(array) => (kind::ARRAY, write_span(text, array.bytes())),
            NewValue::CopiedMap(map) => (kind::MAP, write_span(text, map.bytes())),
            NewValue::Array(_) => (kind::ARRAY, write_span(text, &self.to_message())),
            _ => (kind::MAP, write_span(text, &self.to_message())),
        }
    }

    /// The value as an OTLP `AnyValue` message.
    #[must_use]
    pub fn to_message(&self) -> Vec<u8> {
        let mut message = Vec::new();
        match self {
            NewValue::Empty => {}
            NewValue::Text(value) => write_bytes(&mut message, number::TEXT, value.as_bytes()),
            NewValue::Boolean(boolean) => {
                write_number(&mut message, number::BOOLEAN, u64::from(*boolean));
            }
            NewValue::Int(integer) => {
                write_number(&mut message, number::INT, integer.cast_unsigned());
            }
            NewValue::Double(double) => {
                write_varint(&mut message, number::DOUBLE << 3 | 1);
                message.extend_from_slice(&double.to_bits().to_le_bytes());
            }
            NewValue::Bytes(value) => write_bytes(&mut message, number::BYTES, value),
            NewValue::Array(items) => {
                let mut list = Vec::new();
                for item in items {
                    write_bytes(&mut list, 1, &item.to_message());
                }
                write_bytes(&mut message, number::ARRAY, &list);
            }
            NewValue::Map(entries) => {
                let mut list = Vec::new();
                for (key, value) in entries {
                    let mut entry = Vec::new();
                    write_bytes(&mut entry, 1, key.as_bytes());
                    write_bytes(&mut entry, 2, &value.to_message());
                    write_bytes(&mut list, 1, &entry);
                }
                write_bytes(&mut message, number::MAP, &list);
            }
            NewValue::CopiedArray(copied) | NewValue::CopiedMap(copied) => {
                message.extend_from_slice(copied.bytes());
            }
        }
        message
    }
}

fn write_number(message: &mut Vec<u8>, field: u64, number: u64) {
    write_varint(message, field << 3);
    write_varint(message, number);
}

fn write_bytes(message: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    write_varint(message, field << 3 | 2);
    write_varint(message, bytes.len() as u64);
    message.extend_from_slice(bytes);
}

fn write_varint(message: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        message.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    message.push((number & 0x7f) as u8);
}

/// A copy of what was read. A withheld value has no content to copy, and becomes an empty one.
impl<'v> From<Value<'v>> for NewValue<'v> {
    #[inline]
    fn from(value: Value<'v>) -> Self {
        match value {
            Value::Empty | Value::Withheld => NewValue::Empty,
            Value::Text(text) => NewValue::Text(Cow::Borrowed(text)),
            Value::Int(number) => NewValue::Int(number),
            Value::Double(number) => NewValue::Double(number),
            Value::Boolean(boolean) => NewValue::Boolean(boolean),
            Value::Bytes(bytes) => NewValue::Bytes(Cow::Borrowed(bytes)),
            Value::Array(array) => NewValue::CopiedArray(array),
            Value::Map(map) => NewValue::CopiedMap(map),
        }
    }
}

/// Conversions that are one constructor each.
macro_rules! from {
    ($($type:ty => $value:ident => $new:expr;)*) => {
        $(impl<'v> From<$type> for NewValue<'v> {
            #[inline]
            fn from($value: $type) -> Self {
                $new
            }
        })*
    };
}

from! {
    &'v str => text => NewValue::Text(Cow::Borrowed(text));
    &'v String => text => NewValue::Text(Cow::Borrowed(text));
    String => text => NewValue::Text(Cow::Owned(text));
    Cow<'v, str> => text => NewValue::Text(text);
    &'v [u8] => bytes => NewValue::Bytes(Cow::Borrowed(bytes));
    Vec<u8> => bytes => NewValue::Bytes(Cow::Owned(bytes));
    i64 => number => NewValue::Int(number);
    i32 => number => NewValue::Int(i64::from(number));
    u32 => number => NewValue::Int(i64::from(number));
    f64 => number => NewValue::Double(number);
    bool => boolean => NewValue::Boolean(boolean);
    Vec<NewValue<'v>> => items => NewValue::Array(items);
    Vec<(Cow<'v, str>, NewValue<'v>)> => entries => NewValue::Map(entries);
}
