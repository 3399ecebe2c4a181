//! By default a blocked value survives nowhere in a batch.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_redaction::Redaction;
use tollgate_sdk::testing::{Harness, Output};
use tollgate_sdk::{Compat, Signal};

const SECRET: &str = "joe@example.com";
/// The same in base64, as OTLP/JSON has bytes: `to joe@example.com!`.
const SECRET_BYTES: &str = "dG8gam9lQGV4YW1wbGUuY29tIQ==";

fn emails() -> Value {
    json!({"allow_all_keys": true, "blocked_values": ["[a-z]+@[a-z.]+[a-z]"]})
}

/// Attributes that hold the secret in every way there is.
fn attributes() -> Value {
    json!([
        {"key": "plain", "value": {"stringValue": format!("mail {SECRET} now")}},
        {"key": "bytes", "value": {"bytesValue": SECRET_BYTES}},
        {"key": SECRET, "value": {"intValue": "1"}},
        {"key": format!("x.{SECRET}"), "value": {"stringValue": SECRET}},
        {"key": "list", "value": {"arrayValue": {"values": [
            {"stringValue": SECRET},
            {"bytesValue": SECRET_BYTES},
            {"kvlistValue": {"values": [{"key": SECRET, "value": {"boolValue": true}}]}},
        ]}}},
        {"key": "map", "value": {"kvlistValue": {"values": [
            {"key": "deep", "value": {"kvlistValue": {"values": [{"key": "deeper", "value": {"stringValue": SECRET}}]}}},
            {"key": SECRET, "value": {"kvlistValue": {"values": [{"key": SECRET, "value": {"stringValue": SECRET}}]}}},
            {"key": "number", "value": {"intValue": "7"}},
        ]}}},
    ])
}

fn text() -> String {
    format!("about {SECRET}.")
}

fn scope() -> Value {
    json!({"name": text(), "version": text(), "attributes": attributes()})
}

fn resource() -> Value {
    json!({"attributes": attributes(), "entityRefs": [{"schemaUrl": text(), "type": text(), "idKeys": [text()], "descriptionKeys": [text()]}]})
}

fn logs() -> Value {
    let record = |body: Value| json!({"body": body, "severityText": text(), "eventName": text(), "attributes": attributes()});
    let records = [
        record(json!({"stringValue": text()})),
        record(json!({"bytesValue": SECRET_BYTES})),
        record(
            json!({"arrayValue": {"values": [{"stringValue": text()}, {"arrayValue": {"values": [{"stringValue": text()}]}}]}}),
        ),
        record(json!({"kvlistValue": {"values": attributes()}})),
    ];
    json!({"resourceLogs": [{"resource": resource(), "schemaUrl": text(), "scopeLogs": [{"scope": scope(), "schemaUrl": text(), "logRecords": records}]}]})
}

fn traces() -> Value {
    let span = json!({
        "traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0102030405060708", "traceState": "a=joe@example.com",
        "name": text(), "kind": 2, "attributes": attributes(),
        "events": [{"name": text(), "attributes": attributes()}],
        "links": [{"traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0102030405060708", "traceState": "a=joe@example.com", "attributes": attributes()}],
        "status": {"code": 2, "message": text()},
    });
    json!({"resourceSpans": [{"resource": resource(), "schemaUrl": text(), "scopeSpans": [{"scope": scope(), "schemaUrl": text(), "spans": [span]}]}]})
}

fn metrics() -> Value {
    let exemplars = json!([{"asInt": "1", "filteredAttributes": attributes()}]);
    let metric = |kind: &str, point: Value| json!({"name": text(), "description": text(), "unit": text(), "metadata": attributes(), kind: {"dataPoints": [point]}});
    let metrics = [
        metric(
            "gauge",
            json!({"attributes": attributes(), "asInt": "1", "exemplars": exemplars}),
        ),
        metric(
            "sum",
            json!({"attributes": attributes(), "asInt": "1", "exemplars": exemplars}),
        ),
        metric(
            "histogram",
            json!({"attributes": attributes(), "count": "1", "exemplars": exemplars}),
        ),
        metric(
            "exponentialHistogram",
            json!({"attributes": attributes(), "count": "1", "exemplars": exemplars}),
        ),
        metric("summary", json!({"attributes": attributes(), "count": "1"})),
    ];
    json!({"resourceMetrics": [{"resource": resource(), "schemaUrl": text(), "scopeMetrics": [{"scope": scope(), "schemaUrl": text(), "metrics": metrics}]}]})
}

fn run(config: Value, signal: Signal, payload: &Value) -> Output {
    let mut redaction = Harness::<Redaction>::configure(config).unwrap();
    redaction.run_json(signal, &payload.to_string()).unwrap()
}

