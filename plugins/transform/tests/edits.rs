//! What statements read, write and come to.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_sdk::Signal;
use tollgate_sdk::testing::{Harness, Output, RecordBuilder, Request, log_record, span};
use tollgate_transform::Transform;

fn transform(key: &str, statements: &[&str]) -> Harness<Transform> {
    Harness::configure(json!({ key: statements })).unwrap()
}

fn logs(statements: &[&str], records: impl IntoIterator<Item = RecordBuilder>) -> Output {
    transform("log_statements", statements)
        .run(&Request::of(records).unwrap())
        .unwrap()
}

fn attributes(output: &Output) -> Vec<Value> {
    let json = output.json();
    let records = json["resourceLogs"].as_array().unwrap().iter();
    let records = records.flat_map(|resource| resource["scopeLogs"].as_array().unwrap());
    let records = records.flat_map(|scope| scope["logRecords"].as_array().unwrap());
    let plain = |record: &Value| {
        let list = record["attributes"].as_array().cloned().unwrap_or_default();
        let entry = |entry: Value| {
            let value = entry["value"].as_object().unwrap().values().next().cloned();
            (entry["key"].as_str().unwrap().to_owned(), value.unwrap())
        };
        Value::Object(list.into_iter().map(entry).collect())
    };
    records.map(plain).collect()
}

#[test]
fn a_moved_value_is_renamed() {
    let output = logs(
        &[
            r#"set(log.attributes["new"], log.attributes["old"]) where log.attributes["old"] != nil"#,
            r#"delete_key(log.attributes, "old")"#,
        ],
        [
            log_record().attribute("old", "v"),
            log_record().attribute("b", "w"),
        ],
    );
    assert_eq!(
        attributes(&output),
        [json!({ "new": "v" }), json!({ "b": "w" })]
    );
    assert_eq!(output.edits_of("log_statements[0]"), 1);
    assert_eq!(output.edits_of("log_statements[1]"), 0);
}

#[test]
fn a_value_that_stays_is_no_edit() {
    let output = logs(
        &[
            r#"set(log.attributes["a"], "v")"#,
            r#"set(log.attributes["b"], "other")"#,
            r#"set(log.attributes["b"], "w")"#,
            "set(log.severity_number, log.severity_number)",
        ],
        [log_record().attribute("a", "v").attribute("b", "w")],
    );
    let edits = (0..4).map(|nth| output.edits_of(&format!("log_statements[{nth}]")));
    assert_eq!(edits.sum::<u64>(), 0);
}

#[test]
fn a_statement_sees_those_before_it() {
    let output = logs(
        &[
            r#"set(log.attributes["n"], 1)"#,
            r#"set(log.attributes["n"], log.attributes["n"] + 1)"#,
            r#"set(log.cache["x"], log.attributes["n"])"#,
            r#"set(log.attributes["m"], log.cache["x"])"#,
            r#"delete_key(log.attributes, "n")"#,
        ],
        [log_record(), log_record()],
    );
    assert_eq!(
        attributes(&output),
        [json!({ "m": "2" }), json!({ "m": "2" })]
    );
}

#[test]
fn an_attribute_of_the_resource_is_seen_by_later_records() {
    let output = logs(
        &[
            r#"set(log.attributes["first"], true) where resource.attributes["seen"] == nil"#,
            r#"set(resource.attributes["seen"], true)"#,
        ],
        [log_record(), log_record()],
    );
    assert_eq!(attributes(&output), [json!({ "first": true }), json!({})]);
    assert_eq!(output.edits_of("log_statements[1]"), 1);
}

