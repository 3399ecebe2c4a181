//! Metrics of policies, in processors and in connectors.

use std::sync::Arc;

use crate::metric::{Metric, Number, Point};
use crate::{PipelineCounts, StageCounts};

/// Policies in either position, with the label that names them.
fn everywhere(
    pipelines: &[Arc<PipelineCounts>],
) -> impl Iterator<Item = (&str, &'static str, &StageCounts)> {
    pipelines.iter().flat_map(|pipeline| {
        let positions = [
            ("processor", &pipeline.stages),
            ("connector", &pipeline.connectors),
        ];
        positions.into_iter().flat_map(move |(role, stages)| {
            let stages = stages.iter();
            stages.map(move |stage| (pipeline.pipeline.as_str(), role, stage.as_ref()))
        })
    })
}

/// What policies did, by pipeline and stage.
pub(crate) fn policies(pipelines: &[Arc<PipelineCounts>]) -> Vec<Metric> {
    let mut metrics = of_stages(pipelines);
    metrics.extend(of_names(pipelines));
    metrics.extend(of_breakers(pipelines));
    metrics.extend(of_breaches(pipelines));
    metrics
}

/// What is one number for a stage.
#[allow(
    clippy::cast_precision_loss,
    reason = "times and counts beyond 2^52 are past caring"
)]
fn of_stages(pipelines: &[Arc<PipelineCounts>]) -> Vec<Metric> {
    let numbers = |number: fn(&StageCounts) -> Number| {
        let point = move |(pipeline, role, stage): (&str, &'static str, &StageCounts)| {
            let labels = [("pipeline", pipeline), (role, stage.stage.as_str())];
            Point::new(labels, number(stage))
        };
        everywhere(pipelines).map(point).collect::<Vec<_>>()
    };
    vec![
        Metric::counter(
            "tollgate_policy_calls",
            "{call}",
            "Number of calls into a policy.",
            numbers(|stage| Number::Int(stage.calls.get())),
        ),
        Metric::counter(
            "tollgate_policy_duration",
            "s",
            "Time spent in a stage.",
            numbers(|stage| Number::Double(stage.nanoseconds.get() as f64 / 1e9)),
        ),
        Metric::gauge(
            "tollgate_policy_cost",
            "s",
            "Time that a record has cost in a stage, on average since the start.",
            numbers(|stage| {
                let records = stage.received.get().max(1) as f64;
                Number::Double(stage.nanoseconds.get() as f64 / 1e9 / records)
            }),
        ),
        Metric::gauge(
            "tollgate_policy_memory",
            "By",
            "Memory of the largest instance of a policy.",
            numbers(|stage| Number::Int(stage.memory.get())),
        ),
        Metric::counter(
            "tollgate_policy_rejected_records",
            "{record}",
            "Number of records that a policy could not judge, and that were rejected.",
            numbers(|stage| Number::Int(stage.rejected.get())),
        ),
        Metric::counter(
            "tollgate_policy_passed_records",
            "{record}",
            "Number of records that a policy could not judge, and that went on because `on_error` says so.",
            numbers(|stage| Number::Int(stage.passed.get())),
        ),
        Metric::counter(
            "tollgate_policy_log_lines",
            "{line}",
            "Number of lines that a policy logged.",
            numbers(|stage| Number::Int(stage.log_lines.get())),
        ),
    ]
}

/// Whether stages are called, and how often they were not.
fn of_breakers(pipelines: &[Arc<PipelineCounts>]) -> Vec<Metric> {
    let numbers = |number: fn(&StageCounts) -> u64| {
        let point = move |(pipeline, role, stage): (&str, &'static str, &StageCounts)| {
            let labels = [("pipeline", pipeline), (role, stage.stage.as_str())];
            Point::new(labels, Number::Int(number(stage)))
        };
        everywhere(pipelines).map(point).collect::<Vec<_>>()
    };
    vec![
        Metric::gauge(
            "tollgate_policy_breaker_state",
            "{state}",
            "Whether a stage that failed for everything is kept from being called: 0 closed, 1 open, 2 one request tries it.",
            numbers(|stage| stage.breaker.number()),
        ),
        Metric::counter(
            "tollgate_policy_breaker_opened",
            "{time}",
            "Number of times that a stage failed for everything and was no longer called.",
            numbers(|stage| stage.breaker.times_opened()),
        ),
        Metric::counter(
            "tollgate_policy_breaker_refused_requests",
            "{request}",
            "Number of requests that were refused as retryable because a stage on their way was not called.",
            numbers(|stage| stage.breaker.refused.get()),
        ),
        Metric::counter(
            "tollgate_policy_breaker_skipped_records",
            "{record}",
            "Number of records that `on_error` was applied to without a call.",
            numbers(|stage| stage.breaker.skipped.get()),
        ),
    ]
}

/// What post-conditions found.
fn of_breaches(pipelines: &[Arc<PipelineCounts>]) -> Vec<Metric> {
    let mut texts = Vec::new();
    let mut rejected = Vec::new();
    for pipeline in pipelines {
        let found = pipeline.breaches.read();
        if found.is_empty() {
            continue;
        }
        let labels = [("pipeline", pipeline.pipeline.as_str())];
        let records = pipeline.breaches.rejected.get();
        rejected.push(Point::new(labels, Number::Int(records)));
        for (stage, place, number) in found {
            let labels = [
                ("pipeline", pipeline.pipeline.as_str()),
                ("stage", stage.as_str()),
                ("place", place.as_str()),
            ];
            texts.push(Point::new(labels, Number::Int(number)));
        }
    }
    vec![
        Metric::counter(
            "tollgate_ensure_breaches",
            "{text}",
            "Number of texts that the post-condition of a stage found in what was about to leave.",
            texts,
        ),
        Metric::counter(
            "tollgate_ensure_rejected_records",
            "{record}",
            "Number of records that did not leave because of a post-condition.",
            rejected,
        ),
    ]
}

/// What is one number for each name that a manifest or a failure has.
fn of_names(pipelines: &[Arc<PipelineCounts>]) -> Vec<Metric> {
    let mut edits = Vec::new();
    let mut drops = Vec::new();
    let mut failures = Vec::new();
    let mut routes = Vec::new();
    for (pipeline, role, stage) in everywhere(pipelines) {
        let report = stage.report();
        let labels = |key, value| {
            [
                ("pipeline", pipeline),
                (role, stage.stage.as_str()),
                (key, value),
            ]
        };
        for rule in &report.rules {
            let labels = labels("rule", rule.rule.as_str());
            edits.push(Point::new(labels, Number::Int(rule.edits)));
            drops.push(Point::new(labels, Number::Int(rule.drops)));
        }
        for (route, records) in &report.routes {
            routes.push(Point::new(labels("route", route), Number::Int(*records)));
        }
        for (kind, calls) in &report.failures {
            failures.push(Point::new(labels("kind", kind), Number::Int(*calls)));
        }
    }
    vec![
        Metric::counter(
            "tollgate_policy_edits",
            "{edit}",
            "Number of edits that a rule asked for.",
            edits,
        ),
        Metric::counter(
            "tollgate_policy_dropped_records",
            "{record}",
            "Number of nodes that a rule dropped.",
            drops,
        ),
        Metric::counter(
            "tollgate_policy_routed_records",
            "{record}",
            "Number of records that a connector sent to a pipeline.",
            routes,
        ),
        Metric::counter(
            "tollgate_policy_failures",
            "{call}",
            "Number of calls that failed, by kind.",
            failures,
        ),
    ]
}
