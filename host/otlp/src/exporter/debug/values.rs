//! OTLP/JSON as the Collector prints it.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

/// The members of an array; none where there is no array.
pub(super) fn list<'v>(of: &'v Value, name: &str) -> &'v [Value] {
    of.get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A text; empty where there is none.
pub(super) fn text<'v>(of: &'v Value, name: &str) -> &'v str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// An integer of any size; 0 where there is none.
pub(super) fn integer(of: &Value, name: &str) -> i128 {
    match of.get(name) {
        Some(Value::String(digits)) => digits.parse().unwrap_or_default(),
        Some(Value::Number(number)) => number.as_i64().map(i128::from).unwrap_or_default(),
        _ => 0,
    }
}

/// A double, if there is one.
pub(super) fn double(of: &Value, name: &str) -> Option<f64> {
    of.get(name).and_then(as_double)
}

pub(super) fn as_double(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        // Rust reads NaN, Infinity and -Infinity.
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// An integer of an array of integers.
pub(super) fn as_integer(value: &Value) -> i128 {
    value
        .as_str()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default()
}

/// The one member of an `AnyValue`: what the Collector calls its type, and what it says.
fn any_value(value: &Value) -> Option<(&'static str, &Value)> {
    let (name, content) = value.as_object()?.iter().next()?;
    let kind = match name.as_str() {
        "stringValue" => "Str",
        "boolValue" => "Bool",
        "intValue" => "Int",
        "doubleValue" => "Double",
        "arrayValue" => "Slice",
        "kvlistValue" => "Map",
        "bytesValue" => "Bytes",
        _ => return None,
    };
    Some((kind, content))
}

/// The text of an `AnyValue`.
pub(super) fn as_string(value: &Value) -> String {
    match any_value(value) {
        None => String::new(),
        Some(("Double", content)) => as_double(content).map(json_double).unwrap_or_default(),
        Some(("Slice" | "Map", _)) => raw(value).to_string(),
        Some((_, Value::String(text))) => text.clone(),
        Some((_, other)) => other.to_string(),
    }
}

/// Type and text of an `AnyValue`.
pub(super) fn typed(value: &Value) -> String {
    let kind = any_value(value).map_or("Empty", |(kind, _)| kind);
    format!("{kind}({})", as_string(value))
}

/// An `AnyValue` as plain JSON, maps sorted by key.
fn raw(value: &Value) -> Value {
    match any_value(value) {
        None => Value::Null,
        Some(("Int", Value::String(digits))) => {
            digits.parse::<i64>().map(Value::from).unwrap_or_default()
        }
        Some(("Slice", array)) => list(array, "values").iter().map(raw).collect(),
        Some(("Map", map)) => {
            let mut entries: Vec<(String, Value)> = list(map, "values")
                .iter()
                .map(|entry| (text(entry, "key").to_owned(), raw(value_of(entry))))
                .collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Some((_, other)) => other.clone(),
    }
}

/// The value of an attribute.
pub(super) fn value_of(attribute: &Value) -> &Value {
    attribute.get("value").unwrap_or(&Value::Null)
}

/// A double as Go's JSON and the Collector's `AsString` print it.
fn json_double(value: f64) -> String {
    if !value.is_finite() {
        return go_non_finite(value);
    }
    if value == 0.0 || (1e-6..1e21).contains(&value.abs()) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    // Rust writes 1e21 where Go writes 1e+21; both write 1e-9.
    if text.contains("e-") {
        text
    } else {
        text.replace('e', "e+")
    }
}

/// A double as Go's `%v` prints it.
pub(super) fn shortest(value: f64) -> String {
    if !value.is_finite() {
        return go_non_finite(value);
    }
    if value == 0.0 || (1e-4..1e21).contains(&value.abs()) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.strip_prefix('-') {
        Some(digits) => format!("{mantissa}e-{digits:0>2}"),
        None => format!("{mantissa}e+{exponent:0>2}"),
    }
}

/// A double as Go's `%f` prints it.
pub(super) fn fixed(value: f64) -> String {
    if value.is_finite() {
        format!("{value:.6}")
    } else {
        go_non_finite(value)
    }
}

fn go_non_finite(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value > 0.0 {
        "+Inf".to_owned()
    } else {
        "-Inf".to_owned()
    }
}

/// A point in time as Go prints it: `2020-02-11 20:26:13.000000789 +0000 UTC`.
pub(super) struct Timestamp(u64);

/// The point in time that a field holds.
pub(super) fn timestamp(of: &Value, name: &str) -> Timestamp {
    Timestamp(u64::try_from(integer(of, name)).unwrap_or_default())
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let since = Duration::from_nanos(self.0);
        // 64 bits of nanoseconds end in 2554, which HTTP's dates can say.
        let whole = UNIX_EPOCH.checked_add(Duration::from_secs(since.as_secs()));
        let date = httpdate::fmt_http_date(whole.unwrap_or(UNIX_EPOCH));
        let mut parts = date.split(' ').skip(1);
        let mut part = || parts.next().unwrap_or_default();
        let (day, month, year, time) = (part(), part(), part(), part());
        let month = MONTHS
            .iter()
            .position(|name| *name == month)
            .map_or(0, |index| index.saturating_add(1));
        write!(f, "{year}-{month:02}-{day} {time}")?;
        let nanos = format!("{:09}", since.subsec_nanos());
        let fraction = nanos.trim_end_matches('0');
        if !fraction.is_empty() {
            write!(f, ".{fraction}")?;
        }
        f.write_str(" +0000 UTC")
    }
}

/// The name of an enum's value; empty for one that has none.
pub(super) fn enum_name(names: &[&'static str], value: i128) -> &'static str {
    usize::try_from(value)
        .ok()
        .and_then(|index| names.get(index))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_times_look_as_in_go() {
        let time = |nanos: u64| timestamp(&json!({ "t": nanos.to_string() }), "t").to_string();
        assert_eq!(time(0), "1970-01-01 00:00:00 +0000 UTC");
        assert_eq!(
            time(1_581_452_773_000_000_789),
            "2020-02-11 20:26:13.000000789 +0000 UTC"
        );
        assert_eq!(
            time(1_709_164_800_500_000_000),
            "2024-02-29 00:00:00.5 +0000 UTC"
        );
        assert_eq!(time(u64::MAX), "2554-07-21 23:34:33.709551615 +0000 UTC");
        assert_eq!(
            [shortest(1.0), shortest(1e-5), shortest(1e21), shortest(0.5)],
            ["1", "1e-05", "1e+21", "0.5"]
        );
        assert_eq!(
            [json_double(1e-9), json_double(1e21), json_double(-0.5)],
            ["1e-9", "1e+21", "-0.5"]
        );
        assert_eq!([fixed(15.0), fixed(f64::INFINITY)], ["15.000000", "+Inf"]);
    }

    #[test]
    fn values_say_their_type() {
        let map = json!({"kvlistValue": {"values": [
            {"key": "b", "value": {"intValue": "1"}},
            {"key": "a", "value": {"arrayValue": {"values": [{}, {"doubleValue": 0.5}]}}},
        ]}});
        assert_eq!(typed(&map), r#"Map({"a":[null,0.5],"b":1})"#);
        assert_eq!(typed(&json!({"boolValue": true})), "Bool(true)");
        assert_eq!(typed(&json!({"bytesValue": "AQI="})), "Bytes(AQI=)");
        assert_eq!(typed(&json!({})), "Empty()");
    }
}
