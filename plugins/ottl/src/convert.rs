//! What upstream's typed getters take and what they make of it.

use std::rc::Rc;

use crate::value::{Bytes, List, ListKind, Map, MapKind, Text, Time};
use crate::{Error, Value, go, json};

/// Text, and nothing else.
pub fn text(value: Value<'_>) -> Result<Text<'_>, Error> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(Error::expected("string", other.type_name())),
    }
}

/// The text that a value has; none of no value.
pub fn text_like(value: Value<'_>) -> Result<Option<Text<'_>>, Error> {
    match value {
        Value::Nil => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        Value::Bytes(bytes) => Ok(Some(go::hex(&bytes).into())),
        other => json::encode(&other).map(|text| Some(text.into())),
    }
}

/// The text by which telemetry shows a value that it holds (`AsString`).
pub fn shown(value: &Value<'_>) -> Result<String, Error> {
    Ok(match value {
        Value::Nil => String::new(),
        Value::Text(text) => text.as_str().to_owned(),
        Value::Double(number) if number.is_nan() => "NaN".to_owned(),
        Value::Double(number) if number.is_infinite() => {
            let word = if *number > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            };
            word.to_owned()
        }
        Value::Bytes(bytes) => go::Base64::PADDED.encode(bytes),
        other => json::encode_plain(other)?,
    })
}

/// An integer, and nothing else.
pub fn int(value: &Value<'_>) -> Result<i64, Error> {
    match value {
        Value::Int(number) => Ok(*number),
        other => Err(Error::expected("int64", other.type_name())),
    }
}

/// The integer that a value has; none of no value.
pub fn int_like(value: &Value<'_>) -> Result<Option<i64>, Error> {
    match value {
        Value::Nil => Ok(None),
        Value::Int(number) => Ok(Some(*number)),
        Value::Double(number) => Ok(Some(go::truncate(*number))),
        Value::Bool(boolean) => Ok(Some(i64::from(*boolean))),
        Value::Text(text) => go::parse_int(text)
            .map(Some)
            .ok_or(Error::failed("the text is no integer")),
        other => Err(Error::unsupported(other.type_name())),
    }
}

/// A double, and nothing else.
pub fn double(value: &Value<'_>) -> Result<f64, Error> {
    match value {
        Value::Double(number) => Ok(*number),
        other => Err(Error::expected("float64", other.type_name())),
    }
}

/// The double that a value has; none of no value.
pub fn double_like(value: &Value<'_>) -> Result<Option<f64>, Error> {
    match value {
        Value::Nil => Ok(None),
        Value::Double(number) => Ok(Some(*number)),
        Value::Int(number) => Ok(Some(go::to_double(*number))),
        Value::Bool(boolean) => Ok(Some(f64::from(u8::from(*boolean)))),
        Value::Text(text) => go::parse_double(text)
            .map(Some)
            .ok_or(Error::failed("the text is no number")),
        other => Err(Error::unsupported(other.type_name())),
    }
}

/// A boolean, and nothing else.
pub fn bool(value: &Value<'_>) -> Result<bool, Error> {
    match value {
        Value::Bool(boolean) => Ok(*boolean),
        other => Err(Error::expected("bool", other.type_name())),
    }
}

/// The boolean that a value has; none of no value.
pub fn bool_like(value: &Value<'_>) -> Result<Option<bool>, Error> {
    match value {
        Value::Nil => Ok(None),
        Value::Bool(boolean) => Ok(Some(*boolean)),
        Value::Int(number) => Ok(Some(*number != 0)),
        Value::Double(number) => Ok(Some(*number != 0.0)),
        Value::Text(text) => go::parse_bool(text)
            .map(Some)
            .ok_or(Error::failed("the text is no boolean")),
        other => Err(Error::unsupported(other.type_name())),
    }
}

/// The bytes that a value has; none of no value.
pub fn bytes_like(value: Value<'_>) -> Result<Option<Bytes<'_>>, Error> {
    Ok(Some(match value {
        Value::Nil => return Ok(None),
        Value::Bytes(bytes) => bytes,
        Value::Text(Text::Borrowed(text)) => Bytes::Borrowed(text.as_bytes()),
        Value::Text(Text::Owned(text)) => Bytes::Owned(Rc::from(text)),
        Value::Double(number) => Bytes::Owned(Rc::from(number.to_be_bytes().as_slice())),
        Value::Int(number) => Bytes::Owned(Rc::from(number.to_be_bytes().as_slice())),
        Value::Bool(boolean) => Bytes::Owned(Rc::from([u8::from(boolean)].as_slice())),
        other => return Err(Error::unsupported(other.type_name())),
    }))
}

/// A map, as telemetry holds it.
pub fn map(value: Value<'_>) -> Result<Map<'_>, Error> {
    match value {
        Value::Map(map) if map.kind() == MapKind::Map => Ok(map),
        Value::Map(map) => match Value::Map(map).from_raw()? {
            Value::Map(map) => Ok(map),
            other => Err(Error::expected("pcommon.Map", other.type_name())),
        },
        other => Err(Error::expected("pcommon.Map", other.type_name())),
    }
}

/// A list, as telemetry holds it.
pub fn list(value: Value<'_>) -> Result<List<'_>, Error> {
    match value {
        Value::List(list) if list.kind() == ListKind::Any => match Value::List(list).from_raw()? {
            Value::List(list) => Ok(list),
            other => Err(Error::expected("pcommon.Slice", other.type_name())),
        },
        Value::List(list) => Ok(list.into_kind(ListKind::Slice)),
        other => Err(Error::expected("pcommon.Slice", other.type_name())),
    }
}

/// An instant.
pub fn time(value: &Value<'_>) -> Result<Time, Error> {
    match value {
        Value::Time(time) => Ok(*time),
        other => Err(Error::expected("time", other.type_name())),
    }
}

/// A length of time, in nanoseconds.
pub fn duration(value: &Value<'_>) -> Result<i64, Error> {
    match value {
        Value::Duration(nanos) => Ok(*nanos),
        other => Err(Error::expected("duration", other.type_name())),
    }
}