/// Where the secret still stands, by the bytes around it.
fn survivors(output: &Output) -> Vec<String> {
    let wire = output.wire();
    let found = (0..wire.len()).filter(|&at| wire[at..].starts_with(SECRET.as_bytes()));
    found
        .map(|at| {
            String::from_utf8_lossy(&wire[at.saturating_sub(40)..wire.len().min(at + 40)])
                .into_owned()
        })
        .collect()
}

#[test]
fn no_secret_survives_anywhere() {
    for (signal, payload) in [
        (Signal::Logs, logs()),
        (Signal::Traces, traces()),
        (Signal::Metrics, metrics()),
    ] {
        for extra in [
            json!({}),
            json!({"summary": "debug"}),
            json!({"blocked_key_patterns": ["nothing"]}),
            json!({"redact_all_types": true, "summary": "debug"}),
        ] {
            let mut config = emails();
            config
                .as_object_mut()
                .unwrap()
                .extend(extra.as_object().unwrap().clone());
            let output = run(config.clone(), signal, &payload);
            assert_eq!(survivors(&output), [""; 0], "{signal:?} with {config}");
            assert_eq!(output.failed(), [0; 0]);
        }
    }
}

#[test]
fn the_payloads_of_this_test_are_full_of_secrets() {
    for (signal, payload) in [
        (Signal::Logs, logs()),
        (Signal::Traces, traces()),
        (Signal::Metrics, metrics()),
    ] {
        let output = run(
            json!({"allow_all_keys": true, "blocked_values": ["nobody"]}),
            signal,
            &payload,
        );
        assert!(survivors(&output).len() > 50, "{signal:?}");
    }
}

fn log(attributes: &Value) -> Value {
    json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"attributes": attributes}]}]}]})
}

fn attributes_after(config: Value, attributes: &Value) -> Value {
    let output = run(config, Signal::Logs, &log(attributes)).json();
    output["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["attributes"].clone()
}

#[test]
fn what_is_no_secret_stays_as_it_is() {
    let given = json!([
        {"key": "text", "value": {"stringValue": "no mail"}},
        {"key": "number", "value": {"intValue": "5"}},
        {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "a"}, {"doubleValue": 0.5}, {}]}}},
        {"key": "bytes", "value": {"bytesValue": "/w=="}},
        {"key": "nothing", "value": {}},
    ]);
    assert_eq!(attributes_after(emails(), &given), given);
}

#[test]
fn a_map_keeps_its_other_entries() {
    let given = json!([{"key": "user", "value": {"kvlistValue": {"values": [
        {"key": "mail", "value": {"stringValue": SECRET}}, {"key": "id", "value": {"intValue": "7"}}]}}}]);
    let expected = json!([{"key": "user", "value": {"kvlistValue": {"values": [
        {"key": "mail", "value": {"stringValue": "****"}}, {"key": "id", "value": {"intValue": "7"}}]}}}]);
    assert_eq!(attributes_after(emails(), &given), expected);
}

#[test]
fn masked_keys_stay_apart() {
    let given = json!([
        {"key": "a@x.com", "value": {"intValue": "1"}},
        {"key": "b@x.com", "value": {"intValue": "2"}},
        {"key": "****.2", "value": {"intValue": "3"}},
        {"key": "m", "value": {"kvlistValue": {"values": [{"key": "a@x.com", "value": {"intValue": "4"}}]}}},
    ]);
    let after = attributes_after(emails(), &given);
    let mut keys: Vec<_> = after
        .as_array()
        .unwrap()
        .iter()
        .map(|attribute| attribute["key"].as_str().unwrap())
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, ["****", "****.2", "****.3", "m"]);
    assert_eq!(after[3]["value"]["kvlistValue"]["values"][0]["key"], "****");
}

