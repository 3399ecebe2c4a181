//! What readers of the gate's own metrics see.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric::Data};
use prost::Message as _;
use tollgate_record::Signal;
use tollgate_telemetry::otlp::{Requests, Temporality};
use tollgate_telemetry::prometheus::{Naming, render};
use tollgate_telemetry::{
    BatchCounts, Detail, ExporterCounts, Gate, Instrument, InstrumentKind, Instruments,
    PipelineCounts, ReceiverCounts, StageCounts, Transport, Trigger,
};

fn gate() -> Gate {
    let receiver = Arc::new(ReceiverCounts::new("otlp".into(), Transport::Grpc));
    receiver.accepted.of(Signal::Logs).add(10);
    receiver.refused.of(Signal::Traces).add(2);
    let exporter = Arc::new(ExporterCounts::new("otlp_http/bulk".into()));
    exporter.sent(Signal::Logs, 7);
    exporter.failed(Signal::Logs, 1);
    let stage = Arc::new(StageCounts::new(
        "filter/quiet".into(),
        vec!["a \"b\"\n".into()],
    ));
    stage.received.add(10);
    stage.dropped.add(3);
    stage.by_rule(&[0], &[3]);
    stage.failed("trap");
    let pipeline = Arc::new(PipelineCounts::new("logs/bulk".into(), vec![stage]));
    pipeline.totals.change(|totals| {
        totals.received = 10;
        totals.delivered = 7;
        totals.dropped = 3;
    });
    let batch = Arc::new(BatchCounts::new("batch".into()));
    batch.sent(12, 3_000, Trigger::Size);
    let instrument = |name: &str, kind| Instrument {
        name: name.into(),
        unit: "{token}".into(),
        description: "Tokens.".into(),
        kind,
    };
    let instruments = Instruments::new(
        "count/tokens".into(),
        vec![
            instrument("agent.tokens", InstrumentKind::Sum),
            instrument("agent.sizes", InstrumentKind::Histogram),
        ],
    );
    let model = |name: &str| vec![("model".to_owned(), name.to_owned())];
    instruments.record(0, 5.0, &model("a"));
    instruments.record(0, 6.0, &model("a"));
    instruments.record(1, 30.0, &model("a"));
    Gate {
        receivers: vec![receiver],
        pipelines: vec![pipeline],
        batches: vec![batch],
        instruments: vec![Arc::new(instruments)],
        exporters: vec![exporter],
        ..Gate::default()
    }
}

/// What `promtool check metrics` refuses: names and labels in other characters, a family twice, series without a type, series twice.
fn check(page: &str) {
    let mut families = BTreeSet::new();
    let mut series = BTreeSet::new();
    let mut family = String::new();
    for line in page.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(families.insert(name.to_owned()), "twice: {line}");
            name.clone_into(&mut family);
        } else if !line.starts_with("# HELP ") {
            let (place, value) = line.rsplit_once(' ').unwrap();
            value.parse::<f64>().unwrap();
            let name = place.split('{').next().unwrap();
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
            );
            assert!(name.starts_with(&family), "without a type: {line}");
            assert!(series.insert(place.to_owned()), "twice: {line}");
        }
    }
}

