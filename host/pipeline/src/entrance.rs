//! What a receiver talks to: it hands a request to every pipeline that the receiver feeds, and makes one answer of theirs.

use std::sync::Arc;

use futures_util::future::join_all;
use tollgate_otlp::{Answer, Gate, Request};
use tollgate_record::Signal;

use crate::pipeline::{NotTaken, Pipeline, Taken};

/// What clients are told of records that a stage could not judge. Fixed: a text made from the record could leak it.
const REJECTED: &str = "records were rejected by policy";
const NO_PIPELINE: &str = "no pipeline takes this signal from this receiver";

/// The pipelines that one receiver feeds.
#[derive(Default)]
pub(crate) struct Entrance {
    pipelines: Vec<(Signal, Arc<Pipeline>)>,
}

impl Entrance {
    pub(crate) fn new(pipelines: Vec<(Signal, Arc<Pipeline>)>) -> Self {
        Self { pipelines }
    }
}

impl Gate for Entrance {
    async fn admit(&self, request: Request) -> Answer {
        let mut fed = self
            .pipelines
            .iter()
            .filter(|(signal, _)| *signal == request.signal)
            .map(|(_, pipeline)| pipeline);
        let Some(first) = fed.next() else {
            return Answer::Refused {
                message: NO_PIPELINE,
            };
        };
        let rest: Vec<_> = fed.collect();
        if rest.is_empty() {
            return answer(vec![first.take(request).await]);
        }
        // Each pipeline has its own overlay; the bytes below are shared.
        let all = std::iter::once(first)
            .chain(rest)
            .map(|pipeline| pipeline.take(request.clone()));
        answer(join_all(all).await)
    }
}

/// One answer for all pipelines. What one of them did not take, the client has to send again, to all.
fn answer(taken: Vec<Result<Taken, NotTaken>>) -> Answer {
    let mut records = Vec::new();
    let mut beyond = 0;
    let mut refusal: Option<NotTaken> = None;
    for one in taken {
        match one {
            Ok(taken) => {
                records.extend(taken.rejected);
                beyond = beyond.max(taken.rejected_beyond);
            }
            Err(error) if refusal.is_none() || matches!(error, NotTaken::Retry(..)) => {
                refusal = Some(error);
            }
            Err(_) => {}
        }
    }
    if let Some(refusal) = refusal {
        return refusal.into();
    }
    // A record that two pipelines rejected is one rejected record.
    records.sort_unstable();
    records.dedup();
    let rejected = u64::try_from(records.len())
        .unwrap_or(u64::MAX)
        .saturating_add(beyond);
    Answer::Done {
        rejected,
        message: if rejected > 0 { REJECTED } else { "" },
    }
}
