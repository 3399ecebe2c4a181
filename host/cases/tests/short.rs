//! The short form of records: what is written is what comes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tollgate_cases::{CaseFile, Input, read};
use tollgate_lab::fields::{RecordFields, fields};
use tollgate_lab::{Telemetry, json as plain};

fn file(input: &Json) -> CaseFile {
    let text = format!(
        "policy: redaction\ncases:\n  - name: a\n    input: {input}\n    expect: {{kept: true}}\n"
    );
    read("a.test.yaml", &text).unwrap_or_else(|found| panic!("{}", found.render(false)))
}

fn telemetry(input: &Json) -> Vec<Telemetry> {
    let file = file(input);
    let requests = file.cases[0].input.iter().map(|input| match &input.value {
        Input::Json(request) => request.to_string(),
        other => panic!("{other:?}"),
    });
    let read = requests.map(|text| tollgate_lab::input::read(text.as_bytes(), "a", None).unwrap());
    read.flatten().collect()
}

fn records(telemetry: &Telemetry) -> Vec<RecordFields> {
    fields(telemetry.signal, &telemetry.wire).unwrap()
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        "[^\\p{C}]{0,12}".prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
        (-1e6..1e6_f64).prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::btree_map("[a-z]{1,5}", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    /// Every attribute of every signal arrives as it is written, under the record and under its resource.
    #[test]
    fn attributes_arrive_as_they_are_written(
        attributes in prop::collection::btree_map("[a-z.]{1,8}", value(), 0..4),
        signal in 0..3_usize,
    ) {
        let mut record = json!({"attributes": attributes, "resource": attributes});
        let own = [("body", json!("a")), ("span", json!("a")), ("metric", json!("a"))];
        record[own[signal].0] = own[signal].1.clone();
        if signal == 2 {
            record["gauge"] = json!(1);
        }
        let telemetry = telemetry(&record);
        prop_assert_eq!(telemetry.len(), 1);
        let record = records(&telemetry[0]).remove(0);
        for prefix in ["", "resource."] {
            let mut came = BTreeMap::new();
            for key in attributes.keys() {
                let path = format!("{prefix}attributes[{}]", Json::from(key.as_str()));
                came.insert(key.clone(), record.get(&path).map(plain));
            }
            let written: BTreeMap<_, _> =
                attributes.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
            prop_assert_eq!(came, written);
        }
    }
}

#[test]
fn records_beside_one_another_are_a_request_for_each_signal() {
    let input = json!([
        {"body": "a", "severity_number": "WARN2", "time": "1970-01-01T00:00:01Z"},
        {"span": "s", "kind": "server", "status": "error", "trace_id": "0af7651916cd43dd8448eb211c80319c"},
        {"body": "b", "resource": {"service.name": "shop"}},
        {"metric": "m", "sum": 2.5, "unit": "s", "temporality": "delta"},
        {"metric": "h", "histogram": {"count": 2, "sum": 3.5, "bounds": [1], "buckets": [1, 1]}},
    ]);
    let telemetry = telemetry(&input);
    let counts: Vec<_> = telemetry
        .iter()
        .map(|own| (own.signal.as_str(), records(own).len()))
        .collect();
    assert_eq!(counts, [("logs", 2), ("traces", 1), ("metrics", 2)]);
    let of = |request: usize, record: usize, path: &str| {
        records(&telemetry[request])[record].get(path).map(plain)
    };
    assert_eq!(of(0, 0, "severity_number"), Some(json!(14)));
    assert_eq!(of(0, 0, "time_unix_nano"), Some(json!(1_000_000_000)));
    assert_eq!(
        of(0, 1, "resource.attributes[\"service.name\"]"),
        Some(json!("shop"))
    );
    assert_eq!(of(1, 0, "kind"), Some(json!(2)));
    assert_eq!(of(1, 0, "status.code"), Some(json!(2)));
    assert_eq!(of(2, 0, "value_double"), Some(json!(2.5)));
    assert_eq!(of(2, 0, "metric.aggregation_temporality"), Some(json!(1)));
    assert_eq!(of(2, 1, "count"), Some(json!(2)));
}

#[test]
fn a_description_of_bytes_is_bytes() {
    let telemetry = telemetry(&json!({"attributes": {"raw": {"$bytes": "aGVsbG8="}}}));
    let record = records(&telemetry[0]).remove(0);
    assert_eq!(
        record.get("attributes[\"raw\"]"),
        Some(&tollgate_record::Value::Bytes(b"hello".to_vec()))
    );
}
