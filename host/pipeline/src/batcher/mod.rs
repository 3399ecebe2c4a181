//! `batch`: requests are put together before they go on.
//!
//! Nobody is answered before the exporters behind have taken the records: the batch is only a way to send fewer, larger requests.
//! A batch goes on when it is large enough, and at the latest when its first request has waited for the timeout. Stages behind it
//! see the batch as one request, of which nothing is known but the metadata that it was kept apart by.

mod group;
mod merge;
mod waiter;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tollgate_config::{Batch, Sizer};
use tollgate_otlp::ByteBudget;
use tollgate_record::RequestContext;
use tollgate_telemetry::{BatchCounts, Trigger};

use crate::flow::{Flow, NotTaken, Outcome};
use crate::graph::{BatchPlan, Entry};
use crate::passage::Parked;
use group::{Group, Part};
use waiter::Waiter;

const TOO_MANY_GROUPS: &str = "there are too many combinations of metadata to keep apart";
const TOO_MANY_BYTES: &str = "too many bytes wait to be put together; send the request again later";
/// When a client may come back for whom there was no room.
const PAUSE: Duration = Duration::from_secs(1);

/// One place at which requests are put together.
#[derive(Debug)]
pub(crate) struct Batcher {
    settings: Batch,
    pipeline: usize,
    behind: Arc<Entry>,
    counts: Arc<BatchCounts>,
    budget: Arc<ByteBudget>,
    /// Requests that are kept apart by their metadata. A combination that was seen once is kept, as in the Collector.
    groups: Mutex<HashMap<Vec<Vec<String>>, Group>>,
    /// Whether nothing waits for others any more.
    is_closing: AtomicBool,
}

/// What goes on together.
struct Sending {
    parts: Vec<Part>,
    context: Arc<RequestContext>,
    trigger: Trigger,
}

impl Batcher {
    pub(crate) fn new(plan: &BatchPlan, budget: &Arc<ByteBudget>) -> Arc<Self> {
        let batcher = Self {
            settings: plan.settings.clone(),
            pipeline: plan.pipeline,
            behind: Arc::clone(&plan.behind),
            counts: Arc::clone(&plan.counts),
            budget: Arc::clone(budget),
            groups: Mutex::default(),
            is_closing: AtomicBool::new(false),
        };
        if batcher.settings.metadata_keys.is_empty() {
            batcher.counts.groups.set(1);
        }
        Arc::new(batcher)
    }

    /// Takes records in. What becomes of them is told when everything that they went on with is done with.
    pub(crate) fn submit(
        self: &Arc<Self>,
        flow: &Arc<Flow>,
        parked: &Parked,
    ) -> oneshot::Receiver<Outcome> {
        let (waiter, reply) = Waiter::new(flow, self.pipeline, parked);
        let mut permit = self.budget.permit();
        if permit.grow(parked.load.wire.len()).is_err() {
            waiter.not_taken(NotTaken::Retry(Some(PAUSE), TOO_MANY_BYTES));
            return reply;
        }
        let key = self.key(&parked.load.context);
        let mut groups = self.lock();
        if !groups.contains_key(&key) && self.is_full(groups.len()) {
            drop(groups);
            waiter.not_taken(NotTaken::Refused(TOO_MANY_GROUPS));
            return reply;
        }
        let known = groups.len();
        let group = groups
            .entry(key.clone())
            .or_insert_with(|| Group::new(self.context(&key)));
        let was_empty = group.is_empty();
        group.push(Part::new(parked, Arc::new(waiter), permit));
        let sendings = self.due(group);
        // The time begins anew with what is left of a batch, as in the Collector.
        let timer = (!group.is_empty() && (was_empty || !sendings.is_empty())).then(|| group.age());
        if groups.len() > known && !self.settings.metadata_keys.is_empty() {
            self.counts.groups.up();
        }
        drop(groups);
        self.send_all(flow, sendings);
        if let Some(age) = timer {
            self.arm(flow, key, age);
        }
        reply
    }

