//! Nodes that come whole, and what goes with a metric that is replaced.

use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, MetricsData, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
};
use prost::Message;
use tollgate_record::{Access, Batch, NodeKind, Refusal, Signal, ValueKind, View};

use crate::answer::*;

fn point(value: i64) -> NumberDataPoint {
    NumberDataPoint {
        value: Some(Number::AsInt(value)),
        ..NumberDataPoint::default()
    }
}

fn gauge(name: &str, points: &[i64]) -> Metric {
    Metric {
        name: name.to_owned(),
        data: Some(Data::Gauge(Gauge {
            data_points: points.iter().map(|value| point(*value)).collect(),
        })),
        ..Metric::default()
    }
}

fn metrics(metrics: Vec<Metric>) -> Vec<u8> {
    let scope_metrics = vec![ScopeMetrics {
        metrics,
        ..ScopeMetrics::default()
    }];
    let data = MetricsData {
        resource_metrics: vec![ResourceMetrics {
            scope_metrics,
            ..ResourceMetrics::default()
        }],
    };
    data.encode_to_vec()
}

fn left(batch: &Batch) -> Vec<Metric> {
    let mut data = MetricsData::decode(batch.encode()).unwrap();
    data.resource_metrics
        .remove(0)
        .scope_metrics
        .remove(0)
        .metrics
}

fn rights() -> Access {
    let reads = ["metric", "metric.name", "value_int"];
    Access {
        adds: true,
        ..access(
            Signal::Metrics,
            &reads,
            &["metric", "metric.name", "value_int"],
        )
    }
}

/// Two metrics, of two points and of one. Nodes: 0 request, 1 resource, 2 scope, 3 metric, 4 and 5 its points, 6 metric, 7 its point.
fn stage() -> (Access, Batch, View) {
    let access = rights();
    let batch = index(
        &access,
        metrics(vec![gauge("a", &[1, 2]), gauge("b", &[3])]),
    );
    let view = project(&batch, &access);
    (access, batch, view)
}

fn whole(answer: Answer, node: usize, metric: &Metric) -> Answer {
    answer.put(node, "metric", ValueKind::Bytes, &metric.encode_to_vec())
}

fn add(mut answer: Answer, node: usize, child: NodeKind, message: &[u8]) -> Answer {
    let span = answer.span(message);
    answer.edit(4, node, child as u32, 5, span)
}

#[test]
fn the_next_stage_sees_a_metric_in_the_place_of_another() {
    let (access, mut batch, view) = stage();
    let sum = Metric {
        name: "total".to_owned(),
        data: Some(Data::Sum(Sum {
            data_points: vec![point(3)],
            ..Sum::default()
        })),
        ..Metric::default()
    };
    let changes = whole(Answer::default(), 3, &sum)
        .check(&batch, &view, &access)
        .unwrap();
    let applied = batch.apply(vec![changes]);
    assert_eq!((applied.created, applied.merged), (0, 1));
    assert_eq!(applied.edits_by_rule, [1]);
    batch.settle().unwrap();
    assert_eq!(left(&batch), [sum, gauge("b", &[3])]);
    assert_eq!((batch.records(), batch.live_records()), (2, 2));
    assert_eq!((batch.origin(0), batch.origin(1)), (None, Some(2)));
    let names: Vec<String> = texts(&project(&batch, &access))
        .into_iter()
        .filter(|(path, _)| path == "metric.name")
        .map(|(_, value)| value)
        .collect();
    assert_eq!(names, ["total", "b"]);
}