#[test]
fn dashboards_of_the_collector_find_their_names() {
    let page = render(&gate().metrics(Detail::Normal), &Naming::default());
    check(&page);
    for line in [
        "otelcol_receiver_accepted_log_records{receiver=\"otlp\",transport=\"grpc\"} 10",
        "otelcol_receiver_refused_spans{receiver=\"otlp\",transport=\"grpc\"} 2",
        "otelcol_exporter_sent_log_records{exporter=\"otlp_http/bulk\"} 7",
        "otelcol_exporter_send_failed_log_records{exporter=\"otlp_http/bulk\"} 1",
        "otelcol_processor_incoming_items{otel_signal=\"logs\",processor=\"filter/quiet\"} 10",
        "otelcol_processor_outgoing_items{otel_signal=\"logs\",processor=\"filter/quiet\"} 7",
        "otelcol_processor_filter_logs_filtered{filter=\"filter/quiet\"} 3",
        "otelcol_processor_batch_batch_size_trigger_send{processor=\"batch\"} 1",
        "otelcol_processor_batch_batch_send_size_bucket{processor=\"batch\",le=\"10\"} 0",
        "otelcol_processor_batch_batch_send_size_bucket{processor=\"batch\",le=\"25\"} 1",
        "otelcol_processor_batch_batch_send_size_count{processor=\"batch\"} 1",
        "tollgate_policy_dropped_records{pipeline=\"logs/bulk\",processor=\"filter/quiet\",rule=\"a \\\"b\\\"\\n\"} 3",
        "tollgate_policy_failures{kind=\"trap\",pipeline=\"logs/bulk\",processor=\"filter/quiet\"} 1",
        "agent_tokens{model=\"a\",processor=\"count/tokens\"} 11",
        "agent_sizes_sum{model=\"a\",processor=\"count/tokens\"} 30",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
}

#[test]
fn units_suffixes_scope_and_resource_show_where_they_are_asked_for() {
    let naming = Naming {
        units: true,
        type_suffix: true,
        scope: Some(("tollgate".into(), "1.0".into())),
        target: vec![("service.name".into(), "gate".into())],
        constant: vec![("team".into(), "core".into())],
    };
    let page = render(&gate().metrics(Detail::Detailed), &naming);
    check(&page);
    for start in [
        "target_info{service_name=\"gate\"} 1",
        "otelcol_process_uptime_seconds_total{otel_scope_name=\"tollgate\",otel_scope_version=\"1.0\",team=\"core\"} ",
        "otelcol_receiver_accepted_log_records_total{receiver=\"otlp\",transport=\"grpc\",otel_scope_name",
        "otelcol_processor_batch_batch_send_size_bytes_bucket{",
        "tollgate_policy_memory_bytes{",
    ] {
        assert!(
            page.lines().any(|found| found.starts_with(start)),
            "{start}\n{page}"
        );
    }
}

#[test]
fn an_instrument_has_a_limit_of_series_and_tells_what_is_beyond() {
    let instruments = Instruments::new(
        "count".into(),
        vec![Instrument {
            name: "users".into(),
            unit: "1".into(),
            description: String::new(),
            kind: InstrumentKind::Sum,
        }],
    );
    for user in 0..5_000 {
        instruments.record(0, 1.0, &[("user".to_owned(), user.to_string())]);
    }
    let gate = Gate {
        instruments: vec![Arc::new(instruments)],
        ..Gate::default()
    };
    let page = render(&gate.metrics(Detail::Normal), &Naming::default());
    check(&page);
    let series: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("users{"))
        .collect();
    assert_eq!(series.len(), 2_000);
    let beyond = "users{otel_metric_overflow=\"true\",processor=\"count\"} 3001";
    assert!(series.contains(&beyond), "{:?}", series.first());
}

fn sent(request: &[u8], name: &str) -> Metric {
    let request = ExportMetricsServiceRequest::decode(request).unwrap();
    let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
    metrics
        .iter()
        .find(|metric| metric.name == name)
        .unwrap()
        .clone()
}

#[test]
fn differences_add_up_to_the_whole() {
    let gate = gate();
    let mut whole = Requests::new(vec![], ("a".into(), "b".into()), Temporality::Cumulative, 5);
    let mut delta = Requests::new(vec![], ("a".into(), "b".into()), Temporality::Delta, 5);
    let mut seen = Vec::new();
    for now in [10, 20] {
        let metrics = gate.metrics(Detail::Normal);
        for requests in [&mut whole, &mut delta] {
            let (request, points) = requests.next(metrics.clone(), now);
            assert!(points > 10);
            let sent = sent(&request, "otelcol_receiver_accepted_log_records");
            let Some(Data::Sum(sum)) = sent.data else {
                panic!("no sum")
            };
            let point = &sum.data_points[0];
            seen.push((
                format!("{:?}", point.value.unwrap()),
                point.start_time_unix_nano,
            ));
        }
        gate.receivers[0].accepted.of(Signal::Logs).add(4);
    }
    let seen: Vec<_> = seen
        .iter()
        .map(|(value, start)| (value.as_str(), *start))
        .collect();
    assert_eq!(
        seen,
        [
            ("AsInt(10)", 5),
            ("AsInt(10)", 5),
            ("AsInt(14)", 5),
            ("AsInt(4)", 10)
        ]
    );
}
