//! Records on their way to a destination, counted as that for as long as they are.

use std::sync::Arc;

use tollgate_queue::{Settled, Taken};
use tollgate_record::Signal;
use tollgate_telemetry::ExporterCounts;

use crate::passage::Cleared;

/// Records that are being put into a queue, or sent. Dropped, they are what they were before.
pub(crate) struct Way {
    counts: Arc<ExporterCounts>,
    signal: Signal,
    records: u64,
    came_from: Origin,
}

/// Where records came from.
enum Origin {
    /// A client, who waits.
    Client,
    /// The queue, where they are still.
    Queue(Taken),
    /// They are counted otherwise.
    Done,
}

impl Way {
    /// Records that a client waits for.
    pub(crate) fn of_client(counts: &Arc<ExporterCounts>, cleared: &Cleared) -> Self {
        let (signal, records) = (cleared.signal(), u64::from(cleared.records()));
        counts.ledger.cleared(signal, records);
        Self {
            counts: Arc::clone(counts),
            signal,
            records,
            came_from: Origin::Client,
        }
    }

    /// A frame that was taken from the queue.
    pub(crate) fn of_queue(counts: &Arc<ExporterCounts>, taken: Taken) -> Self {
        let (signal, records) = (taken.frame().signal(), u64::from(taken.frame().records()));
        counts.ledger.taken(signal, records);
        Self {
            counts: Arc::clone(counts),
            signal,
            records,
            came_from: Origin::Queue(taken),
        }
    }

    pub(crate) fn signal(&self) -> Signal {
        self.signal
    }

    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// What came from the queue.
    pub(crate) fn cleared(&self) -> Option<Cleared> {
        match &self.came_from {
            Origin::Queue(taken) => Some(Cleared::restored(taken.frame())),
            Origin::Client | Origin::Done => None,
        }
    }

    /// What became of all of them.
    pub(crate) fn settle(mut self, settled: Settled) {
        self.counts.settle(self.signal, &settled);
        if let Origin::Queue(taken) = std::mem::replace(&mut self.came_from, Origin::Done) {
            taken.settle(settled);
        }
    }

    /// Some of them are settled, and `rest` is what is left, of frames that were sent together with this one, too: it takes this one's place
    /// in the queue. False if it cannot: then nothing has changed, and the destination will have a part twice.
    pub(crate) async fn settle_part(mut self, settled: Settled, rest: &Cleared) -> bool {
        let Origin::Queue(taken) = std::mem::replace(&mut self.came_from, Origin::Done) else {
            return false;
        };
        let ledger = &self.counts.ledger;
        let left = u64::from(rest.records());
        // The rest may be taken as soon as it is there.
        ledger.queued(self.signal, left);
        if let Err(error) = taken.settle_with(settled, rest.frame()).await {
            tracing::error!(target: "tollgate", %error, "what is left of a request cannot be queued apart from it");
            ledger.taken(self.signal, left);
            ledger.queued(self.signal, self.records);
            return false;
        }
        self.counts.settle(self.signal, &settled);
        true
    }
}

/// Writes down what became of records in the account of a destination.
trait Settle {
    fn settle(&self, signal: Signal, settled: &Settled);
}

impl Settle for ExporterCounts {
    fn settle(&self, signal: Signal, settled: &Settled) {
        self.ledger.settled(signal, |totals| {
            let sums = [
                (&mut totals.delivered, settled.delivered),
                (&mut totals.refused, settled.refused),
                (&mut totals.given_back, settled.given_back),
                (&mut totals.damaged, settled.damaged),
            ];
            let mut records: u64 = 0;
            for (sum, more) in sums {
                *sum = sum.saturating_add(more);
                records = records.saturating_add(more);
            }
            records
        });
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        let records = self.records;
        match std::mem::replace(&mut self.came_from, Origin::Done) {
            Origin::Done => {}
            // Its client went away, and will send them again.
            Origin::Client => self
                .counts
                .settle(self.signal, &Settled::given_back(narrow(records))),
            Origin::Queue(taken) => {
                // Somebody else may take it as soon as it is back.
                self.counts.ledger.queued(self.signal, records);
                drop(taken);
            }
        }
    }
}

fn narrow(records: u64) -> u32 {
    u32::try_from(records).unwrap_or(u32::MAX)
}
