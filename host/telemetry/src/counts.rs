//! Counters of what became of records.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::{BreakerCounts, Level};

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
    routes: Vec<String>,
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
    /// Records that the policy made beside those that came.
    pub created: Counter,
    /// Records that the policy made others of, fewer than they were.
    pub merged: Counter,
    /// Records that ended in a connector, which made others of them.
    pub consumed: Counter,
    /// Records of new telemetry that the policy emitted.
    pub emitted: Counter,
    /// Time in the stage, in nanoseconds.
    pub nanoseconds: Counter,
    /// Memory of the largest instance, in bytes.
    pub memory: Level,
    /// Lines that the policy logged. Their texts may hold content, so the number is what everybody may know.
    pub log_lines: Counter,
    /// Whether it is called at all.
    pub breaker: BreakerCounts,
    edits: Vec<Counter>,
    drops: Vec<Counter>,
    routed: Vec<Counter>,
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
            created: Counter::default(),
            merged: Counter::default(),
            consumed: Counter::default(),
            emitted: Counter::default(),
            nanoseconds: Counter::default(),
            memory: Level::default(),
            log_lines: Counter::default(),
            breaker: BreakerCounts::default(),
            edits: zeros(),
            drops: zeros(),
            routed: Vec::new(),
            failures: Mutex::default(),
            rules,
            routes: Vec::new(),
        }
    }

    /// Likewise, of a connector that sends records to `routes`.
    #[must_use]
    pub fn with_routes(self, routes: Vec<String>) -> Self {
        Self {
            routed: routes.iter().map(|_| Counter::default()).collect(),
            routes,
            ..self
        }
    }

    /// Whether it counts the same as another one.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (&self.stage, &self.rules, &self.routes) == (&other.stage, &other.rules, &other.routes)
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

    /// This many records went to a route, which the connector was made with.
    pub fn routed(&self, route: usize, records: u64) {
        if let Some(counter) = self.routed.get(route) {
            counter.add(records);
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
        let ended = [&self.dropped, &self.rejected, &self.merged, &self.consumed]
            .into_iter()
            .fold(0, |sum: u64, counter| sum.saturating_add(counter.get()));
        let came = self.received.get().saturating_add(self.created.get());
        came.saturating_sub(ended)
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
            created: self.created.get(),
            merged: self.merged.get(),
            consumed: self.consumed.get(),
            emitted: self.emitted.get(),
            nanoseconds: self.nanoseconds.get(),
            log_lines: self.log_lines.get(),
            routes: self
                .routes
                .iter()
                .zip(&self.routed)
                .map(|(route, records)| (route.clone(), records.get()))
                .collect(),
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
    /// See [`StageCounts::created`].
    pub created: u64,
    /// See [`StageCounts::merged`].
    pub merged: u64,
    /// See [`StageCounts::consumed`].
    pub consumed: u64,
    /// See [`StageCounts::emitted`].
    pub emitted: u64,
    /// See [`StageCounts::nanoseconds`].
    pub nanoseconds: u64,
    /// See [`StageCounts::log_lines`].
    pub log_lines: u64,
    /// Of a connector, the records that went to each route. One that went to two of them counts in both.
    pub routes: Vec<(String, u64)>,
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
