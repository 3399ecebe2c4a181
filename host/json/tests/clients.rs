//! What real clients send: their quirks are read, and what is written says the same.
//!
//! The fixtures were captured from Codex (pretty-printed, `"body": null`, `"timeUnixNano": "0"`; cut to two records), Claude Code (integers as
//! numbers) and Gemini CLI (`"value": {}`; cut to two records).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use prost::Message;
use serde_json::Value;
use tollgate_json::{decode, encode};
use tollgate_record::signal::Signal;

const CODEX: &str = include_str!("fixtures/codex-logs.json");
const CLAUDE_CODE: &str = include_str!("fixtures/claude-code-metrics.json");
const GEMINI_CLI: &str = include_str!("fixtures/gemini-cli-logs.json");

/// OTLP/JSON in one spelling: no defaults, integers as strings.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let value = match (name.as_str(), canonical(value)) {
                    (
                        "intValue" | "asInt" | "count" | "timeUnixNano" | "startTimeUnixNano",
                        Value::Number(number),
                    ) => Value::String(number.to_string()),
                    (_, value) => value,
                };
                (name, value)
            });
            let is_value = |name: &str| name.ends_with("Value") || name.starts_with("as");
            Value::Object(
                members
                    .filter(|(name, value)| is_value(name) || !is_default(value))
                    .collect(),
            )
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(canonical).collect()),
        other => other,
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty() || text == "0",
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Object(members) => members.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Bool(true) => false,
    }
}

#[test]
fn what_is_written_says_what_was_read() {
    for (signal, text) in [
        (Signal::Logs, CODEX),
        (Signal::Metrics, CLAUDE_CODE),
        (Signal::Logs, GEMINI_CLI),
    ] {
        let wire = decode(signal, text.as_bytes()).unwrap();
        let mut json = Vec::new();
        encode(signal, &wire, &mut json).unwrap();
        let (before, after) = (
            serde_json::from_str(text).unwrap(),
            serde_json::from_slice(&json).unwrap(),
        );
        assert_eq!(canonical(before), canonical(after));
    }
}

#[test]
fn a_body_that_is_null_is_none_and_a_value_that_is_empty_is_one() {
    let read = |text: &str| {
        let wire = decode(Signal::Logs, text.as_bytes()).unwrap();
        ExportLogsServiceRequest::decode(wire.as_slice()).unwrap()
    };
    let codex = read(CODEX);
    let record = &codex.resource_logs[0].scope_logs[0].log_records[0];
    assert_eq!((record.time_unix_nano, &record.body), (0, &None));
    let gemini = read(GEMINI_CLI);
    let records = &gemini.resource_logs[0].scope_logs[0].log_records;
    let empty = records
        .iter()
        .flat_map(|record| &record.attributes)
        .filter(|attribute| attribute.value == Some(AnyValue::default()));
    assert_eq!(empty.count(), 3);
}
