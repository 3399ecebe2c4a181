//! What a receiver talks to: it hands a request to the graph where the receiver feeds it, and makes the answer.

use std::sync::Arc;

use tollgate_otlp::{Answer, Gate, Request, Transport};
use tollgate_record::Signal;
use tollgate_telemetry::ReceiverCounts;

use crate::cargo::Load;
use crate::flow::{Flow, Outcome};
use crate::graph::Entry;
use crate::limiter::Limiter;
use crate::policy::StagePlan;

/// What clients are told of records that a stage could not judge. Fixed: a text made from the record could leak it.
const REJECTED: &str = "records were rejected by policy";
/// What clients are told while a stage fails for everything.
pub(crate) const STAGE_FAILS: &str =
    "a policy of the gate fails for everything; send the request again later";
const NO_PIPELINE: &str = "no pipeline takes this signal from this receiver";

/// The pipelines that one receiver feeds.
pub(crate) struct Entrance {
    pub(crate) flow: Arc<Flow>,
    pub(crate) ways: Vec<Way>,
    pub(crate) grpc: Arc<ReceiverCounts>,
    pub(crate) http: Arc<ReceiverCounts>,
}

/// Where requests of one signal enter the graph.
pub(crate) struct Way {
    pub(crate) entry: Arc<Entry>,
    /// The limiters on any way from there.
    pub(crate) limiters: Vec<Arc<Limiter>>,
    /// The stages on any way from there that reject what they fail for.
    pub(crate) rejecting: Vec<Arc<StagePlan>>,
}

impl Entrance {
    fn way(&self, signal: Signal) -> Option<&Way> {
        self.ways.iter().find(|way| way.entry.signal == signal)
    }

    fn counts(&self, transport: Transport) -> &ReceiverCounts {
        match transport {
            Transport::Grpc => &self.grpc,
            Transport::Http => &self.http,
        }
    }
}

impl Gate for Entrance {
    fn refuses(&self, signal: Signal) -> Option<Answer> {
        let way = self.way(signal)?;
        let mut limiters = way.limiters.iter();
        if let Some(answer) = limiters.find_map(|limiter| limiter.refuses(signal)) {
            return Some(answer);
        }
        let after = way
            .rejecting
            .iter()
            .filter_map(|stage| stage.refuses())
            .max()?;
        Some(Answer::Retry {
            after: Some(after),
            message: STAGE_FAILS,
        })
    }

    fn denied(&self, transport: Transport) {
        self.counts(transport).denied.add(1);
    }

    async fn admit(&self, request: Request) -> Answer {
        let Some(way) = self.way(request.signal) else {
            return Answer::Refused {
                message: NO_PIPELINE,
            };
        };
        let load = Load {
            wire: request.wire,
            context: request.context,
            is_derived: false,
        };
        let (received, outcome) = self.flow.carry(&way.entry, load).await;
        let received = u64::from(received);
        let counts = self.counts(request.transport);
        let answer = answer(outcome);
        let refused = match &answer {
            Answer::Done { rejected, .. } => (*rejected).min(received),
            _ => received,
        };
        counts
            .accepted
            .of(request.signal)
            .add(received.saturating_sub(refused));
        counts.refused.of(request.signal).add(refused);
        answer
    }
}

/// One answer for all ways.
fn answer(outcome: Outcome) -> Answer {
    let mut taken = match outcome {
        Ok(taken) => taken,
        Err(not_taken) => return not_taken.into(),
    };
    // A record that was rejected on two ways is one rejected record.
    taken.rejected.sort_unstable();
    taken.rejected.dedup();
    let rejected = u64::try_from(taken.rejected.len())
        .unwrap_or(u64::MAX)
        .saturating_add(taken.rejected_beyond);
    Answer::Done {
        rejected,
        message: if rejected > 0 { REJECTED } else { "" },
    }
}
