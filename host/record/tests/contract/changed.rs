//! What becomes of edits.

use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::logs::v1::LogsData;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData};
use prost::Message;
use tollgate_record::{Refusal, Signal, ValueKind, View};

use crate::answer::*;

#[test]
fn an_edit_is_seen_by_the_next_stage_and_goes_out() {
    let access = access(
        Signal::Logs,
        &["attributes[*]"],
        &["attributes[*]", "severity_text", "severity_number"],
    );
    let mut batch = index(
        &access,
        logs(vec![record(&[("a", "1"), ("b", "2"), ("c", "3")])]).encode_to_vec(),
    );
    let view = project(&batch, &access);
    let changes = Answer::default()
        .set(0, &"long ".repeat(100))
        .delete(1)
        .rename(2, "d")
        .put(3, "attributes[\"e\"]", ValueKind::Int, &number(5))
        .put(3, "severity_text", ValueKind::Text, b"WARN")
        .put(3, "severity_number", ValueKind::Int, &number(13))
        .check(&batch, &view, &access)
        .unwrap();
    assert_eq!(batch.apply(vec![changes]).edits_by_rule, [6]);
    let paths: Vec<String> = texts(&project(&batch, &access))
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        paths,
        [
            "attributes[\"a\"]",
            "attributes[\"d\"]",
            "attributes[\"e\"]"
        ]
    );
    let decoded = LogsData::decode(batch.encode()).unwrap();
    let log = &decoded.resource_logs[0].scope_logs[0].log_records[0];
    assert_eq!(
        (log.severity_number, log.severity_text.as_str()),
        (13, "WARN")
    );
    assert_eq!(log.attributes[0].value, Some(text(&"long ".repeat(100))));
    assert_eq!(log.attributes[1], attribute("d", text("3")));
    assert_eq!(
        log.attributes[2],
        attribute(
            "e",
            AnyValue {
                value: Some(Any::IntValue(5))
            }
        )
    );
}

#[test]
fn two_puts_into_a_message_that_is_missing_make_one_message() {
    let spans = vec![Span {
        name: "a".to_owned(),
        ..Span::default()
    }];
    let scope_spans = vec![ScopeSpans {
        spans,
        ..ScopeSpans::default()
    }];
    let data = TracesData {
        resource_spans: vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }],
    };
    let access = access(
        Signal::Traces,
        &[],
        &[
            "status.message",
            "status.code",
            "resource.attributes[*]",
            "scope.name",
        ],
    );
    let mut batch = index(&access, data.encode_to_vec());
    let view = project(&batch, &access);
    let changes = Answer::default()
        .put(3, "status.message", ValueKind::Text, b"broken")
        .put(3, "status.code", ValueKind::Int, &number(2))
        .put(1, "resource.attributes[\"region\"]", ValueKind::Text, b"eu")
        .put(2, "scope.name", ValueKind::Text, b"lib")
        .check(&batch, &view, &access)
        .unwrap();
    batch.apply(vec![changes]);
    let encoded = batch.encode();
    let decoded = TracesData::decode(encoded.clone()).unwrap();
    let resource = &decoded.resource_spans[0];
    assert_eq!(
        resource.resource.as_ref().unwrap().attributes,
        [attribute("region", text("eu"))]
    );
    assert_eq!(resource.scope_spans[0].scope.as_ref().unwrap().name, "lib");
    let status = resource.scope_spans[0].spans[0].status.as_ref().unwrap();
    assert_eq!((status.message.as_str(), status.code), ("broken", 2));
    try_index(Signal::Traces, encoded.to_vec(), &access.writes).unwrap();
}

