//! What a stage may rely on, case by case.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use std::sync::Arc;

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, MetricsData, NumberDataPoint, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData};
use prost::Message;
use tollgate_record::{
    Access, Batch, Changes, Fields, Limits, Malformed, NodeKind, Outcome, Refusal, RequestContext,
    Signal, Value, ValueKind, View, count,
};

fn text(value: &str) -> AnyValue {
    AnyValue {
        value: Some(Any::StringValue(value.to_owned())),
    }
}

fn attribute(key: &str, value: AnyValue) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(value),
        ..KeyValue::default()
    }
}

fn record(attributes: &[(&str, &str)]) -> LogRecord {
    LogRecord {
        attributes: attributes
            .iter()
            .map(|(key, value)| attribute(key, text(value)))
            .collect(),
        ..LogRecord::default()
    }
}

/// One resource and one scope with these records.
fn logs(log_records: Vec<LogRecord>) -> LogsData {
    let resource = Resource {
        attributes: vec![attribute("service.name", text("shop"))],
        ..Resource::default()
    };
    let scope_logs = vec![ScopeLogs {
        log_records,
        ..ScopeLogs::default()
    }];
    LogsData {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource),
            scope_logs,
            ..ResourceLogs::default()
        }],
    }
}

fn access(signal: Signal, reads: &[&str], writes: &[&str]) -> Access {
    Access {
        reads: Fields::parse(signal, reads).unwrap(),
        writes: Fields::parse(signal, writes).unwrap(),
        drops: true,
    }
}

fn try_index(signal: Signal, wire: Vec<u8>, wanted: &Fields) -> Result<Batch, Malformed> {
    Batch::index(
        signal,
        Bytes::from(wire),
        Arc::default(),
        wanted,
        &Limits::default(),
    )
}

fn index(access: &Access, wire: Vec<u8>) -> Batch {
    let wanted = access.reads.union(&access.writes);
    try_index(access.reads.signal(), wire, &wanted).unwrap()
}

fn project(batch: &Batch, access: &Access) -> View {
    let mut view = View::default();
    batch.project(access, 0..batch.records(), &mut view);
    view
}

/// The cells of a view: kind of node, path, kind of value, value.
fn cells(view: &View) -> Vec<(NodeKind, String, ValueKind, String)> {
    (0..view.cell_node.len())
        .map(|cell| {
            let node = NodeKind::try_from(view.node_kind[view.cell_node[cell] as usize]).unwrap();
            let kind = ValueKind::try_from(view.cell_kind[cell]).unwrap();
            let value = match kind {
                ValueKind::Text => slice(view, view.cell_value[cell]),
                kind if kind.is_span() => format!("{} bytes", view.cell_value[cell] & 0xffff_ffff),
                _ => view.cell_value[cell].to_string(),
            };
            (
                node,
                slice(view, view.fields[view.cell_field[cell] as usize]),
                kind,
                value,
            )
        })
        .collect()
}

fn texts(view: &View) -> Vec<(String, String)> {
    cells(view)
        .into_iter()
        .map(|(_, path, _, value)| (path, value))
        .collect()
}

fn slice(view: &View, span: u64) -> String {
    let start = (span >> 32) as usize;
    String::from_utf8(view.text[start..start + (span & 0xffff_ffff) as usize].to_vec()).unwrap()
}

/// An outcome under construction.
#[derive(Default)]
struct Answer(Outcome);

impl Answer {
    fn edit(mut self, op: u8, target: usize, field: u32, kind: u8, value: u64) -> Self {
        let edits = &mut self.0.edits;
        edits.op.push(op);
        edits.target.push(target as u32);
        edits.field.push(field);
        edits.kind.push(kind);
        edits.value.push(value);
        edits.rule.push(0);
        self
    }

    fn span(&mut self, bytes: &[u8]) -> u64 {
        let start = self.0.edits.text.len() as u64;
        self.0.edits.text.extend_from_slice(bytes);
        (start << 32) | bytes.len() as u64
    }

    fn set(mut self, cell: usize, value: &str) -> Self {
        let span = self.span(value.as_bytes());
        self.edit(0, cell, 0, 1, span)
    }

    fn rename(mut self, cell: usize, key: &str) -> Self {
        let span = self.span(key.as_bytes());
        self.edit(3, cell, 0, 1, span)
    }

    fn delete(self, cell: usize) -> Self {
        self.edit(2, cell, 0, 0, 0)
    }

    fn put(mut self, node: usize, path: &str, kind: ValueKind, value: &[u8]) -> Self {
        let span = self.span(path.as_bytes());
        self.0.edits.fields.push(span);
        let field = self.0.edits.fields.len() as u32 - 1;
        let value = if kind.is_span() {
            self.span(value)
        } else {
            u64::from_le_bytes(value.try_into().unwrap())
        };
        self.edit(1, node, field, kind as u8, value)
    }

