//! A request as fields, and how two of them differ.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value as Any};
use opentelemetry_proto::tonic::logs::v1::LogsData;
use opentelemetry_proto::tonic::trace::v1::TracesData;
use proptest::prelude::*;
use prost::Message as _;
use tollgate_json::decode;
use tollgate_lab::fields::{RecordFields, fields};
use tollgate_lab::json;
use tollgate_record::Signal;
use tollgate_record::testing::{Dice, request};

const LOGS: &str = r#"{"resourceLogs": [{
    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
    "scopeLogs": [{"scope": {"name": "lib"}, "logRecords": [
        {"body": {"stringValue": "first"}, "severityNumber": 9},
        {"body": {"kvlistValue": {"values": [
            {"key": "a \"b\"", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"intValue": "2"}]}}},
            {"key": "c", "value": {"boolValue": true}}]}},
         "attributes": [{"key": "k", "value": {"stringValue": "v"}}]}
    ]}]}]}"#;

const SPAN: &str = r#"{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "s", "events": [
    {"name": "one", "timeUnixNano": "1"}, {"name": "two", "timeUnixNano": "2"}, {"name": "three", "timeUnixNano": "3"}
]}]}]}]}"#;

fn wire(signal: Signal, text: &str) -> Bytes {
    decode(signal, text.as_bytes()).unwrap().into()
}

/// Differences, as lines.
fn shown(before: &RecordFields, after: &RecordFields) -> Vec<String> {
    let lines = before.differences(after).into_iter().map(|difference| {
        let side = |value: &Option<_>| {
            value
                .as_ref()
                .map_or("nothing".to_owned(), |value| json(value).to_string())
        };
        format!(
            "{}: {} -> {}",
            difference.field,
            side(&difference.before),
            side(&difference.after)
        )
    });
    lines.collect()
}

fn logs(edit: impl Fn(&mut LogsData)) -> Vec<Vec<String>> {
    let before = wire(Signal::Logs, LOGS);
    let mut data = LogsData::decode(before.clone()).unwrap();
    edit(&mut data);
    let old = fields(Signal::Logs, &before).unwrap();
    let new = fields(Signal::Logs, &data.encode_to_vec().into()).unwrap();
    old.iter()
        .zip(&new)
        .map(|(old, new)| shown(old, new))
        .collect()
}

fn text(text: &str) -> AnyValue {
    let value = Some(Any::StringValue(text.to_owned()));
    AnyValue { value }
}

#[test]
fn an_edit_of_a_record_is_one_difference_at_its_path() {
    let found = logs(|data| {
        let records = &mut data.resource_logs[0].scope_logs[0].log_records;
        records[0].body = Some(text("second"));
        records[1].attributes[0].key = "key".to_owned();
    });
    assert_eq!(found[0], ["body: \"first\" -> \"second\""]);
    assert_eq!(
        found[1],
        [
            "attributes[\"k\"]: \"v\" -> nothing",
            "attributes[\"key\"]: nothing -> \"v\""
        ]
    );
}

#[test]
fn what_is_nested_is_compared_level_by_level() {
    let found = logs(|data| {
        let body = data.resource_logs[0].scope_logs[0].log_records[1]
            .body
            .as_mut()
            .unwrap();
        let Some(Any::KvlistValue(map)) = &mut body.value else {
            unreachable!()
        };
        let Some(AnyValue {
            value: Some(Any::ArrayValue(list)),
        }) = &mut map.values[0].value
        else {
            unreachable!()
        };
        list.values[1] = AnyValue {
            value: Some(Any::IntValue(3)),
        };
        map.values.push(KeyValue {
            key: "d".to_owned(),
            value: None,
            ..KeyValue::default()
        });
    });
    assert_eq!(
        found[1],
        [
            r#"body["a \"b\""][1]: 2 -> 3"#,
            r#"body["d"]: nothing -> null"#
        ]
    );
}

#[test]
fn what_records_share_differs_in_each_of_them() {
    let found = logs(|data| {
        data.resource_logs[0].resource.as_mut().unwrap().attributes[0].value = Some(text("till"));
    });
    let line = r#"resource.attributes["service.name"]: "shop" -> "till""#;
    assert_eq!(found, [[line], [line]]);
}

#[test]
fn what_is_gone_below_a_record_is_told_apart_from_what_moved_up() {
    let before = wire(Signal::Traces, SPAN);
    let mut data = TracesData::decode(before.clone()).unwrap();
    data.resource_spans[0].scope_spans[0].spans[0]
        .events
        .remove(0);
    let old = fields(Signal::Traces, &before).unwrap();
    let new = fields(Signal::Traces, &data.encode_to_vec().into()).unwrap();
    let line = r#"spanevent (span event 1): {"spanevent.name":"one","spanevent.time_unix_nano":1} -> nothing"#;
    assert_eq!(shown(&old[0], &new[0]), [line]);
}

proptest! {
    #[test]
    fn every_record_has_fields_and_differs_from_nothing_but_others(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for signal in Signal::ALL {
            let wire: Bytes = request(signal, &mut Dice::new(&bytes)).into();
            let records = tollgate_record::count(signal, &wire).unwrap();
            let fields = fields(signal, &wire).unwrap();
            prop_assert_eq!(fields.len(), records as usize);
            for own in &fields {
                prop_assert_eq!(own.differences(own), vec![]);
            }
        }
    }
}
