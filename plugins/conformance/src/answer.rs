//! What a policy answers to a case.

use serde_json::{Value, json};
use tollgate_sdk::testing::Harness;
use tollgate_sdk::{Compat, Policy};

use crate::case::Case;
use crate::normal::{normal, records_mut};

/// What a policy answers to a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The configuration is refused, or does not fit the signal; says why.
    Refused(String),
    /// What is left of each request that something is left of.
    Output(Vec<Value>),
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
    let mut outputs = Vec::new();
    for mut input in case.inputs() {
        if case.expected_kind == "kept_indexes" {
            records_mut(&mut input, &mut |record| {
                record.insert(NUMBER.to_owned(), json!(number.to_string()));
                number += 1;
            });
        }
        match policy.run_json(signal, &input.to_string()) {
            Ok(output) if output.wire().is_empty() => {}
            Ok(output) => outputs.push(output.json()),
            Err(error) => return Answer::Failed(error.to_string()),
        }
    }
    Answer::Output(outputs)
}

impl Answer {
    /// Whether it is the Collector's.
    #[must_use]
    pub fn is_expected(&self, case: &Case) -> bool {
        match (case.expected_kind.as_str(), self) {
            ("config_error", answer) => matches!(answer, Self::Refused(_)),
            ("kept_indexes", Self::Output(outputs)) => kept(outputs) == indexes(&case.expected),
            ("dropped_all", Self::Output(outputs)) => outputs.is_empty(),
            ("otlp", Self::Output(outputs)) => match outputs.as_slice() {
                [] => normal(&case.expected) == json!({}),
                [output] => normal(output) == normal(&case.expected),
                _ => false,
            },
            _ => false,
        }
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
