//! Metrics of queues, and of what became of the records that were cleared for each destination.

use std::sync::Arc;

use tollgate_record::Signal;

use crate::ExporterCounts;
use crate::metric::{Data, Metric, Number, Point};

/// How full queues are.
pub(crate) fn queues(exporters: &[Arc<ExporterCounts>]) -> Vec<Metric> {
    let queued = || exporters.iter().filter(|own| own.queue_capacity.get() > 0);
    let gauge = |name: &'static str, text: &'static str, value: fn(&ExporterCounts) -> u64| {
        let points = queued().map(|own| {
            let labels = [("exporter", own.exporter.as_str())];
            Point::new(labels, Number::Int(value(own)))
        });
        Metric::new(name, "{unit}", text, Data::Gauge(points.collect()))
    };
    vec![
        gauge(
            "otelcol_exporter_queue_size",
            "What the queue holds, in what its size counts.",
            |own| own.queue_size.get(),
        ),
        gauge(
            "otelcol_exporter_queue_capacity",
            "What the queue may hold, in what its size counts.",
            |own| own.queue_capacity.get(),
        ),
    ]
}

/// Where the records are that were cleared for each destination.
pub(crate) fn records(exporters: &[Arc<ExporterCounts>]) -> Metric {
    let points = exporters.iter().flat_map(|own| {
        Signal::ALL.into_iter().flat_map(move |signal| {
            let totals = own.ledger.of(signal).read();
            let states = [
                ("cleared", totals.cleared),
                ("restored", totals.restored),
                ("delivered", totals.delivered),
                ("refused", totals.refused),
                ("given_back", totals.given_back),
                ("damaged", totals.damaged),
                ("queued", totals.queued),
                ("in_flight", totals.in_flight),
            ];
            let there = totals.cleared.saturating_add(totals.restored) > 0;
            states
                .into_iter()
                .filter(move |_| there)
                .map(move |(state, records)| {
                    let labels = [
                        ("exporter", own.exporter.as_str()),
                        ("otel_signal", signal.as_str()),
                        ("state", state),
                    ];
                    Point::new(labels, Number::Int(records))
                })
        })
    });
    Metric::new(
        "tollgate_destination_records",
        "{record}",
        "Records that were cleared for a destination: cleared + restored = delivered + refused + given_back + damaged + queued + in_flight.",
        Data::Gauge(points.collect()),
    )
}
