//! Bytes that are no request, and requests that are too much.

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message;
use std::sync::Arc;
use tollgate_record::{Batch, Fields, Limits, Malformed, Signal, count};

use crate::answer::*;

fn nested(levels: usize) -> AnyValue {
    (1..levels).fold(text("leaf"), |inside, _| AnyValue {
        value: Some(Any::ArrayValue(
            opentelemetry_proto::tonic::common::v1::ArrayValue {
                values: vec![inside],
            },
        )),
    })
}

fn with_body(body: AnyValue) -> Vec<u8> {
    logs(vec![LogRecord {
        body: Some(body),
        ..LogRecord::default()
    }])
    .encode_to_vec()
}

#[test]
fn values_are_nested_64_levels_deep_at_most_whether_they_are_looked_into_or_not() {
    for reads in ["*", "body"] {
        let fields = Fields::parse(Signal::Logs, &[reads]).unwrap();
        try_index(Signal::Logs, with_body(nested(64)), &fields).unwrap();
        let refused = try_index(Signal::Logs, with_body(nested(65)), &fields).unwrap_err();
        assert!(
            matches!(refused, Malformed::Depth { limit: 64, .. }),
            "{refused}"
        );
    }
}

#[test]
fn limits_of_nodes_and_cells_hold() {
    let wire =
        Bytes::from(logs(vec![record(&[("a", "1"), ("b", "2")]), record(&[])]).encode_to_vec());
    let fields = Fields::parse(Signal::Logs, &["attributes[*]"]).unwrap();
    let with = |nodes, cells| {
        let limits = Limits {
            nodes,
            cells,
            depth: 64,
        };
        Batch::index(Signal::Logs, wire.clone(), Arc::default(), &fields, &limits)
            .map(|batch| batch.records())
    };
    assert_eq!(with(100, 100), Ok(2));
    assert_eq!(with(4, 100), Err(Malformed::Nodes { limit: 4 }));
    assert_eq!(with(100, 1), Err(Malformed::Cells { limit: 1 }));
}

#[test]
fn malformed_requests_have_their_own_errors() {
    let fields = Fields::parse(Signal::Logs, &["*"]).unwrap();
    let error = |wire: &[u8]| try_index(Signal::Logs, wire.to_vec(), &fields).unwrap_err();
    assert!(matches!(
        error(&[0x0a, 5, 1]),
        Malformed::Truncated { offset: 0 }
    ));
    assert!(matches!(error(&[0x0a]), Malformed::Truncated { .. }));
    assert!(matches!(
        error(&[
            0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1
        ]),
        Malformed::Overlong { .. }
    ));
    assert!(matches!(
        error(&[0x08, 1]),
        Malformed::WireType { wire_type: 0, .. }
    ));
    assert!(matches!(
        error(&[0x0b, 0x0c]),
        Malformed::WireType { wire_type: 3, .. }
    ));
    assert!(matches!(error(&[0x02, 0]), Malformed::FieldNumber { .. }));
    // A resource twice, and a schema_url that is not UTF-8.
    assert!(matches!(
        error(&[0x0a, 4, 0x0a, 0, 0x0a, 0]),
        Malformed::Split { offset: 4 }
    ));
    assert!(matches!(
        error(&[0x0a, 3, 0x1a, 1, 0xff]),
        Malformed::Utf8 { offset: 4 }
    ));
    // A trace id of two bytes, which nobody asked for.
    assert!(matches!(
        error(&[0x0a, 8, 0x12, 6, 0x12, 4, 0x4a, 2, b'h', b'i']),
        Malformed::IdLength { offset: 6 }
    ));
    let twice = [0x0a, 8, 0x12, 6, 0x12, 4, 0x2a, 0, 0x3a, 0];
    assert!(matches!(
        count(Signal::Metrics, &twice),
        Err(Malformed::Split { .. })
    ));
}

#[test]
fn paths_that_grow_beyond_the_request_are_refused() {
    let leaves = (0..30_000).map(|_| text("")).collect();
    let array = AnyValue {
        value: Some(Any::ArrayValue(
            opentelemetry_proto::tonic::common::v1::ArrayValue { values: leaves },
        )),
    };
    let key = "k".repeat(100_000);
    let wire = logs(vec![LogRecord {
        attributes: vec![attribute(&key, array)],
        ..LogRecord::default()
    }])
    .encode_to_vec();
    let fields = Fields::parse(Signal::Logs, &["*"]).unwrap();
    assert_eq!(
        try_index(Signal::Logs, wire, &fields).unwrap_err(),
        Malformed::Paths
    );
}
