//! Where the nanoseconds of a record go, stage by stage.

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tollgate_sandbox::Sandbox;

use crate::clock::median;
use crate::policy::{Policy, Stage, index};

/// How long the chain is run for.
const TIME: Duration = Duration::from_secs(3);

/// What a Collector's users chain: drop the probes, mask secrets, act upon attributes, name the environment.
const CHAIN: [(&str, &str); 4] = [
    (
        "filter",
        r#"{"logs": {"log_record": ["IsMatch(attributes[\"event.name\"], \"healthz\")"]}}"#,
    ),
    ("redaction", crate::SIX_PATTERNS),
    (
        "attributes",
        r#"{"actions": [{"key": "env", "value": "prod", "action": "upsert"},
            {"key": "user.email", "action": "hash"}, {"key": "originator", "action": "delete"}]}"#,
    ),
    (
        "resource",
        r#"{"attributes": [{"key": "deployment.environment", "value": "prod", "action": "upsert"}]}"#,
    ),
];

/// A pipeline of several stages.
pub(crate) struct Chain(Vec<Policy>);

impl Chain {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        let policies = CHAIN.map(|(name, config)| Policy::stock(sandbox, name, config));
        Self(policies.into())
    }

    /// Runs the chain over a request again and again, and prints what each step of each stage takes, as Markdown.
    pub(crate) fn print(&self, wire: &Bytes, records: f64) {
        let mut wanted = self.0[0].wanted().clone();
        for policy in &self.0 {
            wanted = wanted.union(policy.wanted());
        }
        let mut stages: Vec<Stage<'_>> = self.0.iter().map(Policy::stage).collect();
        let mut ends: [Vec<f64>; 2] = Default::default();
        let mut steps: Vec<[Vec<f64>; 4]> = stages.iter().map(|_| Default::default()).collect();
        let started = Instant::now();
        while started.elapsed() < TIME {
            let begun = Instant::now();
            let mut batch = index(wire, &wanted);
            let indexed = begun.elapsed();
            for (stage, steps) in stages.iter_mut().zip(&mut steps) {
                for (time, times) in stage.steps(&mut batch).into_iter().zip(steps) {
                    times.push(nanos(time));
                }
            }
            let begun = Instant::now();
            black_box(batch.encode());
            for (time, times) in [indexed, begun.elapsed()].into_iter().zip(&mut ends) {
                times.push(nanos(time));
            }
        }
        let [indexed, encoded] = ends.map(|times| median(times) / records);
        println!(
            "\n| stage | project | call | check | apply | ns a record |\n|---|---|---|---|---|---|"
        );
        println!("| index, for all stages | | | | | {indexed:.0} |");
        let mut total = indexed + encoded;
        for ((name, _), steps) in CHAIN.iter().zip(steps) {
            let times = steps.map(|times| median(times) / records);
            let sum: f64 = times.iter().sum();
            let [project, call, check, apply] = times;
            total += sum;
            println!(
                "| `{name}` | {project:.0} | {call:.0} | {check:.0} | {apply:.0} | {sum:.0} |"
            );
        }
        println!("| encode | | | | | {encoded:.0} |");
        println!("| all | | | | | {total:.0} |");
    }
}

fn nanos(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}
