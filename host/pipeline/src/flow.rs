//! From an entry of the graph to the answer: the stages of all ways, then the exporters and batches that they lead to, and the
//! account of every record.
//!
//! A request is done with when everything on every way is done with. Where one way failed and another did not, the client is asked
//! to send the request again if that may help: the destinations of the other way then have its records twice. The Collector does
//! likewise; only a client that is not asked again would lose records.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tollgate_otlp::Answer;

use crate::batcher::Batcher;
use crate::cargo::Load;
use crate::delivery::{self, Destination};
use crate::entrance::STAGE_FAILS;
use crate::graph::{Entry, Graph};
use crate::lane::{LaneError, LaneQueue};
use crate::passage::{Cleared, Parked, Passed, pass};
use crate::stages::Stages;

/// Everything that takes part in the way of a request.
pub(crate) struct Flow {
    pub(crate) graph: Arc<Graph>,
    pub(crate) lanes: LaneQueue,
    /// The exporters of each pipeline.
    pub(crate) destinations: Vec<Vec<Arc<Destination>>>,
    /// Every place at which requests are put together.
    pub(crate) batchers: Vec<Arc<Batcher>>,
}

/// What became of a request that was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Places in the request of the records that a stage could not judge.
    pub(crate) rejected: Vec<u32>,
    /// How many more a destination rejected, without saying which.
    pub(crate) rejected_beyond: u64,
}