#[test]
fn a_metric_is_read_as_the_stages_before_left_it() {
    let (access, mut batch, view) = stage();
    let changes = Answer::default()
        .put(3, "metric.name", ValueKind::Text, b"a much longer name")
        .put(5, "value_int", ValueKind::Int, &number(20))
        .judge(4, 1)
        .check(&batch, &view, &access)
        .unwrap();
    batch.apply(vec![changes]);
    batch.settle().unwrap();
    let view = project(&batch, &access);
    let cell = (0..view.cell_kind.len())
        .find(|cell| view.cell_kind[*cell] == ValueKind::Bytes as u8)
        .unwrap();
    let start = (view.cell_value[cell] >> 32) as usize;
    let end = start + (view.cell_value[cell] & 0xffff_ffff) as usize;
    let shown = Metric::decode(&view.text[start..end]).unwrap();
    assert_eq!(shown, gauge("a much longer name", &[20]));
}

#[test]
fn a_point_that_fails_takes_its_metric_along_and_the_metric_stays_as_it_was() {
    let (access, mut batch, view) = stage();
    let answer = whole(Answer::default(), 3, &gauge("new", &[9]));
    let answer = whole(answer, 6, &gauge("other", &[8])).judge(4, 4);
    let changes = answer.check(&batch, &view, &access).unwrap();
    let applied = batch.apply(vec![changes]);
    assert_eq!(applied.failed, [0, 1], "both points of the metric");
    assert_eq!(applied.edits_by_rule, [1]);
    assert_eq!(left(&batch), [gauge("a", &[1, 2]), gauge("other", &[8])]);
    for record in applied.failed {
        assert_eq!(batch.discard(record), 1);
    }
    batch.settle().unwrap();
    assert_eq!(left(&batch), [gauge("other", &[8])]);
}

#[test]
fn what_the_host_discards_of_a_replaced_metric_is_the_metric() {
    let (access, mut batch, view) = stage();
    let changes = whole(Answer::default(), 3, &gauge("new", &[7, 8, 9]))
        .check(&batch, &view, &access)
        .unwrap();
    assert_eq!(batch.apply(vec![changes]).created, 1);
    assert_eq!(batch.live_records(), 4);
    assert_eq!(batch.discard(1), 3);
    assert_eq!(batch.discard(0), 0);
    assert_eq!(batch.live_records(), 1);
    batch.settle().unwrap();
    assert_eq!(left(&batch), [gauge("b", &[3])]);
}

#[test]
fn a_metric_that_is_dropped_is_not_replaced() {
    let (access, mut batch, view) = stage();
    let answer = whole(Answer::default(), 3, &gauge("new", &[7, 8, 9])).judge(3, 1);
    let changes = answer.check(&batch, &view, &access).unwrap();
    let applied = batch.apply(vec![changes]);
    assert_eq!((applied.dropped, applied.created), (2, 0));
    assert_eq!(left(&batch), [gauge("b", &[3])]);
}

#[test]
fn a_scope_keeps_what_was_added_to_it_when_its_own_metrics_go() {
    let (access, mut batch, view) = stage();
    let message = gauge("derived", &[5]).encode_to_vec();
    let answer = add(Answer::default(), 2, NodeKind::Metric, &message);
    let changes = answer
        .judge(3, 1)
        .judge(6, 1)
        .check(&batch, &view, &access)
        .unwrap();
    let applied = batch.apply(vec![changes]);
    assert_eq!((applied.dropped, applied.created), (3, 1));
    batch.settle().unwrap();
    assert_eq!(left(&batch), [gauge("derived", &[5])]);
    assert_eq!((batch.live_records(), batch.origin(0)), (1, None));
}

#[test]
fn parts_add_each_their_own_and_replace_a_metric_once() {
    let (access, mut batch, _) = stage();
    let mut parts = Vec::new();
    for (part, name) in [(0..2, "one"), (2..3, "two")] {
        let mut view = View::default();
        batch.project(&access, part, &mut view);
        let message = gauge(name, &[1]).encode_to_vec();
        let answer = add(Answer::default(), 2, NodeKind::Metric, &message);
        parts.push(answer.check(&batch, &view, &access).unwrap());
    }
    assert_eq!(batch.apply(parts).created, 2);
    batch.settle().unwrap();
    let names: Vec<String> = left(&batch).into_iter().map(|metric| metric.name).collect();
    assert_eq!(names, ["a", "b", "one", "two"]);
}