#[test]
fn an_allowed_value_spares_what_it_covers_and_no_more() {
    let mut config = emails();
    config["allowed_values"] = json!(["[a-z]+@ourselves\\.com"]);
    let given =
        json!([{"key": "mail", "value": {"stringValue": "ops@ourselves.com, joe@example.com"}}]);
    let spared = json!([{"key": "mail", "value": {"stringValue": "ops@ourselves.com, ****"}}]);
    assert_eq!(attributes_after(config.clone(), &given), spared);

    let mut collector = Harness::<Redaction>::with_compat(Compat::Collector)
        .configure(config)
        .unwrap();
    let output = collector
        .run_json(Signal::Logs, &log(&given).to_string())
        .unwrap()
        .json();
    assert_eq!(
        output["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["attributes"],
        given
    );
}

#[test]
fn the_scope_of_upstream_reaches_where_the_collector_does() {
    let config = json!({"allow_all_keys": true, "blocked_values": ["[a-z]+@[a-z.]+[a-z]"], "scope": "upstream"});
    let output = run(config, Signal::Traces, &traces()).json();
    let span = &output["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(
        span["attributes"][0]["value"]["stringValue"],
        "mail **** now"
    );
    assert_eq!(
        span["events"][0]["attributes"][0]["value"]["stringValue"],
        "mail **** now"
    );
    assert_eq!(
        span["links"][0]["attributes"][0]["value"]["stringValue"],
        "mail joe@example.com now"
    );
    assert_eq!(span["name"], text());
    assert_eq!(span["status"]["message"], text());
}

#[test]
fn an_allow_list_removes_attributes_of_links_and_exemplars_too() {
    let config = json!({"allowed_keys": ["plain"], "summary": "info"});
    let output = run(config.clone(), Signal::Traces, &traces()).json();
    let link = &output["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["links"][0]["attributes"];
    assert_eq!(link[0]["key"], "plain");
    assert_eq!(
        link[1],
        json!({"key": "redaction.redacted.count", "value": {"intValue": "5"}})
    );
    assert_eq!(link[2], Value::Null);
    let output = run(config, Signal::Metrics, &metrics()).json();
    let exemplar = &output["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["gauge"]["dataPoints"]
        [0]["exemplars"][0]["filteredAttributes"];
    assert_eq!(exemplar.as_array().unwrap().len(), 2);
}

#[test]
fn a_summary_names_the_new_places_and_no_secret() {
    let mut config = emails();
    config["summary"] = json!("debug");
    let output = run(config, Signal::Traces, &traces()).json();
    let span = &output["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    let said = |attributes: &Value| {
        attributes
            .as_array()
            .unwrap()
            .iter()
            .find(|a| a["key"] == "redaction.masked.keys")
            .unwrap()["value"]["stringValue"]
            .clone()
    };
    assert_eq!(
        said(&span["attributes"]),
        "****,bytes,list.[0],list.[1],list.[2].****,map.****,map.****.****,map.deep.deeper,name,plain,status.message,trace_state,x.****"
    );
    assert!(
        said(&span["links"][0]["attributes"])
            .as_str()
            .unwrap()
            .contains("trace_state")
    );
}

#[test]
fn edits_bear_the_name_of_their_pattern() {
    let config = json!({"allow_all_keys": true, "blocked_values": ["AKIA[0-9A-Z]{16}", "[a-z]+@[a-z.]+[a-z]"], "blocked_key_patterns": ["^token$"]});
    let given = json!([
        {"key": "mail", "value": {"stringValue": SECRET}},
        {"key": "token", "value": {"intValue": "5"}},
    ]);
    let output = run(config, Signal::Logs, &log(&given));
    assert_eq!(
        (
            output.edits_of("blocked_values[0]"),
            output.edits_of("blocked_values[1]"),
            output.edits_of("blocked_key_patterns[0]")
        ),
        (0, 1, 1)
    );
}

#[test]
fn numbers_of_a_body_are_looked_at() {
    let config = json!({"allow_all_keys": true, "blocked_values": ["4[0-9]{15}"]});
    let payload = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [
        {"body": {"intValue": "4111111111111111"}},
        {"body": {"kvlistValue": {"values": [{"key": "card", "value": {"intValue": "4111111111111111"}}]}}},
    ]}]}]});
    let output = run(config, Signal::Logs, &payload).json();
    let records = &output["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
    assert_eq!(records[0]["body"]["stringValue"], "****");
    assert_eq!(
        records[1]["body"]["kvlistValue"]["values"][0]["value"]["stringValue"],
        "****"
    );
}

#[test]
fn a_summary_of_a_body_names_no_secret_key() {
    let mut config = emails();
    config["summary"] = json!("debug");
    config["blocked_key_patterns"] = json!(["nothing"]);
    let payload = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"kvlistValue": {"values": [
        {"key": SECRET, "value": {"kvlistValue": {"values": [{"key": "to", "value": {"stringValue": SECRET}}]}}},
    ]}}}]}]}]});
    let output = run(config, Signal::Logs, &payload);
    assert_eq!(survivors(&output), [""; 0]);
}

#[test]
fn a_summary_that_a_client_sent_is_masked_before_it_is_added_to() {
    let mut config = emails();
    config["summary"] = json!("debug");
    let given = json!([
        {"key": "mail", "value": {"stringValue": SECRET}},
        {"key": "redaction.masked.keys", "value": {"stringValue": format!("{SECRET},earlier")}},
    ]);
    let output = run(config.clone(), Signal::Logs, &log(&given));
    assert_eq!(survivors(&output), [""; 0]);
    assert!(output.text().contains("****,earlier,mail"));

    // Nor does what an allow list removes come back that way.
    config["allow_all_keys"] = json!(false);
    config["allowed_keys"] = json!(["mail"]);
    let payload = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{
        "body": {"stringValue": SECRET},
        "attributes": [{"key": "redaction.body.masked.keys", "value": {"stringValue": "removed"}}],
    }]}]}]});
    let output = run(config, Signal::Logs, &payload);
    assert!(!output.text().contains("removed"), "{}", output.text());
}