    fn judge(mut self, node: usize, verdict: u8) -> Self {
        let judgements = &mut self.0.judgements;
        judgements.node.push(node as u32);
        judgements.verdict.push(verdict);
        judgements.rule.push(0);
        judgements.argument.push(0);
        self
    }

    fn check(self, batch: &Batch, view: &View, access: &Access) -> Result<Changes, Refusal> {
        batch.check(view, access, 1, self.0)
    }

    fn refusal(self, batch: &Batch, view: &View, access: &Access) -> Refusal {
        self.check(batch, view, access).unwrap_err()
    }
}

fn number(value: i64) -> [u8; 8] {
    value.to_le_bytes()
}

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
fn a_scope_that_lost_its_last_record_goes_and_one_that_came_empty_stays() {
    let access = access(Signal::Logs, &["severity_text"], &[]);
    let mut data = logs(vec![record(&[])]);
    data.resource_logs[0].scope_logs.push(ScopeLogs::default());
    data.resource_logs
        .push(logs(vec![record(&[]), record(&[])]).resource_logs.remove(0));
    let mut batch = index(&access, data.encode_to_vec());
    let view = project(&batch, &access);
    let records: Vec<usize> = (0..view.node_kind.len())
        .filter(|node| view.node_kind[*node] == 3)
        .collect();
    let changes = Answer::default()
        .judge(records[0], 1)
        .check(&batch, &view, &access)
        .unwrap();
    let applied = batch.apply(vec![changes]);
    assert_eq!((applied.dropped, applied.dropped_by_rule), (1, vec![1]));
    assert_eq!(batch.live_records(), 2);
    let left = LogsData::decode(batch.encode()).unwrap();
    let scopes: Vec<usize> = left.resource_logs[0]
        .scope_logs
        .iter()
        .map(|scope| scope.log_records.len())
        .collect();
    assert_eq!(
        (left.resource_logs.len(), scopes),
        (1, vec![2]),
        "the resource went with its last record"
    );
    batch.discard(1);
    batch.discard(2);
    batch.discard(7);
    assert_eq!(batch.live_records(), 0);
    assert!(batch.encode().is_empty());
}

