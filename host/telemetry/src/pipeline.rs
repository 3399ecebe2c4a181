//! The account of a pipeline.

use std::sync::Arc;

use serde::Serialize;

use crate::{Breaches, Counter, Ledger, StageCounts, StageReport};

/// What became of the records of one pipeline. At any moment, received + created + copied = delivered + forwarded + consumed + dropped +
/// merged + rejected + refused + in flight, and nothing is in flight while no request is.
///
/// Where a pipeline ends in connectors, each of them has a copy of what is left, beside the one for the exporters. What a connector
/// hands on is received by other pipelines, and counted there anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PipelineTotals {
    /// Records that came in requests that could be read.
    pub received: u64,
    /// Records that policies made beside those that came.
    pub created: u64,
    /// Copies for connectors.
    pub copied: u64,
    /// Records that every destination of the pipeline has, or has in its queue.
    pub delivered: u64,
    /// Records that a connector handed on to other pipelines.
    pub forwarded: u64,
    /// Records that ended in a connector, which made others of them.
    pub consumed: u64,
    /// Records that policies made others of, fewer than they were.
    pub merged: u64,
    /// Records that a stage dropped on purpose.
    pub dropped: u64,
    /// Records that a stage could not judge, or that a destination rejected, told to the client as rejected.
    pub rejected: u64,
    /// Records of requests that were answered with an error: the client still has them.
    pub refused: u64,
    /// Records of requests that nothing has become of yet.
    pub in_flight: u64,
}

impl PipelineTotals {
    /// What came in and what policies and forks made beside it, and what became of all of that.
    #[must_use]
    pub fn balance(&self) -> (u64, u64) {
        let came = sum(&[self.received, self.created, self.copied]);
        let went = sum(&[
            self.delivered,
            self.forwarded,
            self.consumed,
            self.dropped,
            self.merged,
            self.rejected,
            self.refused,
            self.in_flight,
        ]);
        (came, went)
    }
}

fn sum(numbers: &[u64]) -> u64 {
    numbers.iter().copied().fold(0, u64::saturating_add)
}

/// The account of one pipeline, and those of its stages.
#[derive(Debug)]
pub struct PipelineCounts {
    /// The pipeline's id in the configuration.
    pub pipeline: String,
    /// Its stages, in their order.
    pub stages: Vec<Arc<StageCounts>>,
    /// Policies in connectors that it ends in.
    pub connectors: Vec<Arc<StageCounts>>,
    /// What became of its records. It goes on when the configuration changes.
    pub totals: Arc<Ledger<PipelineTotals>>,
    /// Requests that were no OTLP.
    pub malformed_requests: Arc<Counter>,
    /// What post-conditions found at its end.
    pub breaches: Arc<Breaches>,
}

impl PipelineCounts {
    /// Counters of the pipeline `pipeline`.
    #[must_use]
    pub fn new(pipeline: String, stages: Vec<Arc<StageCounts>>) -> Self {
        Self {
            pipeline,
            stages,
            connectors: Vec::new(),
            totals: Arc::default(),
            malformed_requests: Arc::default(),
            breaches: Arc::default(),
        }
    }

    /// Records on their way are delivered, but for some that a destination will never take.
    pub fn delivered(&self, records: u64, rejected: u64) {
        let rejected = rejected.min(records);
        self.settled(records, |totals| {
            add(&mut totals.delivered, records.saturating_sub(rejected));
            add(&mut totals.rejected, rejected);
        });
    }

    /// Records on their way were rejected, and their clients are told.
    pub fn rejected(&self, records: u64) {
        self.settled(records, |totals| add(&mut totals.rejected, records));
    }

    /// Records on their way are their clients' again.
    pub fn refused(&self, records: u64) {
        self.settled(records, |totals| add(&mut totals.refused, records));
    }

    fn settled(&self, records: u64, settle: impl FnOnce(&mut PipelineTotals)) {
        if records > 0 {
            self.totals.change(|totals| {
                settle(totals);
                totals.in_flight = totals.in_flight.saturating_sub(records);
            });
        }
    }

    /// What became of the records, by name.
    #[must_use]
    pub fn outcomes(&self) -> Vec<(&'static str, u64)> {
        let totals = self.totals.read();
        vec![
            ("delivered", totals.delivered),
            ("forwarded", totals.forwarded),
            ("consumed", totals.consumed),
            ("merged", totals.merged),
            ("dropped", totals.dropped),
            ("rejected", totals.rejected),
            ("refused", totals.refused),
        ]
    }

    /// The counters as they stand.
    #[must_use]
    pub fn report(&self) -> PipelineReport {
        PipelineReport {
            pipeline: self.pipeline.clone(),
            totals: self.totals.read(),
            malformed_requests: self.malformed_requests.get(),
            stages: self.stages.iter().map(|stage| stage.report()).collect(),
            connectors: self
                .connectors
                .iter()
                .map(|connector| connector.report())
                .collect(),
        }
    }
}

fn add(number: &mut u64, records: u64) {
    *number = number.saturating_add(records);
}

/// [`PipelineCounts`] at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PipelineReport {
    /// The pipeline's id.
    pub pipeline: String,
    /// What became of its records.
    #[serde(flatten)]
    pub totals: PipelineTotals,
    /// See [`PipelineCounts::malformed_requests`].
    pub malformed_requests: u64,
    /// The stages, in their order.
    pub stages: Vec<StageReport>,
    /// The policies in connectors that it ends in.
    pub connectors: Vec<StageReport>,
}

impl std::ops::Deref for PipelineReport {
    type Target = PipelineTotals;

    fn deref(&self) -> &PipelineTotals {
        &self.totals
    }
}
