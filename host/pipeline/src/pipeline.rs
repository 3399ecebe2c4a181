//! One pipeline at work: its stages' lanes and its destinations, and the account of every record.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tollgate_otlp::{Answer, ExportError, Request};

use crate::destination::Destination;
use crate::lane::{LaneError, LaneQueue};
use crate::passage::{Cleared, Passed, pass};
use crate::plan::PipelinePlan;

/// A pipeline that takes requests.
pub(crate) struct Pipeline {
    plan: Arc<PipelinePlan>,
    lanes: LaneQueue,
    destinations: Vec<Arc<Destination>>,
}

/// What a pipeline did with a request that it could read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Places in the request of the records that a stage could not judge.
    pub(crate) rejected: Vec<u32>,
    /// How many more a destination rejected, without saying which.
    pub(crate) rejected_beyond: u64,
}

/// Why a pipeline did not take a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotTaken {
    Malformed(String),
    Retry(Option<Duration>, &'static str),
    Refused(&'static str),
}

const NO_LANE: &str = "the gate is stopping or met an error; send the request again";
const DESTINATION_DOWN: &str = "a destination cannot take the data now";
const DESTINATION_REFUSED: &str = "a destination refused the data";

impl Pipeline {
    pub(crate) fn new(
        plan: Arc<PipelinePlan>,
        lanes: LaneQueue,
        destinations: Vec<Arc<Destination>>,
    ) -> Self {
        Self {
            plan,
            lanes,
            destinations,
        }
    }

    /// Takes one request: stages, then destinations. It returns when every destination has the records.
    pub(crate) async fn take(&self, request: Request) -> Result<Taken, NotTaken> {
        let passed = self.pass(request).await?;
        let counts = &self.plan.counts;
        counts.received.add(u64::from(passed.received));
        counts.dropped.add(passed.losses.dropped);
        let mut in_flight = InFlight {
            pipeline: self,
            records: u64::from(passed.cleared.records()),
        };
        let rejected_beyond = self.deliver(&passed.cleared).await;
        if rejected_beyond.is_err() {
            // The client keeps the whole request, the records that were rejected in it included.
            in_flight.records = in_flight
                .records
                .saturating_add(length(&passed.losses.rejected));
        }
        let rejected_beyond = rejected_beyond?;
        in_flight.delivered(rejected_beyond);
        counts.rejected.add(length(&passed.losses.rejected));
        Ok(Taken {
            rejected: passed.losses.rejected,
            rejected_beyond,
        })
    }

    async fn pass(&self, request: Request) -> Result<Passed, NotTaken> {
        // Without a stage there is nothing to compute: the bytes go on from here.
        let passed = if self.plan.stages.is_empty() {
            pass(&self.plan, &mut [], request).map_err(LaneError::from)
        } else {
            self.lanes.pass(request).await
        };
        passed.map_err(|error| match error {
            LaneError::Malformed(malformed) => {
                self.plan.counts.malformed_requests.add(1);
                NotTaken::Malformed(malformed.to_string())
            }
            LaneError::Gone => NotTaken::Retry(None, NO_LANE),
        })
    }

    /// Hands `cleared` to every destination at once; how many records the worst of them rejected.
    async fn deliver(&self, cleared: &Cleared) -> Result<u64, NotTaken> {
        if cleared.records() == 0 {
            return Ok(0);
        }
        let deliveries = match self.destinations.as_slice() {
            [one] => vec![one.deliver(cleared).await],
            all => join_all(all.iter().map(|destination| destination.deliver(cleared))).await,
        };
        let mut rejected = 0;
        let mut failed = None;
        for delivery in deliveries {
            match delivery {
                Ok(delivered) => rejected = rejected.max(delivered.rejected),
                Err(error) => failed = Some(worse(failed, error)),
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(rejected.min(u64::from(cleared.records()))),
        }
    }
}

/// A failure that may pass is worth another try, so it goes before one that will not: the client sends the request again.
fn worse(known: Option<NotTaken>, error: ExportError) -> NotTaken {
    match (known, error) {
        (Some(NotTaken::Retry(known, message)), ExportError::Retryable { after, .. }) => {
            NotTaken::Retry(known.max(after), message)
        }
        (Some(known @ NotTaken::Retry(..)), _) => known,
        (_, ExportError::Retryable { after, .. }) => NotTaken::Retry(after, DESTINATION_DOWN),
        (_, ExportError::Permanent { .. }) => NotTaken::Refused(DESTINATION_REFUSED),
    }
}

/// Records between the stages and the answer. Those that are not delivered when it is dropped were refused: by a destination, or
/// because the client went away meanwhile.
struct InFlight<'p> {
    pipeline: &'p Pipeline,
    records: u64,
}

impl InFlight<'_> {
    fn delivered(&mut self, rejected: u64) {
        let counts = &self.pipeline.plan.counts;
        counts.delivered.add(self.records.saturating_sub(rejected));
        counts.rejected.add(rejected);
        self.records = 0;
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.pipeline.plan.counts.refused.add(self.records);
    }
}

fn length(records: &[u32]) -> u64 {
    u64::try_from(records.len()).unwrap_or(u64::MAX)
}

impl From<NotTaken> for Answer {
    fn from(not_taken: NotTaken) -> Self {
        match not_taken {
            NotTaken::Malformed(message) => Self::Malformed(message),
            NotTaken::Retry(after, message) => Self::Retry { after, message },
            NotTaken::Refused(message) => Self::Refused { message },
        }
    }
}
