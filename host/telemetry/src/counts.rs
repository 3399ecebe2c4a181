//! Counters of what became of records.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::Level;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `amount`.
    pub fn add(&self, amount: u64) {
        // Counters are read on their own, never to order other memory: relaxed is enough.
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// The sum of what was added.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What one stage of one pipeline did.
#[derive(Debug)]
pub struct StageCounts {
    /// The stage's id in the configuration.
    pub stage: String,
    rules: Vec<String>,
    /// Calls into the policy.
    pub calls: Counter,
    /// Records that reached the stage.
    pub received: Counter,
    /// Records that the policy dropped on purpose, or that `on_error: drop` did.
    pub dropped: Counter,
    /// Records that the policy could not judge and that were told to the client as rejected.
    pub rejected: Counter,
    /// Records that the policy could not judge and that went on because of `on_error: pass`.
    pub passed: Counter,
    /// Time in the stage, in nanoseconds.
    pub nanoseconds: Counter,
    /// Memory of the largest instance, in bytes.
    pub memory: Level,
    /// Lines that the policy logged. Their texts may hold content, so the number is what everybody may know.
    pub log_lines: Counter,
    edits: Vec<Counter>,
    drops: Vec<Counter>,
    failures: Mutex<BTreeMap<&'static str, u64>>,
}

impl StageCounts {
    /// Counters of the stage `stage`, whose manifest names `rules`.
    #[must_use]
    pub fn new(stage: String, rules: Vec<String>) -> Self {
        let zeros = || rules.iter().map(|_| Counter::default()).collect();
        Self {
            stage,
            calls: Counter::default(),
            received: Counter::default(),
            dropped: Counter::default(),
            rejected: Counter::default(),
            passed: Counter::default(),
            nanoseconds: Counter::default(),
            memory: Level::default(),
            log_lines: Counter::default(),
            edits: zeros(),
            drops: zeros(),
            failures: Mutex::default(),
            rules,
        }
    }

    /// Adds what each rule did, in the order of the manifest.
    pub fn by_rule(&self, edits: &[u64], drops: &[u64]) {
        for (counter, amount) in self.edits.iter().zip(edits) {
            counter.add(*amount);
        }
        for (counter, amount) in self.drops.iter().zip(drops) {
            counter.add(*amount);
        }
    }

    /// Counts a failed call by its kind.
    pub fn failed(&self, kind: &'static str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let count = failures.entry(kind).or_default();
        *count = count.saturating_add(1);
    }

    /// Records that went on from the stage.
    #[must_use]
    pub fn outgoing(&self) -> u64 {
        let ended = self.dropped.get().saturating_add(self.rejected.get());
        self.received.get().saturating_sub(ended)
    }

    /// The counters as they stand.
    #[must_use]
    pub fn report(&self) -> StageReport {
        let rules = self.rules.iter().zip(&self.edits).zip(&self.drops);
        StageReport {
            stage: self.stage.clone(),
            calls: self.calls.get(),
            received: self.received.get(),
            dropped: self.dropped.get(),
            rejected: self.rejected.get(),
            passed: self.passed.get(),
            nanoseconds: self.nanoseconds.get(),
            log_lines: self.log_lines.get(),
            rules: rules
                .map(|((rule, edits), drops)| RuleReport {
                    rule: rule.clone(),
                    edits: edits.get(),
                    drops: drops.get(),
                })
                .filter(|rule| rule.edits > 0 || rule.drops > 0)
                .collect(),
            failures: self
                .failures
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        }
    }
}

/// What became of the records of one pipeline.
///
/// `received = delivered + dropped + rejected + refused` once nothing is in flight.
#[derive(Debug)]
pub struct PipelineCounts {
    /// The pipeline's id in the configuration.
    pub pipeline: String,
    /// Its stages, in their order.
    pub stages: Vec<std::sync::Arc<StageCounts>>,
    /// Records that came in requests that could be read.
    pub received: Counter,
    /// Records that every exporter of the pipeline has taken.
    pub delivered: Counter,
    /// Records that a stage dropped on purpose.
    pub dropped: Counter,
    /// Records that a stage could not judge, or that a destination rejected, told to the client as rejected.
    pub rejected: Counter,
    /// Records of requests that were answered with an error: the client still has them.
    pub refused: Counter,
    /// Requests that were no OTLP.
    pub malformed_requests: Counter,
}

impl PipelineCounts {
    /// Counters of the pipeline `pipeline`.
    #[must_use]
    pub fn new(pipeline: String, stages: Vec<std::sync::Arc<StageCounts>>) -> Self {
        Self {
            pipeline,
            stages,
            received: Counter::default(),
            delivered: Counter::default(),
            dropped: Counter::default(),
            rejected: Counter::default(),
            refused: Counter::default(),
            malformed_requests: Counter::default(),
        }
    }

    /// What became of the records, by name.
    #[must_use]
    pub fn outcomes(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("delivered", self.delivered.get()),
            ("dropped", self.dropped.get()),
            ("rejected", self.rejected.get()),
            ("refused", self.refused.get()),
        ]
    }

    /// The counters as they stand.
    #[must_use]
    pub fn report(&self) -> PipelineReport {
        PipelineReport {
            pipeline: self.pipeline.clone(),
            received: self.received.get(),
            delivered: self.delivered.get(),
            dropped: self.dropped.get(),
            rejected: self.rejected.get(),
            refused: self.refused.get(),
            malformed_requests: self.malformed_requests.get(),
            stages: self.stages.iter().map(|stage| stage.report()).collect(),
        }
    }
}

/// [`PipelineCounts`] at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PipelineReport {
    /// The pipeline's id.
    pub pipeline: String,
    /// See [`PipelineCounts::received`].
    pub received: u64,
    /// See [`PipelineCounts::delivered`].
    pub delivered: u64,
    /// See [`PipelineCounts::dropped`].
    pub dropped: u64,
    /// See [`PipelineCounts::rejected`].
    pub rejected: u64,
    /// See [`PipelineCounts::refused`].
    pub refused: u64,
    /// See [`PipelineCounts::malformed_requests`].
    pub malformed_requests: u64,
    /// The stages, in their order.
    pub stages: Vec<StageReport>,
}

/// [`StageCounts`] at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageReport {
    /// The stage's id.
    pub stage: String,
    /// See [`StageCounts::calls`].
    pub calls: u64,
    /// See [`StageCounts::received`].
    pub received: u64,
    /// See [`StageCounts::dropped`].
    pub dropped: u64,
    /// See [`StageCounts::rejected`].
    pub rejected: u64,
    /// See [`StageCounts::passed`].
    pub passed: u64,
    /// See [`StageCounts::nanoseconds`].
    pub nanoseconds: u64,
    /// See [`StageCounts::log_lines`].
    pub log_lines: u64,
    /// The rules that did anything.
    pub rules: Vec<RuleReport>,
    /// Failed calls by kind.
    pub failures: BTreeMap<&'static str, u64>,
}

/// What one rule did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleReport {
    /// The rule's name in the manifest.
    pub rule: String,
    /// Edits it asked for.
    pub edits: u64,
    /// Nodes it dropped.
    pub drops: u64,
}