#[test]
fn a_nested_put_makes_the_maps_on_its_way_and_no_more() {
    let access = access(
        Signal::Logs,
        &["attributes[**]"],
        &["attributes[*]", "body"],
    );
    let mut batch = index(
        &access,
        logs(vec![record(&[("text", "x")])]).encode_to_vec(),
    );
    let view = project(&batch, &access);
    let through_text =
        Answer::default().put(3, "attributes[\"text\"][\"a\"]", ValueKind::Text, b"y");
    assert_eq!(
        through_text.refusal(&batch, &view, &access),
        Refusal::Place { index: 0 }
    );
    let element = Answer::default().put(3, "attributes[\"new\"][0]", ValueKind::Text, b"y");
    assert_eq!(
        element.refusal(&batch, &view, &access),
        Refusal::Place { index: 0 }
    );
    let changes = Answer::default()
        .put(
            3,
            "attributes[\"a\"][\"b\"][\"c\"]",
            ValueKind::Text,
            b"deep",
        )
        .put(3, "body[\"message\"]", ValueKind::Text, b"hi")
        .check(&batch, &view, &access)
        .unwrap();
    batch.apply(vec![changes]);
    let last = texts(&project(&batch, &access)).pop().unwrap();
    assert_eq!(
        last,
        (
            "attributes[\"a\"][\"b\"][\"c\"]".to_owned(),
            "deep".to_owned()
        )
    );
    let decoded = LogsData::decode(batch.encode()).unwrap();
    assert!(matches!(
        decoded.resource_logs[0].scope_logs[0].log_records[0]
            .body
            .as_ref()
            .unwrap()
            .value,
        Some(Any::KvlistValue(_))
    ));
}

#[test]
fn parts_change_a_shared_parent_once_and_their_records_each() {
    let access = access(
        Signal::Logs,
        &["attributes[*]"],
        &["attributes[*]", "resource.attributes[*]"],
    );
    let mut batch = index(
        &access,
        logs(vec![record(&[("a", "1")]), record(&[("a", "2")])]).encode_to_vec(),
    );
    let mut parts = Vec::new();
    for part in 0..2 {
        let mut view = View::default();
        batch.project(&access, part..part + 1, &mut view);
        assert_eq!(view.node_kind, [0, 1, 2, 3]);
        let answer = Answer::default()
            .put(
                1,
                "resource.attributes[\"n\"]",
                ValueKind::Text,
                format!("part {part}").as_bytes(),
            )
            .put(
                3,
                "attributes[\"part\"]",
                ValueKind::Int,
                &number(i64::from(part)),
            );
        parts.push(answer.check(&batch, &view, &access).unwrap());
    }
    assert_eq!(batch.apply(parts).edits_by_rule, [3]);
    let decoded = LogsData::decode(batch.encode()).unwrap();
    let resource = decoded.resource_logs[0].resource.as_ref().unwrap();
    assert_eq!(resource.attributes[1], attribute("n", text("part 0")));
    assert_eq!(resource.attributes.len(), 2);
    assert!(
        decoded.resource_logs[0].scope_logs[0]
            .log_records
            .iter()
            .all(|log| log.attributes.len() == 2)
    );
}

#[test]
fn what_is_unknown_around_a_changed_value_stays() {
    // Log record > attribute (field 6) > key, unknown field 9, value; then an unknown field of the record.
    let attribute = [
        &[0x0a, 1, b'a'][..],
        &[0x4a, 1, b'U'],
        &[0x12, 3, 0x0a, 1, b'x'],
    ]
    .concat();
    let log = [
        &[0x32, attribute.len() as u8][..],
        &attribute,
        &[0xfa, 0x3e, 1, b'V'],
    ]
    .concat();
    let wrap = |tag: u8, inside: &[u8]| [&[tag, inside.len() as u8][..], inside].concat();
    let wire = wrap(0x0a, &wrap(0x12, &wrap(0x12, &log)));
    let access = access(Signal::Logs, &["attributes[*]"], &["attributes[*]"]);
    let mut batch = index(&access, wire);
    let view = project(&batch, &access);
    let changes = Answer::default()
        .set(0, "changed")
        .rename(0, "b")
        .check(&batch, &view, &access)
        .unwrap();
    batch.apply(vec![changes]);
    let encoded = batch.encode();
    let contains = |needle: &[u8]| encoded.windows(needle.len()).any(|window| window == needle);
    assert!(contains(&[0x4a, 1, b'U']) && contains(&[0xfa, 0x3e, 1, b'V']) && contains(b"changed"));
}
