//! Values of the batch as the language has them, and back.

use std::borrow::Cow;

use tollgate_ottl::{Bytes, List, ListKind, Map, MapKind, Text, Value};
use tollgate_sdk::{AnyValue, NewValue, Value as Cell};

/// A value of the batch, borrowed.
#[inline]
#[must_use]
pub fn read(cell: Cell<'_>) -> Value<'_> {
    match cell {
        Cell::Empty | Cell::Withheld => Value::Nil,
        Cell::Text(text) => Value::Text(Text::Borrowed(text)),
        Cell::Int(number) => Value::Int(number),
        Cell::Double(number) => Value::Double(number),
        Cell::Boolean(boolean) => Value::Bool(boolean),
        Cell::Bytes(bytes) => Value::Bytes(Bytes::Borrowed(bytes)),
        Cell::Array(array) => Value::List(List::wire(array.bytes())),
        Cell::Map(map) => Value::Map(Map::wire(map.bytes())),
    }
}

/// Whether [`read`] makes nothing of a value of the batch.
#[inline]
pub(crate) const fn is_nil(cell: Cell<'_>) -> bool {
    matches!(cell, Cell::Empty | Cell::Withheld)
}

/// Whether a value of the batch is one, and holds no others.
#[inline]
pub(crate) const fn is_plain(cell: Cell<'_>) -> bool {
    matches!(
        cell,
        Cell::Text(_) | Cell::Int(_) | Cell::Double(_) | Cell::Boolean(_) | Cell::Bytes(_)
    )
}

/// A value to be written.
#[inline]
#[must_use]
pub fn write<'v>(value: &'v Value<'_>) -> NewValue<'v> {
    match value {
        Value::Bool(boolean) => NewValue::Boolean(*boolean),
        Value::Int(number) | Value::Duration(number) => NewValue::Int(*number),
        Value::Double(number) => NewValue::Double(*number),
        Value::Text(text) => NewValue::Text(Cow::Borrowed(text.as_str())),
        Value::Bytes(bytes) => NewValue::Bytes(Cow::Borrowed(bytes)),
        Value::List(list) => match list.message() {
            Some(message) => NewValue::CopiedArray(AnyValue::new(message)),
            None => NewValue::Array(list.iter().map(|item| owned(&item)).collect()),
        },
        Value::Map(map) => match map.message() {
            Some(message) => NewValue::CopiedMap(AnyValue::new(message)),
            None => NewValue::Map(entries(map)),
        },
        Value::Time(time) => NewValue::Int(time.unix_nanos()),
        Value::TraceId(id) | Value::ProfileId(id) => id_bytes(id),
        Value::SpanId(id) => id_bytes(id),
        Value::Nil | Value::Opaque(_) => NewValue::Empty,
    }
}

/// An id; one of nothing but zeros is none.
fn id_bytes(id: &[u8]) -> NewValue<'_> {
    if id.iter().all(|byte| *byte == 0) {
        NewValue::Bytes(Cow::Borrowed(&[]))
    } else {
        NewValue::Bytes(Cow::Borrowed(id))
    }
}

fn entries(map: &Map<'_>) -> Vec<(Cow<'static, str>, NewValue<'static>)> {
    map.iter()
        .map(|(key, value)| (Cow::Owned(key.as_str().to_owned()), owned(&value)))
        .collect()
}

/// A value to be written that borrows nothing.
#[must_use]
pub fn owned(value: &Value<'_>) -> NewValue<'static> {
    match value {
        Value::Text(text) => NewValue::Text(Cow::Owned(text.as_str().to_owned())),
        Value::Bytes(bytes) => NewValue::Bytes(Cow::Owned(bytes.to_vec())),
        Value::List(list) => NewValue::Array(list.iter().map(|item| owned(&item)).collect()),
        Value::Map(map) => NewValue::Map(entries(map)),
        Value::Bool(boolean) => NewValue::Boolean(*boolean),
        Value::Int(number) => NewValue::Int(*number),
        Value::Double(number) => NewValue::Double(*number),
        other => match write(other) {
            NewValue::Int(number) => NewValue::Int(number),
            NewValue::Bytes(bytes) => NewValue::Bytes(Cow::Owned(bytes.into_owned())),
            _ => NewValue::Empty,
        },
    }
}

/// Whether two values would be written alike.
#[must_use]
pub fn alike(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (one, other) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Int(one), Value::Int(other)) => one == other,
        (Value::Double(one), Value::Double(other)) => one.to_bits() == other.to_bits(),
        (Value::Text(one), Value::Text(other)) => one.as_str() == other.as_str(),
        (Value::Bytes(one), Value::Bytes(other)) => **one == **other,
        (Value::TraceId(one), Value::TraceId(other)) => one == other,
        (Value::SpanId(one), Value::SpanId(other)) => one == other,
        (Value::List(one), Value::List(other)) => match (one.message(), other.message()) {
            (Some(one), Some(other)) => one == other,
            _ => {
                one.len() == other.len()
                    && one
                        .iter()
                        .zip(other.iter())
                        .all(|(one, other)| alike(&one, &other))
            }
        },
        (Value::Map(one), Value::Map(other)) => {
            if let (Some(one), Some(other)) = (one.message(), other.message()) {
                return one == other;
            }
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|((a, one), (b, other))| a == b && alike(&one, &other))
        }
        _ => false,
    }
}

/// A list of numbers as the language has it.
pub(crate) fn numbers(cell: Cell<'_>, kind: ListKind) -> Value<'_> {
    match cell {
        Cell::Array(array) => {
            let items = array.items().map(read).collect();
            Value::List(List::new(kind, items))
        }
        _ => Value::List(List::new(kind, Vec::new())),
    }
}

/// A map of telemetry, of these entries.
#[must_use]
pub fn map(entries: tollgate_ottl::Entries<'_>) -> Value<'_> {
    Value::Map(Map::new(MapKind::Map, entries))
}
