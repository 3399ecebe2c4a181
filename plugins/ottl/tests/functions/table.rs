//! OTLP/JSON as values and back, for the tables of statements.

use serde_json::{Map as Object, Value as Json, json};
use tollgate_ottl::testing::Record;
use tollgate_ottl::{List, ListKind, Map, MapKind, Time, Value};

/// The lines of a table: what stands above it, and its rows.
pub(crate) fn read(name: &str) -> (Json, Vec<Json>) {
    let path = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    (lines.next().unwrap(), lines.collect())
}

/// An `AnyValue` as a value.
pub(crate) fn value(json: &Json) -> Value<'static> {
    let Some((kind, held)) = json.as_object().and_then(|object| object.iter().next()) else {
        return Value::Nil;
    };
    match kind.as_str() {
        "stringValue" => held.as_str().unwrap().to_owned().into(),
        "boolValue" => held.as_bool().unwrap().into(),
        "intValue" => int(held).into(),
        "doubleValue" => double(held).into(),
        // A text that is not UTF-8, which no text of ours equals.
        "bytesValue" | "stringBytes" => Value::bytes(base64(held.as_str().unwrap())),
        "arrayValue" => {
            let items = held["values"].as_array().into_iter().flatten();
            List::new(ListKind::Slice, items.map(value).collect()).into()
        }
        "kvlistValue" => entries(&held["values"]),
        other => panic!("{other}"),
    }
}

/// A list of `KeyValue`s as a map.
pub(crate) fn entries(json: &Json) -> Value<'static> {
    let entries = json.as_array().into_iter().flatten();
    let entry = |entry: &Json| {
        let key = entry["key"].as_str().unwrap_or_default().to_owned();
        (key.into(), value(&entry["value"]))
    };
    Map::new(MapKind::Map, entries.map(entry).collect()).into()
}

fn int(json: &Json) -> i64 {
    json.as_i64()
        .unwrap_or_else(|| json.as_str().unwrap().parse().unwrap())
}

fn double(json: &Json) -> f64 {
    match json.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        Some(text) => text.parse().unwrap(),
        None => json.as_f64().unwrap(),
    }
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| *byte != b'=')
        .map(digit)
        .collect();
    let mut bytes = Vec::new();
    for chunk in digits.chunks(4) {
        let number = chunk
            .iter()
            .fold(0_u32, |sum, digit| sum << 6 | u32::from(*digit));
        let number = number << (6 * (4 - chunk.len()));
        bytes.extend(&number.to_be_bytes()[1..chunk.len()]);
    }
    bytes
}

/// A value so that equal ones are equal: maps without order, doubles by their bits.
pub(crate) fn canonical(value: &Value<'_>) -> Json {
    match value {
        Value::Nil => json!({}),
        Value::Bool(value) => json!({"bool": value}),
        Value::Int(value) => json!({"int": value}),
        Value::Double(value) if value.is_nan() => json!({"double": "NaN"}),
        // The two zeros are equal.
        Value::Double(value) => json!({"double": format!("{:?}", value + 0.0)}),
        Value::Text(value) => json!({"text": value.as_str()}),
        Value::Bytes(value) => json!({"bytes": value.to_vec()}),
        Value::List(list) => {
            json!({"list": list.iter().map(|item| canonical(&item)).collect::<Vec<_>>()})
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.as_str().cmp(b));
            let entries = entries.iter();
            let object: Object<String, Json> = entries
                .map(|(key, value)| (key.as_str().to_owned(), canonical(value)))
                .collect();
            json!({ "map": object })
        }
        other => json!({"other": format!("{other:?}")}),
    }
}

/// A list without its order, for functions whose order upstream is not fixed.
pub(crate) fn unordered(mut json: Json) -> Json {
    if let Some(items) = json.get_mut("list").and_then(Json::as_array_mut) {
        items.sort_by_key(Json::to_string);
    }
    json
}

fn time(json: &Json) -> Time {
    Time::from_unix_nanos(if json.is_null() { 0 } else { int(json) })
}

fn id<const N: usize>(json: &Json) -> [u8; N] {
    let text = json.as_str().unwrap_or_default();
    let mut out = [0; N];
    for (place, byte) in out.iter_mut().enumerate() {
        let digits = text.get(place * 2..place * 2 + 2).unwrap_or("00");
        *byte = u8::from_str_radix(digits, 16).unwrap();
    }
    out
}

/// The first log record of a payload, with what is above it.
pub(crate) fn log(payload: &Json) -> Record {
    let resource = &payload["resourceLogs"][0];
    let scope = &resource["scopeLogs"][0];
    let log = &scope["logRecords"][0];
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let number = |json: &Json| json.as_i64().unwrap_or_default();
    let at = time(&log["timeUnixNano"]);
    let observed = time(&log["observedTimeUnixNano"]);
    Record::default()
        .with("attributes", entries(&log["attributes"]))
        .with("body", value(&log["body"]))
        .with("body.string", body_text(&log["body"]))
        .with("time", at)
        .with("time_unix_nano", at.unix_nanos())
        .with("observed_time", observed)
        .with("observed_time_unix_nano", observed.unix_nanos())
        .with("severity_number", number(&log["severityNumber"]))
        .with("severity_text", text(&log["severityText"]))
        .with("event_name", text(&log["eventName"]))
        .with("flags", number(&log["flags"]))
        .with(
            "dropped_attributes_count",
            number(&log["droppedAttributesCount"]),
        )
        .with("trace_id", Value::TraceId(id(&log["traceId"])))
        .with("trace_id.string", digits(&log["traceId"], 32))
        .with("span_id", Value::SpanId(id(&log["spanId"])))
        .with("span_id.string", digits(&log["spanId"], 16))
        .with("otelcol.client.metadata", entries(&Json::Null))
        .with("otelcol.grpc.metadata", entries(&Json::Null))
        .with("cache", entries(&Json::Null))
        .with("scope.name", text(&scope["scope"]["name"]))
        .with("scope.version", text(&scope["scope"]["version"]))
        .with("scope.attributes", entries(&scope["scope"]["attributes"]))
        .with("scope.schema_url", text(&scope["schemaUrl"]))
        .with("scope.dropped_attributes_count", 0_i64)
        .with(
            "resource.attributes",
            entries(&resource["resource"]["attributes"]),
        )
        .with("resource.schema_url", text(&resource["schemaUrl"]))
        .with("resource.dropped_attributes_count", 0_i64)
        .closed()
}

/// An identifier as its digits; zeros where there is none.
fn digits(json: &Json, length: usize) -> String {
    format!("{:0<length$}", json.as_str().unwrap_or_default())
}

/// The body as its text.
fn body_text(json: &Json) -> Value<'static> {
    match value(json) {
        Value::Nil => String::new().into(),
        Value::Text(text) => text.into(),
        other => tollgate_ottl::json::encode_plain(&other).unwrap().into(),
    }
}
