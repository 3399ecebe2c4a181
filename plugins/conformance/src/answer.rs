//! What a policy answers to a case.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate_sdk::testing::{Harness, Output};
use tollgate_sdk::{Compat, Policy};

use crate::case::Case;
use crate::metrics::metric_set;
use crate::normal::{normal, records_mut, rounded, without_times};

/// What a policy answers to a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The configuration is refused, or does not fit the signal; says why.
    Refused(String),
    /// What is left of each request that something is left of.
    Output(Vec<Value>),
    /// The metrics that a connector made.
    Metrics(Vec<Value>),
    /// What each pipeline gets that is asked after.
    Routed(BTreeMap<String, Vec<Value>>),
    /// The input or the outcome was refused.
    Failed(String),
}

/// Where records are numbered for `kept_indexes`.
const NUMBER: &str = "timeUnixNano";
/// Numbers start here, because 0 is left out of OTLP/JSON.
const FIRST: u64 = 1000;

/// Asks a policy.
#[must_use]
pub fn answer<P: Policy>(case: &Case, compat: Compat) -> Answer {
    let signal = case.signal();
    let mut policy = match Harness::<P>::with_compat(compat).configure(case.config.clone()) {
        Ok(policy) => policy,
        Err(problems) => return Answer::Refused(format!("{problems:?}")),
    };
    if !policy.manifest().signals().any(|taken| taken == signal) {
        return Answer::Refused(format!("the policy does not take {}", signal.as_str()));
    }
    policy.request_context(case.context());
    let mut number = FIRST;
    let mut answer = Answer::none(case);
    for mut input in case.inputs() {
        if case.expected_kind == "kept_indexes" {
            records_mut(&mut input, &mut |record| {
                record.insert(NUMBER.to_owned(), json!(number.to_string()));
                number += 1;
            });
        }
        match policy.run_json(signal, &input.to_string()) {
            Ok(output) => answer.add(&output),
            Err(error) => return Answer::Failed(error.to_string()),
        }
    }
    answer
}

impl Answer {
    /// Nothing yet, in the form that a case asks for.
    fn none(case: &Case) -> Self {
        match case.expected_kind.as_str() {
            "otlp_metrics" => Self::Metrics(Vec::new()),
            "per_pipeline" => {
                let pipelines = case
                    .expected
                    .as_object()
                    .into_iter()
                    .flat_map(|map| map.keys());
                Self::Routed(pipelines.map(|name| (name.clone(), Vec::new())).collect())
            }
            _ => Self::Output(Vec::new()),
        }
    }

    fn add(&mut self, output: &Output) {
        match self {
            Self::Metrics(metrics) => {
                metrics.extend(output.emissions().into_iter().map(|(_, request)| request));
            }
            Self::Routed(pipelines) => {
                for (pipeline, requests) in pipelines {
                    let request = output.route_json(pipeline);
                    if normal(&request) != json!({}) {
                        requests.push(request);
                    }
                }
            }
            Self::Output(outputs) if !output.wire().is_empty() => outputs.push(output.json()),
            Self::Output(_) | Self::Refused(_) | Self::Failed(_) => {}
        }
    }

    /// Whether it is the Collector's.
    #[must_use]
    pub fn is_expected(&self, case: &Case) -> bool {
        match (case.expected_kind.as_str(), self) {
            ("config_error", answer) => matches!(answer, Self::Refused(_)),
            ("kept_indexes", Self::Output(outputs)) => kept(outputs) == indexes(&case.expected),
            ("dropped_all", Self::Output(outputs)) => outputs.is_empty(),
            ("otlp", Self::Output(outputs)) => is_one(outputs, &case.expected),
            // A connector that makes no metrics, or none of these.
            ("dropped_all", Self::Metrics(metrics)) => metrics.is_empty(),
            ("otlp_metrics", Self::Metrics(metrics)) => {
                let ignored = case.compare.contains("timestamps");
                let of = |metrics: &Value| {
                    let metrics = rounded(&normal(metrics));
                    if ignored {
                        without_times(&metrics)
                    } else {
                        metrics
                    }
                };
                let made: Vec<Value> = metrics.iter().map(of).collect();
                metric_set(&made) == metric_set(&[of(&case.expected)])
            }
            ("per_pipeline", Self::Routed(pipelines)) => {
                pipelines.iter().all(|(pipeline, requests)| {
                    let expected = case.expected.get(pipeline).unwrap_or(&Value::Null);
                    is_one(requests, expected)
                })
            }
            _ => false,
        }
    }
}

/// Whether the outputs are one, and that which is expected; none, where nothing is.
fn is_one(outputs: &[Value], expected: &Value) -> bool {
    match outputs {
        [] => matches!(normal(expected), Value::Null) || normal(expected) == json!({}),
        [output] => normal(output) == normal(expected),
        _ => false,
    }
}

/// The places of the records that are left.
fn kept(outputs: &[Value]) -> Vec<u64> {
    let mut kept = Vec::new();
    for output in outputs {
        records_mut(&mut output.clone(), &mut |record| {
            let number = record
                .get(NUMBER)
                .and_then(Value::as_str)
                .and_then(|number| number.parse::<u64>().ok());
            kept.extend(number.and_then(|number| number.checked_sub(FIRST)));
        });
    }
    kept
}

fn indexes(expected: &Value) -> Vec<u64> {
    expected
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .collect()
}
