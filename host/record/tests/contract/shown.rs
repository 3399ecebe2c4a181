//! What a stage is shown.

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use prost::Message;
use std::sync::Arc;
use tollgate_record::{
    Batch, Fields, Limits, Refusal, RequestContext, Signal, Value, ValueKind, View,
};

use crate::answer::*;

#[test]
fn a_view_lists_the_reads_first_and_keeps_their_order_with_repetitions() {
    let access = access(
        Signal::Logs,
        &[
            "severity_text",
            "attributes[*]",
            "attributes[\"b\"]",
            "severity_text",
        ],
        &[],
    );
    let batch = index(
        &access,
        logs(vec![record(&[("a", "1"), ("b", "2")])]).encode_to_vec(),
    );
    let view = project(&batch, &access);
    let fields: Vec<String> = view.fields.iter().map(|span| slice(&view, *span)).collect();
    assert_eq!(
        fields,
        [
            "severity_text",
            "attributes[*]",
            "attributes[\"b\"]",
            "severity_text",
            "attributes[\"a\"]"
        ]
    );
    assert_eq!(
        texts(&view),
        [
            ("attributes[\"a\"]".to_owned(), "1".to_owned()),
            ("attributes[\"b\"]".to_owned(), "2".to_owned())
        ]
    );
}

#[test]
fn every_text_is_delivered_and_of_all_else_the_key() {
    let nested = Any::KvlistValue(opentelemetry_proto::tonic::common::v1::KeyValueList {
        values: vec![
            attribute("inner", text("leaf")),
            attribute(
                "count",
                AnyValue {
                    value: Some(Any::IntValue(7)),
                },
            ),
        ],
    });
    let mut log = record(&[("plain", "x")]);
    log.attributes.push(attribute(
        "number",
        AnyValue {
            value: Some(Any::IntValue(5)),
        },
    ));
    log.attributes.push(attribute(
        "map",
        AnyValue {
            value: Some(nested),
        },
    ));
    log.attributes.push(attribute(
        "utf8",
        AnyValue {
            value: Some(Any::BytesValue(b"hidden".to_vec())),
        },
    ));
    log.attributes.push(attribute(
        "binary",
        AnyValue {
            value: Some(Any::BytesValue(vec![0xff])),
        },
    ));
    log.trace_id = vec![1; 16];
    let access = access(Signal::Logs, &["*"], &[]);
    let view = project(&index(&access, logs(vec![log]).encode_to_vec()), &access);
    let shown: Vec<(String, ValueKind)> = cells(&view)
        .into_iter()
        .map(|(_, path, kind, _)| (path, kind))
        .collect();
    let expected = [
        ("resource.attributes[\"service.name\"]", ValueKind::Text),
        ("attributes[\"plain\"]", ValueKind::Text),
        ("attributes[\"number\"]", ValueKind::Withheld),
        ("attributes[\"map\"]", ValueKind::Withheld),
        ("attributes[\"map\"][\"inner\"]", ValueKind::Text),
        ("attributes[\"map\"][\"count\"]", ValueKind::Withheld),
        ("attributes[\"utf8\"]", ValueKind::Bytes),
        ("attributes[\"binary\"]", ValueKind::Withheld),
    ];
    assert_eq!(shown, expected.map(|(path, kind)| (path.to_owned(), kind)));
}

#[test]
fn a_resource_without_records_is_shown_with_the_whole_and_with_one_part() {
    let access = access(Signal::Logs, &["resource.attributes[*]"], &[]);
    let mut data = logs(vec![record(&[]), record(&[])]);
    data.resource_logs
        .push(logs(Vec::new()).resource_logs.remove(0));
    let batch = index(&access, data.encode_to_vec());
    let resources = |part| {
        let mut view = View::default();
        batch.project(&access, part, &mut view);
        (0..view.node_kind.len())
            .filter(|node| view.node_kind[*node] == 1)
            .count()
    };
    assert_eq!(
        (resources(0..2), resources(0..1), resources(1..2)),
        (2, 1, 2)
    );
    let empty = index(&access, logs(Vec::new()).encode_to_vec());
    assert!(empty.has_nodes());
    assert_eq!(texts(&project(&empty, &access)).len(), 1);
}

#[test]
fn what_is_known_of_the_request_is_read_and_never_written() {
    let request = RequestContext {
        metadata: vec![
            ("X-Tenant".to_owned(), vec!["a".to_owned()]),
            ("x-many".to_owned(), vec!["b".to_owned(), "c".to_owned()]),
        ],
        auth: vec![
            ("sub".to_owned(), Value::Text("me".to_owned())),
            ("roles".to_owned(), Value::Int(3)),
        ],
        client_address: Some("10.0.0.1".to_owned()),
        ..RequestContext::default()
    };
    let access = access(
        Signal::Logs,
        &[
            "metadata[\"x-tenant\"]",
            "metadata[**]",
            "auth[\"sub\"]",
            "client.address",
        ],
        &["*"],
    );
    let wire = Bytes::from(logs(vec![record(&[("a", "1")])]).encode_to_vec());
    let batch = Batch::index(
        Signal::Logs,
        wire,
        Arc::new(request),
        &access.reads,
        &Limits::default(),
    )
    .unwrap();
    let view = project(&batch, &access);
    let shown: Vec<(String, ValueKind)> = cells(&view)
        .into_iter()
        .map(|(_, path, kind, _)| (path, kind))
        .collect();
    let expected = [
        ("metadata[\"x-tenant\"]", ValueKind::Text),
        ("metadata[\"x-many\"]", ValueKind::Array),
        ("metadata[\"x-many\"][0]", ValueKind::Text),
        ("metadata[\"x-many\"][1]", ValueKind::Text),
        ("auth[\"sub\"]", ValueKind::Text),
        ("client.address", ValueKind::Text),
    ];
    assert_eq!(shown, expected.map(|(path, kind)| (path.to_owned(), kind)));
    let refusal = Answer::default()
        .set(0, "b")
        .refusal(&batch, &view, &access);
    assert_eq!(
        refusal,
        Refusal::ReadOnly {
            index: 0,
            path: "metadata"
        }
    );
    assert!(Fields::parse_writes(Signal::Logs, &["metadata[\"x\"]"]).is_err());
}