#[test]
fn a_later_group_sees_an_earlier_one() {
    let config = json!({ "log_statements": [
        { "context": "log", "statements": [r#"set(attributes["a"], "1")"#] },
        { "context": "resource", "statements": [r#"set(attributes["r"], "2")"#] },
        { "context": "log", "statements": [
            r#"set(attributes["b"], Concat([attributes["a"], resource.attributes["r"]], ""))"#,
            r#"delete_key(attributes, "a")"#,
        ] },
    ] });
    let mut policy = Harness::<Transform>::configure(config).unwrap();
    let output = policy.run(&log_record().build()).unwrap();
    assert_eq!(attributes(&output), [json!({ "b": "12" })]);
    assert!(output.text().contains(r#""key":"r""#));
}

#[test]
fn whole_maps_and_named_entries_go_together() {
    let output = logs(
        &[
            r#"set(log.attributes["kept"], "new")"#,
            r#"keep_keys(log.attributes, ["kept", "b"])"#,
            r#"set(log.attributes[Concat(["c", "d"], "")], "put")"#,
        ],
        [log_record().attribute("a", "1").attribute("b", "2")],
    );
    assert_eq!(
        attributes(&output),
        [json!({ "kept": "new", "b": "2", "cd": "put" })]
    );
}

#[test]
fn a_map_that_is_replaced_keeps_what_is_the_same() {
    let output = logs(
        &[r#"set(log.attributes, {"a": "1", "z": "9"})"#],
        [log_record().attribute("a", "1").attribute("b", "2")],
    );
    assert_eq!(attributes(&output), [json!({ "a": "1", "z": "9" })]);
    assert_eq!(output.edits_of("log_statements[0]"), 2);
}

#[test]
fn only_what_is_named_is_asked_for() {
    let policy = transform(
        "log_statements",
        &[
            r#"set(log.attributes["a"], log.body) where log.severity_number > 8"#,
            r#"set(resource.attributes["r"], scope.name)"#,
            "set(log.severity_text, \"x\")",
        ],
    );
    let manifest = policy.manifest();
    let reads = manifest.reads(Signal::Logs);
    let mut reads: Vec<_> = reads.iter().map(String::as_str).collect();
    reads.sort_unstable();
    let expected = [
        r#"attributes["a"]"#,
        "body",
        r#"resource.attributes["r"]"#,
        "scope.name",
        "severity_number",
    ];
    assert_eq!(reads, expected);
    let writes = manifest.writes(Signal::Logs);
    let mut writes: Vec<_> = writes.iter().map(String::as_str).collect();
    writes.sort_unstable();
    assert_eq!(
        writes,
        [
            r#"attributes["a"]"#,
            r#"resource.attributes["r"]"#,
            "severity_text"
        ]
    );
    assert!(manifest.reads(Signal::Traces).is_empty());
}

#[test]
fn ids_times_and_kinds_have_several_forms() {
    let config = json!({ "trace_statements": [
        r#"set(span.attributes["id"], span.span_id.string)"#,
        r#"set(span.trace_id.string, "0102030405060708090a0b0c0d0e0f10")"#,
        r#"set(span.kind.string, "Server")"#,
        "set(span.end_time_unix_nano, span.start_time_unix_nano + 5)",
        r#"set(span.trace_state["a"], "b")"#,
        r#"set(span.attributes["event"], true) where Len(span.events) == 1"#,
        r#"set(span.attributes["root"], IsRootSpan())"#,
    ] });
    let mut policy = Harness::<Transform>::configure(config).unwrap();
    let record = span("s")
        .field("spanId", "0102030405060708")
        .field("startTimeUnixNano", "100")
        .field("traceState", "x=y")
        .event("e", []);
    let output = policy.run(&record.build()).unwrap().json();
    let span = &output["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["traceId"], "0102030405060708090a0b0c0d0e0f10");
    assert_eq!(span["kind"], 2);
    assert_eq!(span["endTimeUnixNano"], "105");
    assert_eq!(span["traceState"], "a=b,x=y");
    let text = span["attributes"].to_string();
    assert!(text.contains("0102030405060708"), "{text}");
    assert!(
        text.contains(r#"{"key":"event","value":{"boolValue":true}}"#),
        "{text}"
    );
    assert!(
        text.contains(r#"{"key":"root","value":{"boolValue":true}}"#),
        "{text}"
    );
}

#[test]
fn the_request_can_be_looked_at() {
    let mut policy = transform(
        "log_statements",
        &[r#"set(log.attributes["tenant"], otelcol.client.metadata["X-Tenant"][0])"#],
    );
    policy.metadata("x-tenant", ["acme"]);
    let output = policy.run(&log_record().build()).unwrap();
    assert_eq!(attributes(&output), [json!({ "tenant": "acme" })]);
}