#[test]
fn a_failing_part_is_divided_between_metrics() {
    let (access, batch, _) = stage();
    assert_eq!(batch.halves(0..3, &access), Some((0..2, 2..3)));
    assert_eq!(batch.halves(0..2, &access), None);
    let narrow = crate::answer::access(Signal::Metrics, &["value_int"], &[]);
    assert_eq!(batch.halves(0..2, &narrow), Some((0..1, 1..2)));
}

#[test]
fn what_comes_whole_must_be_what_it_says_and_stand_where_it_can() {
    let (access, batch, view) = stage();
    let refusal = |answer: Answer| answer.refusal(&batch, &view, &access);
    let metric = gauge("x", &[1]).encode_to_vec();
    let value = |index| Refusal::Value { index };
    let broken = Answer::default().put(3, "metric", ValueKind::Bytes, &metric[..5]);
    assert_eq!(refusal(broken), value(0));
    // A name that is not UTF-8.
    let name = Answer::default().put(3, "metric", ValueKind::Bytes, &[0x0a, 1, 0xff]);
    assert_eq!(refusal(name), value(0));
    let text = Answer::default().put(3, "metric", ValueKind::Text, b"");
    let kind = Refusal::Kind {
        index: 0,
        path: "metric",
        kind: ValueKind::Text,
    };
    assert_eq!(refusal(text), kind);
    for (node, child) in [
        (3, NodeKind::Metric),
        (2, NodeKind::LogRecord),
        (2, NodeKind::DataPoint),
        (4, NodeKind::SpanEvent),
        (0, NodeKind::Request),
    ] {
        let answer = add(Answer::default(), node, child, &metric);
        let wrong = Refusal::Child {
            index: 0,
            node: child,
        };
        assert_eq!(refusal(answer), wrong, "{child} under {node}");
    }
    let unknown = Answer::default().edit(4, 2, 77, 5, 0);
    let meaning = Refusal::Meaning {
        what: "the child of edit",
        index: 0,
    };
    assert_eq!(refusal(unknown), meaning);
    let text = Answer::default().edit(4, 2, NodeKind::Metric as u32, 1, 0);
    assert_eq!(refusal(text), value(0));
}

#[test]
fn a_metric_that_is_replaced_is_neither_changed_nor_judged_in_part() {
    let (access, batch, view) = stage();
    let refusal = |answer: Answer| answer.refusal(&batch, &view, &access);
    let new = || whole(Answer::default(), 3, &gauge("new", &[1]));
    let replaced = Refusal::Replaced { index: 1 };
    assert_eq!(refusal(whole(new(), 3, &gauge("again", &[]))), replaced);
    let name = new().put(3, "metric.name", ValueKind::Text, b"n");
    assert_eq!(refusal(name), replaced);
    let inside = new().put(5, "value_int", ValueKind::Int, &number(1));
    assert_eq!(refusal(inside), replaced);
    let added = add(new(), 3, NodeKind::DataPoint, &point(1).encode_to_vec());
    assert_eq!(refusal(added), replaced);
    let dropped = Refusal::JudgedInside {
        index: 0,
        node: NodeKind::DataPoint,
    };
    assert_eq!(refusal(new().judge(4, 1)), dropped);
    let beside = new().put(7, "value_int", ValueKind::Int, &number(1));
    assert!(beside.check(&batch, &view, &access).is_ok());
    let deleted = Answer::default().delete(cell_of(&view, "metric"));
    assert_eq!(refusal(deleted), Refusal::Whole { index: 0 });
}

fn cell_of(view: &View, path: &str) -> usize {
    texts(view)
        .iter()
        .position(|(known, _)| known == path)
        .unwrap()
}
