//! What becomes of judgements.

use opentelemetry_proto::tonic::logs::v1::{LogsData, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, MetricsData, NumberDataPoint, ResourceMetrics, ScopeMetrics,
};
use prost::Message;
use tollgate_record::{Signal, ValueKind};

use crate::answer::*;

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
