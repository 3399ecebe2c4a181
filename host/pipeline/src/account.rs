//! The account of records: what became of each on its way through the graph.

use std::time::Duration;

use tollgate_telemetry::PipelineCounts;

/// Adds records to a number of an account.
pub(crate) fn add(number: &mut u64, records: impl Into<u64>) {
    *number = number.saturating_add(records.into());
}

/// What became of records in one pipeline, for one request. What is delivered or refused is known later, and counted then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) received: u64,
    pub(crate) created: u64,
    pub(crate) copied: u64,
    pub(crate) forwarded: u64,
    pub(crate) consumed: u64,
    pub(crate) merged: u64,
    pub(crate) dropped: u64,
    pub(crate) rejected: u64,
}

impl Account {
    /// Writes down what the stages did, as one event. What was rejected is on its way until its client is told: if the client keeps the
    /// whole request, it is refused.
    pub(crate) fn count(&self, counts: &PipelineCounts) {
        counts.totals.change(|totals| {
            let sums = [
                (&mut totals.received, self.received),
                (&mut totals.created, self.created),
                (&mut totals.copied, self.copied),
            ];
            for (sum, more) in sums {
                add(sum, more);
                add(&mut totals.in_flight, more);
            }
            let ends = [
                (&mut totals.forwarded, self.forwarded),
                (&mut totals.consumed, self.consumed),
                (&mut totals.merged, self.merged),
                (&mut totals.dropped, self.dropped),
            ];
            for (sum, more) in ends {
                add(sum, more);
                totals.in_flight = totals.in_flight.saturating_sub(more);
            }
        });
    }
}

/// Where a stage writes down what became of the records that it was given.
pub(crate) struct Book<'a> {
    pub(crate) account: &'a mut Account,
    /// Places in the request as it came of those that were rejected.
    pub(crate) rejected: &'a mut Vec<u32>,
    /// Whether a policy made the records: no client knows of them, and none is told.
    pub(crate) is_derived: bool,
    /// Set to when the request may be sent again, if a stage on its way is not called at the moment.
    pub(crate) later: &'a mut Option<Duration>,
    /// Whether the records end in this stage, a connector that makes others of them. Then nothing of the batch may change.
    pub(crate) ends_here: bool,
}

/// The accounts of a request, by pipeline. There are few, so that looking through them is quick.
#[derive(Debug, Default)]
pub(crate) struct Accounts(Vec<(usize, Account)>);

impl Accounts {
    /// The account of a pipeline; an empty one if it had none.
    pub(crate) fn of(&mut self, pipeline: usize) -> &mut Account {
        let known = self.0.iter().position(|(known, _)| *known == pipeline);
        let place = known.unwrap_or_else(|| {
            self.0.push((pipeline, Account::default()));
            self.0.len().saturating_sub(1)
        });
        // It was found there, or put there.
        #[expect(
            clippy::indexing_slicing,
            reason = "the place of an account that is there"
        )]
        &mut self.0[place].1
    }

    /// All accounts, by pipeline.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Account)> {
        self.0
            .iter()
            .map(|(pipeline, account)| (*pipeline, account))
    }
}
