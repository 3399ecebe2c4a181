//! A form of OTLP/JSON in which two spellings of one request are equal: defaults left out, numbers as numbers, attributes sorted
//! by key, because the Collector does not keep their order.

use serde_json::{Map, Value, json};

/// Members of a `oneof`: there even when they hold a default.
const ONE_OF: &[&str] = &[
    "stringValue",
    "boolValue",
    "intValue",
    "doubleValue",
    "arrayValue",
    "kvlistValue",
    "bytesValue",
    "asInt",
    "asDouble",
    "min",
    "max",
    "gauge",
    "sum",
    "histogram",
    "exponentialHistogram",
    "summary",
];
const INTEGERS: &[&str] = &[
    "intValue",
    "asInt",
    "count",
    "zeroCount",
    "timeUnixNano",
    "startTimeUnixNano",
    "endTimeUnixNano",
    "observedTimeUnixNano",
    "bucketCounts",
];
const DOUBLES: &[&str] = &[
    "doubleValue",
    "asDouble",
    "min",
    "max",
    "value",
    "quantile",
    "zeroThreshold",
    "sum",
    "explicitBounds",
];
/// Small integers: a number with nothing behind its point is one.
const SMALL: &[&str] = &["offset", "scale"];
const ATTRIBUTES: &[&str] = &["attributes", "filteredAttributes"];

/// The normal form of a request or a part of one.
#[must_use]
pub fn normal(value: &Value) -> Value {
    member(value, "")
}

fn member(value: &Value, key: &str) -> Value {
    match value {
        Value::Object(members) => {
            let mut kept: Map<String, Value> = Map::new();
            for (name, value) in members {
                let value = member(value, name);
                let empty_value = name == "value"
                    && (ATTRIBUTES.contains(&key) || key == "values")
                    && value == json!({});
                if !empty_value && (ONE_OF.contains(&name.as_str()) || !is_default(&value)) {
                    kept.insert(name.clone(), value);
                }
            }
            if key == "kvlistValue"
                && let Some(Value::Array(entries)) = kept.get_mut("values")
            {
                sort(entries);
            }
            kept.sort_keys();
            Value::Object(kept)
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| member(item, key)).collect();
            if ATTRIBUTES.contains(&key) {
                sort(&mut items);
            }
            Value::Array(items)
        }
        Value::String(text) if INTEGERS.contains(&key) => text
            .parse::<i128>()
            .map_or_else(|_| value.clone(), |number| json!(number.to_string())),
        Value::Number(number) if INTEGERS.contains(&key) && number.as_i64().is_some() => {
            json!(number.to_string())
        }
        Value::Number(number) if SMALL.contains(&key) => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0);
            whole.map_or_else(|| value.clone(), |number| json!(number))
        }
        Value::Number(number) if DOUBLES.contains(&key) => json!(number.as_f64()),
        Value::String(text) if DOUBLES.contains(&key) => text
            .parse::<f64>()
            .map_or_else(|_| value.clone(), |number| json!(number)),
        other => other.clone(),
    }
}

/// What proto3 leaves out.
fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty() || text == "0",
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

fn sort(entries: &mut [Value]) {
    entries.sort_by_cached_key(|entry| {
        (
            entry
                .get("key")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            entry.to_string(),
        )
    });
}

/// A normal form with doubles to fourteen digits: in the Collector's own files of what it expects, sums are rounded.
pub(crate) fn rounded(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), rounded(value)));
            Value::Object(members.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(rounded).collect()),
        Value::Number(number) if number.is_f64() => {
            let digits = number.as_f64().map(|number| format!("{number:.13e}"));
            digits.map_or_else(|| value.clone(), Value::String)
        }
        other => other.clone(),
    }
}

/// A normal form without the times of points.
pub(crate) fn without_times(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| {
                !["timeUnixNano", "startTimeUnixNano"].contains(&name.as_str())
            });
            Value::Object(
                kept.map(|(name, value)| (name.clone(), without_times(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(without_times).collect()),
        other => other.clone(),
    }
}

/// Visits the log records and spans of a request.
pub(crate) fn records_mut(value: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::Array(records) if name == "logRecords" || name == "spans" => {
                        records
                            .iter_mut()
                            .filter_map(Value::as_object_mut)
                            .for_each(&mut *visit);
                    }
                    other => records_mut(other, visit),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| records_mut(item, visit)),
        _ => {}
    }
}