    /// Lets nothing wait any more, now and from now on.
    pub(crate) fn close(self: &Arc<Self>, flow: &Arc<Flow>) {
        self.is_closing.store(true, Ordering::SeqCst);
        let mut groups = self.lock();
        let sendings: Vec<_> = groups
            .values_mut()
            .flat_map(|group| self.due(group))
            .collect();
        drop(groups);
        self.send_all(flow, sendings);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Vec<Vec<String>>, Group>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_full(&self, groups: usize) -> bool {
        let limit = self
            .settings
            .metadata_cardinality_limit
            .filter(|limit| *limit > 0);
        let has_groups = !self.settings.metadata_keys.is_empty();
        has_groups && limit.is_some_and(|limit| groups >= limit as usize)
    }

    /// The values of the metadata by which requests are kept apart; one without values is another than one with an empty one.
    fn key(&self, context: &RequestContext) -> Vec<Vec<String>> {
        let values = |key: &String| {
            let known = context.metadata.iter().find(|(name, _)| name == key);
            known.map(|(_, values)| values.clone()).unwrap_or_default()
        };
        self.settings.metadata_keys.iter().map(values).collect()
    }

    fn context(&self, key: &[Vec<String>]) -> Arc<RequestContext> {
        let metadata = self.settings.metadata_keys.iter().zip(key);
        let metadata = metadata.filter(|(_, values)| !values.is_empty());
        Arc::new(RequestContext {
            metadata: metadata
                .map(|(key, values)| (key.clone(), values.clone()))
                .collect(),
            ..RequestContext::default()
        })
    }

    /// Takes out of a group what goes on for its size.
    fn due(&self, group: &mut Group) -> Vec<Sending> {
        let settings = &self.settings;
        let at_once = settings.timeout.is_zero()
            || settings.send_batch_size == 0
            || self.is_closing.load(Ordering::SeqCst);
        let mut sendings = Vec::new();
        while !group.is_empty()
            && (at_once || group.size(settings.sizer) >= settings.send_batch_size)
        {
            sendings.push(self.take(group, Trigger::Size));
        }
        sendings
    }

    /// Takes one batch out of a group that is not empty.
    fn take(&self, group: &mut Group, trigger: Trigger) -> Sending {
        let most = self.settings.send_batch_max_size.filter(|most| *most > 0);
        Sending {
            parts: group.take(most.unwrap_or(u64::MAX), self.settings.sizer),
            context: group.context(),
            trigger,
        }
    }

    /// Sends what a group holds when its time is over, unless it has gone on before.
    fn arm(self: &Arc<Self>, flow: &Arc<Flow>, key: Vec<Vec<String>>, age: u64) {
        let (this, flow) = (Arc::clone(self), Arc::clone(flow));
        tokio::spawn(async move {
            let mut age = age;
            loop {
                tokio::time::sleep(this.settings.timeout).await;
                let mut groups = this.lock();
                let Some(group) = groups.get_mut(&key).filter(|group| group.age() == age) else {
                    return;
                };
                if group.is_empty() {
                    return;
                }
                let sending = this.take(group, Trigger::Timeout);
                let is_left = !group.is_empty();
                age = group.age();
                drop(groups);
                this.send_all(&flow, vec![sending]);
                if !is_left {
                    return;
                }
            }
        });
    }

    fn send_all(self: &Arc<Self>, flow: &Arc<Flow>, sendings: Vec<Sending>) {
        for sending in sendings {
            let (this, flow) = (Arc::clone(self), Arc::clone(flow));
            tokio::spawn(async move { this.send(&flow, sending).await });
        }
    }

    async fn send(&self, flow: &Arc<Flow>, sending: Sending) {
        let Sending {
            parts,
            context,
            trigger,
        } = sending;
        // Whoever has gone away meanwhile will send the records again, to somebody.
        let (parts, gone): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| part.waiter.is_there());
        drop(gone);
        let most = match (self.settings.sizer, self.settings.send_batch_max_size) {
            (Sizer::Bytes, Some(most)) if most > 0 => most,
            _ => u64::MAX,
        };
        for merged in merge::merge(self.behind.signal, parts, most) {
            let records = merged.records;
            let bytes = u64::try_from(merged.wire.len()).unwrap_or(u64::MAX);
            let load = merged.load(&context);
            let (received, outcome) = flow.carry(&self.behind, load).await;
            if outcome.is_ok() {
                self.counts.sent(records, bytes, trigger);
            } else if received == 0 {
                // It did not even come to a stage, so nobody else has counted it.
                flow.refused(self.pipeline, records);
            }
            merged.tell(&outcome);
        }
    }
}
