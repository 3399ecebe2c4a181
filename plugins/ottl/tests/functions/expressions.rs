//! Value expressions that upstream's own `pkg/ottl` was given: times in many formats, zones and languages, addresses, encodings, hashes,
//! user agents.

use serde_json::{Map, Value as Json, json};
use tollgate_ottl::testing::{Failure, Record};
use tollgate_ottl::{Context, Value, go};

const ROWS: &str = include_str!("../vectors/functions_more.jsonl");

#[test]
fn expressions_have_the_values_that_upstream_gives_them() {
    let rows = ROWS
        .lines()
        .skip(1)
        .map(|line| serde_json::from_str::<Json>(line).unwrap());
    let mut equal = 0;
    let mut different = Vec::new();
    for row in rows {
        let (expected, found) = (expected(&row), found(&row));
        if expected == found {
            equal += 1;
        } else {
            different.push(format!("{row}\n    {found}"));
        }
    }
    println!("{equal} expressions equal, {} different", different.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
}

fn expected(row: &Json) -> Json {
    for outcome in ["refused", "error"] {
        if row[outcome] == json!(true) {
            return json!({ outcome: true });
        }
    }
    match &row["result_bytes"] {
        Json::Null => row["result"].clone(),
        bytes => bytes.clone(),
    }
}

fn found(row: &Json) -> Json {
    let mut record = Record::new(Context::Log);
    for (key, value) in row["attributes"].as_object().unwrap_or(&Map::new()) {
        record = record.attribute(key, value.as_str().unwrap().to_owned());
    }
    for (key, value) in row["bytes"].as_object().unwrap_or(&Map::new()) {
        record = record.attribute(key, bytes(value.as_str().unwrap()));
    }
    match record.evaluate(row["expression"].as_str().unwrap()) {
        Ok(value) => shown(&value),
        Err(Failure::Refused(_)) => json!({ "refused": true }),
        Err(Failure::Failed(_)) => json!({ "error": true }),
    }
}

/// The bytes of a text in base64, by way of the function that is tested elsewhere.
fn bytes(text: &str) -> Value<'static> {
    let record = Record::default().attribute("x", text.to_owned());
    match record
        .evaluate(r#"Decode(attributes["x"], "base64")"#)
        .unwrap()
    {
        Value::Text(text) => Value::bytes(text.as_bytes()),
        other => other,
    }
}

fn shown(value: &Value<'_>) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(boolean) => json!(boolean),
        Value::Int(number) => json!(number),
        Value::Double(number) => json!(number),
        Value::Text(text) => json!(text.as_str()),
        Value::Bytes(bytes) => json!(go::Base64::PADDED.encode(bytes)),
        Value::Time(time) => json!(time.rfc3339()),
        Value::List(list) => list.iter().map(|item| shown(&item)).collect(),
        Value::Map(map) => {
            let entry = |(key, value): (tollgate_ottl::Text<'_>, Value<'_>)| {
                (key.as_str().to_owned(), shown(&value))
            };
            Json::Object(map.iter().map(entry).collect())
        }
        Value::TraceId(id) | Value::ProfileId(id) => json!(id),
        Value::SpanId(id) => json!(id),
        other => json!(other.type_name()),
    }
}
