//! From what was cleared to its destinations: exporters, and the queues before them.
//!
//! A client is answered when every destination that is required has its records for sure: a queue on disk has synced them, or the
//! exporter behind a queue in memory, or without a queue, has delivered them. Destinations whose queues lie in one folder are put there
//! together: the bytes are stored once.

mod consumer;
mod destination;
mod gather;
mod hurry;
mod rejects;
mod stores;
mod way;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use tollgate_queue::{PutError, Receipt, Settled};

use crate::flow::NotTaken;
use crate::passage::Cleared;

pub(crate) use destination::Destination;
pub(crate) use stores::Stores;

const DESTINATION_DOWN: &str = "a destination cannot take the data now";
const DESTINATION_REFUSED: &str = "a destination refused the data";
const QUEUE_FULL: &str = "a queue is full; send the request again later";
const QUEUE_BROKEN: &str = "a queue cannot be written now; send the request again later";
/// When a client may come back for whom a queue had no room.
const PAUSE: Duration = Duration::from_secs(1);

/// Hands `cleared` to every destination of a pipeline; how many of its records the worst of them will never take.
pub(crate) async fn deliver(
    destinations: &[Arc<Destination>],
    cleared: &Cleared,
) -> Result<u64, NotTaken> {
    let direct = destinations.iter().filter(|own| !own.is_queued());
    let direct = direct.map(|destination| destination.send_now(cleared));
    if destinations.iter().all(|own| !own.is_queued()) {
        return together(join_all(direct).await);
    }
    let queued = groups(destinations);
    let queued = queued.into_iter().map(|group| enqueue(group, cleared));
    let (direct, queued) = join(join_all(direct), join_all(queued)).await;
    together(direct.into_iter().chain(queued))
}

/// Destinations whose queues lie in one store.
fn groups(destinations: &[Arc<Destination>]) -> Vec<Vec<Arc<Destination>>> {
    let mut groups: Vec<Vec<Arc<Destination>>> = Vec::new();
    for own in destinations.iter().filter(|own| own.is_queued()) {
        let known = groups
            .iter_mut()
            .find(|group| group.first().is_some_and(|first| first.shares_store(own)));
        match known {
            Some(group) => group.push(Arc::clone(own)),
            None => groups.push(vec![Arc::clone(own)]),
        }
    }
    groups
}

/// Puts `cleared` into the queues of destinations that share a store, and waits for those that are waited for.
async fn enqueue(group: Vec<Arc<Destination>>, cleared: &Cleared) -> Result<u64, NotTaken> {
    // Whether the client is there to the end or not, what was begun is finished and counted.
    let putting = tokio::spawn(put(group, cleared.clone()));
    let waiting = putting
        .await
        .unwrap_or(Err(NotTaken::Retry(Some(PAUSE), QUEUE_BROKEN)))?;
    let settled = waiting.into_iter().map(Waiting::told);
    together(join_all(settled).await)
}

/// A destination that a client waits for.
struct Waiting {
    destination: Arc<Destination>,
    records: u64,
    receipt: Receipt,
}

/// Into all queues at once, or, where one that is not required has no room, into those that are required.
async fn put(group: Vec<Arc<Destination>>, cleared: Cleared) -> Result<Vec<Waiting>, NotTaken> {
    match put_into(&group, &cleared).await {
        Ok(waiting) => Ok(waiting),
        Err(error) => {
            let (required, optional): (Vec<_>, Vec<_>) =
                group.into_iter().partition(|own| own.is_required());
            let tried_all = optional.is_empty();
            for own in &optional {
                own.lost(&cleared);
            }
            if required.is_empty() {
                return Ok(Vec::new());
            }
            let again = if tried_all {
                Err(error)
            } else {
                put_into(&required, &cleared).await
            };
            again.map_err(|error| {
                for own in &required {
                    own.gave_back(&cleared);
                }
                not_put(error)
            })
        }
    }
}

async fn put_into(group: &[Arc<Destination>], cleared: &Cleared) -> Result<Vec<Waiting>, PutError> {
    let queues: Vec<_> = group.iter().filter_map(|own| own.queue()).collect();
    let Some(first) = queues.first() else {
        return Ok(Vec::new());
    };
    let (signal, records) = (cleared.signal(), u64::from(cleared.records()));
    // Counted as queued beforehand: a consumer may take them before their client hears that they are there.
    for own in group {
        own.counts().ledger.enqueued(signal, records);
    }
    let receipts = match first.store().put(cleared.frame(), &queues).await {
        Ok(receipts) => receipts,
        Err(error) => {
            for own in group {
                own.counts().ledger.not_enqueued(signal, records);
            }
            return Err(error);
        }
    };
    let waiting = group.iter().zip(receipts);
    let waiting = waiting.filter(|(own, _)| own.is_waited_for());
    Ok(waiting
        .map(|(own, receipt)| Waiting {
            destination: Arc::clone(own),
            records: cleared.records().into(),
            receipt,
        })
        .collect())
}

fn not_put(error: PutError) -> NotTaken {
    match error {
        PutError::Full => NotTaken::Retry(Some(PAUSE), QUEUE_FULL),
        PutError::Disk(_) | PutError::Closed => NotTaken::Retry(Some(PAUSE), QUEUE_BROKEN),
    }
}

impl Waiting {
    async fn told(self) -> Result<u64, NotTaken> {
        match self.receipt.settled().await {
            Some(settled) => self.destination.answer(self.records, &settled, None),
            None => Err(NotTaken::Retry(Some(PAUSE), DESTINATION_DOWN)),
        }
    }
}

impl Destination {
    /// What a client is told of its records.
    fn answer(
        &self,
        records: u64,
        settled: &Settled,
        after: Option<Duration>,
    ) -> Result<u64, NotTaken> {
        let refused = settled.refused.saturating_add(settled.damaged);
        if settled.given_back > 0 {
            Err(NotTaken::Retry(after, DESTINATION_DOWN))
        } else if refused >= records && records > 0 && !self.keeps_rejects() {
            Err(NotTaken::Refused(DESTINATION_REFUSED))
        } else {
            Ok(refused)
        }
    }
}

/// One answer of several.
fn together(answers: impl IntoIterator<Item = Result<u64, NotTaken>>) -> Result<u64, NotTaken> {
    let mut rejected = 0;
    let mut failed = None;
    for answer in answers {
        match answer {
            Ok(more) => rejected = rejected.max(more),
            Err(error) => failed = Some(NotTaken::worse(failed, error)),
        }
    }
    failed.map_or(Ok(rejected), Err)
}
