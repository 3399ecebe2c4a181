//! Metrics of pipelines and their stages.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::metric::{Metric, Number, Point};
use crate::{PipelineCounts, StageCounts};

fn each(pipelines: &[Arc<PipelineCounts>]) -> impl Iterator<Item = (&str, &StageCounts)> {
    pipelines.iter().flat_map(|pipeline| {
        let stages = pipeline.stages.iter();
        stages.map(|stage| (pipeline.pipeline.as_str(), stage.as_ref()))
    })
}

/// The signal is the part of a pipeline's id before the name.
fn signal_of(pipeline: &str) -> &str {
    pipeline.split('/').next().unwrap_or(pipeline)
}

/// What the Collector counts of every processor. A processor that stands in several pipelines of a signal is one series there.
pub(crate) fn items(pipelines: &[Arc<PipelineCounts>]) -> Vec<Metric> {
    let mut items: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for (pipeline, stage) in each(pipelines) {
        let place = (stage.stage.as_str(), signal_of(pipeline));
        let (incoming, outgoing) = items.entry(place).or_default();
        *incoming = incoming.saturating_add(stage.received.get());
        *outgoing = outgoing.saturating_add(stage.outgoing());
    }
    let points = |number: fn(&(u64, u64)) -> u64| {
        let point = move |(place, of): (&(&str, &str), &(u64, u64))| {
            let (processor, signal) = *place;
            let labels = [("processor", processor), ("otel.signal", signal)];
            Point::new(labels, Number::Int(number(of)))
        };
        items.iter().map(point).collect::<Vec<_>>()
    };
    vec![
        Metric::counter(
            "otelcol_processor_incoming_items",
            "{item}",
            "Number of records that reached a processor.",
            points(|(incoming, _)| *incoming),
        ),
        Metric::counter(
            "otelcol_processor_outgoing_items",
            "{item}",
            "Number of records that went on from a processor.",
            points(|(_, outgoing)| *outgoing),
        ),
    ]
}

/// What the Collector's filter counts itself.
pub(crate) fn filtered(pipelines: &[Arc<PipelineCounts>]) -> Vec<Metric> {
    let names = [
        ("logs", "otelcol_processor_filter_logs.filtered"),
        ("traces", "otelcol_processor_filter_spans.filtered"),
        ("metrics", "otelcol_processor_filter_datapoints.filtered"),
    ];
    let is_filter = |stage: &StageCounts| signal_of(&stage.stage) == "filter";
    names
        .into_iter()
        .map(|(signal, name)| {
            let mut dropped: BTreeMap<&str, u64> = BTreeMap::new();
            for (pipeline, stage) in each(pipelines) {
                if signal_of(pipeline) == signal && is_filter(stage) {
                    let sum = dropped.entry(&stage.stage).or_default();
                    *sum = sum.saturating_add(stage.dropped.get());
                }
            }
            let points = dropped
                .into_iter()
                .map(|(stage, dropped)| Point::new([("filter", stage)], Number::Int(dropped)));
            Metric::counter(
                name,
                "1",
                "Number of records that the filter dropped.",
                points.collect(),
            )
        })
        .collect()
}

/// What the Collector's sampler counts itself.
pub(crate) fn sampled(pipelines: &[Arc<PipelineCounts>]) -> Vec<Metric> {
    let names = [
        (
            "logs",
            "otelcol_processor_probabilistic_sampler_count_logs_sampled",
        ),
        (
            "traces",
            "otelcol_processor_probabilistic_sampler_count_traces_sampled",
        ),
    ];
    names
        .into_iter()
        .map(|(signal, name)| {
            let (mut kept, mut dropped, mut any) = (0_u64, 0_u64, false);
            for (pipeline, stage) in each(pipelines) {
                if signal_of(pipeline) == signal
                    && signal_of(&stage.stage) == "probabilistic_sampler"
                {
                    any = true;
                    kept = kept.saturating_add(stage.outgoing());
                    dropped = dropped.saturating_add(stage.dropped.get());
                }
            }
            let points = [("true", kept), ("false", dropped)]
                .into_iter()
                .filter(|_| any)
                .map(|(sampled, amount)| Point::new([("sampled", sampled)], Number::Int(amount)));
            let points = points.collect();
            Metric::counter(
                name,
                "{record}",
                "Number of records by what the sampler decided.",
                points,
            )
        })
        .collect()
}

/// What became of the records of each pipeline.
pub(crate) fn pipelines(pipelines: &[Arc<PipelineCounts>]) -> Vec<Metric> {
    let received = pipelines.iter().map(|counts| {
        let labels = [("pipeline", counts.pipeline.as_str())];
        Point::new(labels, Number::Int(counts.totals.read().received))
    });
    let added = pipelines.iter().flat_map(|counts| {
        let totals = counts.totals.read();
        let causes = [("created", totals.created), ("copied", totals.copied)];
        causes.into_iter().map(|(cause, amount)| {
            let labels = [("pipeline", counts.pipeline.as_str()), ("cause", cause)];
            Point::new(labels, Number::Int(amount))
        })
    });
    let outcomes = pipelines.iter().flat_map(|counts| {
        counts.outcomes().into_iter().map(|(outcome, amount)| {
            let labels = [("pipeline", counts.pipeline.as_str()), ("outcome", outcome)];
            Point::new(labels, Number::Int(amount))
        })
    });
    let malformed = pipelines.iter().map(|counts| {
        let labels = [("pipeline", counts.pipeline.as_str())];
        Point::new(labels, Number::Int(counts.malformed_requests.get()))
    });
    vec![
        Metric::counter(
            "tollgate_pipeline_received_records",
            "{record}",
            "Number of records that came into a pipeline.",
            received.collect(),
        ),
        Metric::counter(
            "tollgate_pipeline_added_records",
            "{record}",
            "Number of records that a pipeline made besides: created by policies, or copied for connectors.",
            added.collect(),
        ),
        Metric::counter(
            "tollgate_pipeline_records",
            "{record}",
            "What became of them; once nothing is in flight, the sum is what was received and added.",
            outcomes.collect(),
        ),
        Metric::counter(
            "tollgate_pipeline_malformed_requests",
            "{request}",
            "Number of requests that were no OTLP.",
            malformed.collect(),
        ),
    ]
}
