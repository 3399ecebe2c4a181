//! Values that stand in the configuration.

use serde_json::Value as Json;
use tollgate_sdk::{AnyValue, NewValue, Value};

/// A value of the configuration, in the form in which it is written most quickly.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// Text.
    Text(String),
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A boolean.
    Boolean(bool),
    /// No value: what stands inside lists and maps as `null`.
    Empty,
    /// OTLP's `AnyValue`, encoded.
    Array(Vec<u8>),
    /// OTLP's `AnyValue`, encoded.
    Map(Vec<u8>),
}

impl Constant {
    /// The value that a configuration means.
    #[must_use]
    pub fn of(json: &Json) -> Self {
        match json {
            Json::Null => Self::Empty,
            Json::Bool(truth) => Self::Boolean(*truth),
            Json::Number(number) => Self::number(number),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(_) => Self::Array(nested(json).to_message()),
            Json::Object(_) => Self::Map(nested(json).to_message()),
        }
    }

    /// Numbers beyond 2^63 wrap, as they do upstream.
    fn number(number: &serde_json::Number) -> Self {
        let int = number
            .as_i64()
            .or_else(|| number.as_u64().map(u64::cast_signed));
        int.map_or_else(
            || Self::Double(number.as_f64().unwrap_or_default()),
            Self::Int,
        )
    }

    /// The value, for reading and writing.
    #[must_use]
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Int(number) => Value::Int(*number),
            Self::Double(number) => Value::Double(*number),
            Self::Boolean(truth) => Value::Boolean(*truth),
            Self::Empty => Value::Empty,
            Self::Array(encoded) => Value::Array(AnyValue::new(encoded)),
            Self::Map(encoded) => Value::Map(AnyValue::new(encoded)),
        }
    }
}

fn nested(json: &Json) -> NewValue<'static> {
    match json {
        Json::Array(items) => NewValue::Array(items.iter().map(nested).collect()),
        Json::Object(entries) => NewValue::Map(
            entries
                .iter()
                .map(|(key, value)| (key.clone().into(), nested(value)))
                .collect(),
        ),
        Json::Null => NewValue::Empty,
        Json::Bool(truth) => NewValue::from(*truth),
        Json::String(text) => NewValue::from(text.clone()),
        Json::Number(number) => match Constant::number(number) {
            Constant::Int(number) => NewValue::from(number),
            Constant::Double(number) => NewValue::from(number),
            _ => NewValue::Empty,
        },
    }
}
