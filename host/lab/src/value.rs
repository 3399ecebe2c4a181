//! Values as people read them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value};
use prost::Message as _;
use serde_json::Value as Json;
use tollgate_record::{Value, ValueKind};

/// A value as plain JSON: bytes in base64, doubles that JSON has no number for as texts, empty values as null.
#[must_use]
pub fn json(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Text(text) => Json::String(text.clone()),
        Value::Int(number) => (*number).into(),
        Value::Double(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| Json::String(number.to_string()), Json::Number),
        Value::Boolean(value) => Json::Bool(*value),
        Value::Bytes(bytes) => Json::String(STANDARD.encode(bytes)),
        Value::Array(values) => values.iter().map(json).collect(),
        Value::Map(entries) => {
            let entries = entries.iter();
            Json::Object(
                entries
                    .map(|(key, value)| (key.clone(), json(value)))
                    .collect(),
            )
        }
    }
}

/// The value of a cell; none where it is withheld or out of place.
pub(crate) fn of_cell(kind: u8, number: u64, text: &[u8]) -> Option<Value> {
    let bytes = || span(number, text);
    Some(match ValueKind::try_from(kind).ok()? {
        ValueKind::Empty => Value::Empty,
        ValueKind::Text => Value::Text(String::from_utf8_lossy(bytes()?).into_owned()),
        ValueKind::Int => Value::Int(number.cast_signed()),
        ValueKind::Double => Value::Double(f64::from_bits(number)),
        ValueKind::Boolean => Value::Boolean(number != 0),
        ValueKind::Bytes => Value::Bytes(bytes()?.to_vec()),
        ValueKind::Array | ValueKind::Map => of_any(AnyValue::decode(bytes()?).ok()?),
        ValueKind::Withheld => return None,
    })
}

/// What a span of text points at.
pub(crate) fn span(number: u64, text: &[u8]) -> Option<&[u8]> {
    let start = usize::try_from(number >> 32).ok()?;
    let length = usize::try_from(number & 0xffff_ffff).ok()?;
    text.get(start..start.checked_add(length)?)
}

fn of_any(value: AnyValue) -> Value {
    use any_value::Value as Any;
    match value.value {
        Some(Any::StringValue(text)) => Value::Text(text),
        Some(Any::BoolValue(value)) => Value::Boolean(value),
        Some(Any::IntValue(number)) => Value::Int(number),
        Some(Any::DoubleValue(number)) => Value::Double(number),
        Some(Any::BytesValue(bytes)) => Value::Bytes(bytes),
        Some(Any::ArrayValue(values)) => {
            Value::Array(values.values.into_iter().map(of_any).collect())
        }
        Some(Any::KvlistValue(entries)) => {
            let entry = |entry: opentelemetry_proto::tonic::common::v1::KeyValue| {
                (entry.key, entry.value.map_or(Value::Empty, of_any))
            };
            Value::Map(entries.values.into_iter().map(entry).collect())
        }
        // Nothing, or what belongs to other signals.
        _ => Value::Empty,
    }
}