/// Why a request was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotTaken {
    Malformed(String),
    Retry(Option<Duration>, &'static str),
    Refused(&'static str),
}

/// Whether a request was taken.
pub(crate) type Outcome = Result<Taken, NotTaken>;

const NO_LANE: &str = "the gate is stopping or met an error; send the request again";

impl Flow {
    /// Takes bytes in at an entry. It returns when every destination on every way has the records; how many there were, too.
    pub(crate) async fn carry(self: &Arc<Self>, entry: &Arc<Entry>, load: Load) -> (u32, Outcome) {
        let passed = match self.pass(entry, load).await {
            Ok(passed) => passed,
            Err(LaneError::Malformed(malformed)) => {
                for place in &entry.places {
                    if let Some(plan) = self.graph.pipelines.get(place.pipeline) {
                        plan.counts.malformed_requests.add(1);
                    }
                }
                return (0, Err(NotTaken::Malformed(malformed.to_string())));
            }
            Err(LaneError::Gone) => return (0, Err(NotTaken::Retry(None, NO_LANE))),
        };
        let received = passed.received;
        (received, self.finish(passed).await)
    }

    /// Records of a pipeline that are their client's still.
    pub(crate) fn refused(&self, pipeline: usize, records: u64) {
        if let Some(plan) = self.graph.pipelines.get(pipeline) {
            plan.counts.refused(records);
        }
    }

    async fn pass(&self, entry: &Arc<Entry>, load: Load) -> Result<Passed, LaneError> {
        if entry.wanted.is_some() {
            return self.lanes.pass(Arc::clone(entry), load).await;
        }
        // No policy is called, so there is nothing to compute: the bytes go on from here.
        Ok(pass(&self.graph, &mut Stages::default(), entry, &load)?)
    }

    /// What is left of a request once its stages are done.
    async fn finish(self: &Arc<Self>, passed: Passed) -> Outcome {
        for (pipeline, account) in passed.accounts.iter() {
            if let Some(plan) = self.graph.pipelines.get(pipeline) {
                account.count(&plan.counts);
            }
        }
        // Whatever happens from here on, also that the client goes away: the account is closed.
        let mut rejected = Rejected {
            flow: self,
            passed: &passed,
            is_told: false,
        };
        if let Some(after) = passed.later {
            self.give_back(&passed);
            return Err(NotTaken::Retry(Some(after), STAGE_FAILS));
        }
        let waiting = passed.parked.iter().map(|parked| self.park(parked));
        let waiting: Vec<_> = waiting.collect();
        let delivered = match passed.cleared.as_slice() {
            [] => Vec::new(),
            [(pipeline, cleared)] => vec![self.deliver(*pipeline, cleared).await],
            all => {
                let all = all
                    .iter()
                    .map(|(pipeline, cleared)| self.deliver(*pipeline, cleared));
                join_all(all).await
            }
        };
        let batched = join_all(waiting).await;
        let mut outcome = Ok(Taken {
            rejected: passed.rejected.clone(),
            rejected_beyond: 0,
        });
        let delivered = delivered.into_iter().map(|delivered| {
            delivered.map(|rejected_beyond| Taken {
                rejected_beyond,
                ..Taken::default()
            })
        });
        for one in delivered.chain(batched) {
            outcome = together(outcome, one);
        }
        rejected.is_told = outcome.is_ok();
        outcome
    }

    /// Keeps a request that its client is to send again, so that no destination has parts of it twice.
    fn give_back(&self, passed: &Passed) {
        for (pipeline, cleared) in &passed.cleared {
            self.refused(*pipeline, u64::from(cleared.records()));
        }
        for parked in &passed.parked {
            if let Some(batch) = self.graph.batches.get(parked.batch) {
                self.refused(batch.pipeline, u64::from(parked.records));
            }
        }
    }

    /// Hands records to the place where requests are put together; what is returned waits for what becomes of them.
    fn park(self: &Arc<Self>, parked: &Parked) -> impl Future<Output = Outcome> + Send + use<> {
        let batcher = self.batchers.get(parked.batch).cloned();
        let reply = batcher.map(|batcher| batcher.submit(self, parked));
        async move {
            match reply {
                Some(reply) => reply.await.unwrap_or(Err(NotTaken::Retry(None, NO_LANE))),
                None => Err(NotTaken::Retry(None, NO_LANE)),
            }
        }
    }

    /// Hands `cleared` to every destination of a pipeline at once; how many records the worst of them rejected.
    async fn deliver(&self, pipeline: usize, cleared: &Cleared) -> Result<u64, NotTaken> {
        let mut in_flight = InFlight {
            flow: self,
            pipeline,
            records: u64::from(cleared.records()),
        };
        let destinations = self
            .destinations
            .get(pipeline)
            .map_or(&[][..], Vec::as_slice);
        let rejected = delivery::deliver(destinations, cleared).await?;
        Ok(in_flight.delivered(rejected))
    }
}

/// What two ways of one request come to.
pub(crate) fn together(one: Outcome, other: Outcome) -> Outcome {
    match (one, other) {
        (Ok(mut one), Ok(other)) => {
            one.rejected.extend(other.rejected);
            one.rejected_beyond = one.rejected_beyond.max(other.rejected_beyond);
            Ok(one)
        }
        (Err(one), Err(other)) => Err(NotTaken::worse(Some(one), other)),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

impl NotTaken {
    /// A failure that may pass is worth another try, so it goes before one that will not: the client sends the request again.
    pub(crate) fn worse(known: Option<Self>, other: Self) -> Self {
        match (known, other) {
            (Some(Self::Retry(known, message)), Self::Retry(after, _)) => {
                Self::Retry(known.max(after), message)
            }
            (Some(known @ Self::Retry(..)), _) => known,
            (Some(known), other @ (Self::Malformed(_) | Self::Refused(_))) => {
                drop(other);
                known
            }
            (_, other) => other,
        }
    }
}

/// Records between the stages and the answer. Those that are not delivered when it is dropped were refused: by a destination, or
/// because the client went away meanwhile.
struct InFlight<'f> {
    flow: &'f Flow,
    pipeline: usize,
    records: u64,
}

impl InFlight<'_> {
    /// All of them were taken, but for some that a destination rejected; how many these were.
    fn delivered(&mut self, rejected: u64) -> u64 {
        let rejected = rejected.min(self.records);
        if let Some(plan) = self.flow.graph.pipelines.get(self.pipeline) {
            plan.counts.delivered(self.records, rejected);
        }
        self.records = 0;
        rejected
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.flow.refused(self.pipeline, self.records);
    }
}

/// Records that stages rejected. If the request is answered with an error the client keeps all of it, these included.
struct Rejected<'f> {
    flow: &'f Flow,
    passed: &'f Passed,
    is_told: bool,
}

impl Drop for Rejected<'_> {
    fn drop(&mut self) {
        for (pipeline, account) in self.passed.accounts.iter() {
            let Some(plan) = self.flow.graph.pipelines.get(pipeline) else {
                continue;
            };
            if self.is_told {
                plan.counts.rejected(account.rejected);
            } else {
                plan.counts.refused(account.rejected);
            }
        }
    }
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