#[test]
fn a_dropped_metric_takes_its_points_along_and_they_are_counted() {
    let point = |value| NumberDataPoint {
        value: Some(Number::AsInt(value)),
        ..NumberDataPoint::default()
    };
    let gauge = |points: &[i64]| Metric {
        data: Some(Data::Gauge(Gauge {
            data_points: points.iter().map(|value| point(*value)).collect(),
        })),
        ..Metric::default()
    };
    let scope_metrics = vec![ScopeMetrics {
        metrics: vec![gauge(&[1, 2]), gauge(&[3])],
        ..ScopeMetrics::default()
    }];
    let data = MetricsData {
        resource_metrics: vec![ResourceMetrics {
            scope_metrics,
            ..ResourceMetrics::default()
        }],
    };
    let access = access(Signal::Metrics, &["value_int"], &["value_double"]);
    let mut batch = index(&access, data.encode_to_vec());
    let view = project(&batch, &access);
    let changes = Answer::default()
        .put(7, "value_double", ValueKind::Double, &1.5_f64.to_le_bytes())
        .judge(3, 1)
        .check(&batch, &view, &access)
        .unwrap();
    assert_eq!(batch.apply(vec![changes]).dropped, 2);
    let left = MetricsData::decode(batch.encode()).unwrap();
    let metrics = &left.resource_metrics[0].scope_metrics[0].metrics;
    let Some(Data::Gauge(gauge)) = &metrics[0].data else {
        panic!("a gauge")
    };
    assert_eq!(
        (metrics.len(), gauge.data_points[0].value),
        (1, Some(Number::AsDouble(1.5)))
    );
    assert!(
        cells(&project(&batch, &access)).is_empty(),
        "of a oneof one member alone is there"
    );
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
fn a_record_judged_fail_is_named_and_left_as_it_was() {
    let access = access(Signal::Logs, &["attributes[*]"], &["attributes[*]"]);
    let wire = logs(vec![record(&[("a", "1")]), record(&[("a", "2")])]).encode_to_vec();
    let mut batch = index(&access, wire);
    let view = project(&batch, &access);
    let changes = Answer::default()
        .set(0, "x")
        .set(1, "y")
        .judge(4, 4)
        .check(&batch, &view, &access)
        .unwrap();
    let applied = batch.apply(vec![changes]);
    assert_eq!((applied.failed, applied.edits_by_rule), (vec![1], vec![1]));
    let shown: Vec<String> = texts(&project(&batch, &access))
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    assert_eq!(shown, ["x", "2"]);
    assert_eq!(batch.live_ordinals(0..9).collect::<Vec<_>>(), [0, 1]);
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

#[test]
fn all_that_goes_beyond_the_manifest_or_points_nowhere_is_refused() {
    let own = access(
        Signal::Logs,
        &["attributes[*]"],
        &["attributes[\"a\"]", "severity_number", "trace_id"],
    );
    let narrow = Access {
        drops: false,
        ..own.clone()
    };
    let batch = index(
        &own,
        logs(vec![record(&[("a", "1"), ("b", "2")])]).encode_to_vec(),
    );
    let view = project(&batch, &own);
    let node = NodeKind::LogRecord;
    let refusal = |answer: Answer| answer.refusal(&batch, &view, &own);
    assert_eq!(
        refusal(Answer::default().set(1, "x")),
        Refusal::Undeclared { index: 0, node }
    );
    assert_eq!(
        refusal(Answer::default().rename(0, "c")),
        Refusal::Undeclared { index: 0, node }
    );
    assert_eq!(
        refusal(Answer::default().set(9, "x")),
        Refusal::Index {
            columns: "edits",
            what: "target",
            index: 0
        }
    );
    assert_eq!(
        refusal(Answer::default().delete(0).set(0, "x")),
        Refusal::Gone { index: 1 }
    );
    assert_eq!(
        refusal(Answer::default().edit(0, 0, 0, 8, 0)),
        Refusal::Meaning {
            what: "the kind of edit",
            index: 0
        }
    );
    assert_eq!(
        refusal(Answer::default().edit(7, 0, 0, 0, 0)),
        Refusal::Meaning {
            what: "edit",
            index: 0
        }
    );
    assert_eq!(
        refusal(Answer::default().edit(4, 0, 0, 0, 0)),
        Refusal::NotOffered {
            what: "adding nodes"
        }
    );
    assert_eq!(
        refusal(Answer::default().edit(0, 0, 0, 1, u64::MAX)),
        Refusal::Value { index: 0 }
    );
    assert_eq!(
        refusal(Answer::default().edit(0, 0, 0, 4, 2)),
        Refusal::Value { index: 0 }
    );
    let path = "severity_number";
    let put = |kind, value: &[u8]| Answer::default().put(3, path, kind, value);
    assert_eq!(
        refusal(put(ValueKind::Text, b"x")),
        Refusal::Kind {
            index: 0,
            path,
            kind: ValueKind::Text
        }
    );
    assert_eq!(
        refusal(put(ValueKind::Int, &number(1 << 40))),
        Refusal::Range { index: 0, path }
    );
    let id = Answer::default().put(3, "trace_id", ValueKind::Bytes, &[1; 15]);
    assert_eq!(
        refusal(id),
        Refusal::Range {
            index: 0,
            path: "trace_id"
        }
    );
    let elsewhere = Answer::default().put(1, path, ValueKind::Int, &number(1));
    assert_eq!(
        refusal(elsewhere),
        Refusal::Field {
            index: 0,
            node: NodeKind::Resource
        }
    );
    let invalid = Answer::default().put(3, "attributes[\"a\"]", ValueKind::Text, &[0xff]);
    assert_eq!(refusal(invalid), Refusal::Value { index: 0 });
    let broken = Answer::default().put(3, "attributes[\"a\"]", ValueKind::Map, &[0x32, 9]);
    assert_eq!(refusal(broken), Refusal::Value { index: 0 });
    assert_eq!(
        refusal(Answer::default().judge(9, 1)),
        Refusal::Index {
            columns: "judgements",
            what: "node",
            index: 0
        }
    );
    assert_eq!(
        refusal(Answer::default().judge(3, 1).judge(3, 0)),
        Refusal::Twice { index: 1 }
    );
    assert_eq!(
        refusal(Answer::default().judge(1, 1)),
        Refusal::Verdict {
            index: 0,
            node: NodeKind::Resource
        }
    );
    assert_eq!(
        refusal(Answer::default().judge(3, 2)),
        Refusal::NotOffered {
            what: "holding records"
        }
    );
    assert_eq!(
        refusal(Answer::default().judge(3, 9)),
        Refusal::Meaning {
            what: "the verdict of judgement",
            index: 0
        }
    );
    let drop = Answer::default()
        .judge(3, 1)
        .refusal(&batch, &view, &narrow);
    assert_eq!(drop, Refusal::UndeclaredDrop { index: 0, node });
    let mut uneven = Answer::default().set(0, "x");
    uneven.0.edits.kind.clear();
    assert_eq!(refusal(uneven), Refusal::Columns { columns: "edits" });
    let mut wild = Answer::default().set(0, "x");
    wild.0.edits.rule[0] = 1;
    assert_eq!(
        refusal(wild),
        Refusal::Index {
            columns: "edits",
            what: "rule",
            index: 0
        }
    );
}

#[test]
fn a_text_shared_by_very_many_edits_is_refused_before_it_is_written() {
    let access = access(Signal::Logs, &["attributes[*]"], &["attributes[*]"]);
    let batch = index(&access, logs(vec![record(&[("a", "1")])]).encode_to_vec());
    let view = project(&batch, &access);
    let mut answer = Answer::default();
    let span = answer.span(&vec![b'x'; 1 << 20]);
    for _ in 0..40 {
        answer = answer.edit(0, 0, 0, 1, span);
    }
    assert_eq!(answer.refusal(&batch, &view, &access), Refusal::TooLarge);
}

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
