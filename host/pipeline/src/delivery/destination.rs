//! Where cleared records go: an exporter by its id in the configuration, with what stands before it.

use std::sync::Arc;

use tollgate_config::{self as config, ComponentId, QueueSizer, SendingQueue};
use tollgate_otlp::{Export, Exported, Exporter};
use tollgate_queue::{Limit, Queue, Settled, Store, Unit};
use tollgate_record::Signal;
use tollgate_telemetry::{ExporterCounts, Level};

use super::gather::Gathering;
use super::hurry::Hurry;
use super::rejects::Rejects;
use super::way::Way;
use crate::flow::NotTaken;
use crate::passage::Cleared;

/// An exporter that takes nothing but what every stage has cleared.
pub(crate) struct Destination {
    pub(super) id: ComponentId,
    pub(super) exporter: Exporter,
    pub(super) counts: Arc<ExporterCounts>,
    pub(super) rejects: Rejects,
    pub(super) queued: Option<Queued>,
    is_required: bool,
    /// Whether the settings say when a request is tried no more.
    pub(super) gives_up: bool,
    /// Whether nobody waits for a destination to come back any more.
    pub(super) hurry: Hurry,
}

/// The queue before an exporter.
pub(super) struct Queued {
    pub(super) queue: Queue,
    pub(super) settings: SendingQueue,
    pub(super) gathering: Gathering,
}

impl Destination {
    /// A destination; `store` is where its queue is kept, if it has one.
    pub(crate) fn new(
        id: ComponentId,
        exporter: Exporter,
        written: &config::Destination,
        store: Option<&Store>,
        counts: Arc<ExporterCounts>,
    ) -> Self {
        let delivery = &written.delivery;
        let mut settings = delivery.queue.clone();
        if !delivery.required && settings.is_none() {
            // Nobody waits for it, so what it has not taken yet has to wait somewhere.
            settings = Some(SendingQueue::default());
        }
        let in_memory = Store::in_memory();
        let store = store.unwrap_or(&in_memory);
        let queued = settings.map(|settings| Queued {
            queue: store.queue(&id.to_string(), limit(&settings)),
            gathering: Gathering::new(settings.batch),
            settings,
        });
        if let Some(queued) = &queued {
            for signal in Signal::ALL {
                let restored = queued.queue.take_restored(signal);
                counts.ledger.restored(signal, restored);
            }
            counts.queue_capacity.set(queued.settings.queue_size);
        }
        Self {
            rejects: Rejects::new(&delivery.on_rejected),
            exporter,
            counts,
            queued,
            is_required: delivery.required,
            gives_up: gives_up(&written.exporter),
            hurry: Hurry::default(),
            id,
        }
    }

    /// What it did.
    pub(crate) fn counts(&self) -> &Arc<ExporterCounts> {
        &self.counts
    }

    pub(crate) fn is_required(&self) -> bool {
        self.is_required
    }

    pub(crate) fn is_queued(&self) -> bool {
        self.queued.is_some()
    }

    pub(super) fn keeps_rejects(&self) -> bool {
        self.rejects.are_kept()
    }

    pub(super) fn queue(&self) -> Option<&Queue> {
        self.queued.as_ref().map(|queued| &queued.queue)
    }

    pub(super) fn shares_store(&self, other: &Self) -> bool {
        let stores = self.queue().zip(other.queue());
        stores.is_some_and(|(one, other)| one.store() == other.store())
    }

    /// Whether its queue survives the process.
    pub(super) fn is_durable(&self) -> bool {
        self.queue().is_some_and(|queue| queue.store().is_durable())
    }

    /// Whether a client waits until the exporter has its records.
    pub(super) fn is_waited_for(&self) -> bool {
        let waits = |queued: &Queued| queued.settings.wait_for_result;
        self.is_required && !self.is_durable() && self.queued.as_ref().is_some_and(waits)
    }

    /// Records come, and are on their way from now on.
    pub(super) fn comes(&self, cleared: &Cleared) -> Way {
        Way::of_client(&self.counts, cleared)
    }

    /// Records could not be taken, and their client has them still.
    pub(super) fn gave_back(&self, cleared: &Cleared) {
        self.counts
            .enqueue_failed
            .of(cleared.signal())
            .add(cleared.records().into());
        self.comes(cleared)
            .settle(Settled::given_back(cleared.records()));
    }

    /// Records could not be taken, and nobody has them: the destination is not required.
    pub(super) fn lost(&self, cleared: &Cleared) {
        let records = cleared.records();
        tracing::warn!(target: "tollgate", exporter = %self.id, records, "the queue of an exporter that is not required has no room; records are dropped");
        self.counts
            .enqueue_failed
            .of(cleared.signal())
            .add(records.into());
        self.comes(cleared).settle(Settled::refused(records));
    }

    /// Hands `cleared` over while its client waits.
    pub(super) async fn send_now(&self, cleared: &Cleared) -> Result<u64, NotTaken> {
        let way = self.comes(cleared);
        let exported = self.export(cleared).await;
        let after = exported.later.as_ref().and_then(|later| later.after);
        self.rejects.keep(self, cleared, &exported.refused).await;
        let settled = Settled {
            delivered: exported.delivered,
            refused: refused(&exported),
            given_back: exported.later.map_or(0, |later| u64::from(later.records)),
            ..Settled::default()
        };
        way.settle(settled);
        self.answer(cleared.records().into(), &settled, after)
    }

    /// Sends, with the exporter's own retries.
    pub(super) async fn export(&self, cleared: &Cleared) -> Exported {
        let signal = cleared.signal();
        let under_way = UnderWay::new(&self.counts.in_flight);
        let exported = self
            .exporter
            .deliver(Export {
                signal,
                wire: cleared.wire().clone(),
                records: cleared.records(),
                context: cleared.context().cloned(),
            })
            .await;
        drop(under_way);
        if exported.delivered > 0 {
            self.counts.sent(signal, exported.delivered);
        }
        if exported.rejected > 0 {
            self.counts.failed.of(signal).add(exported.rejected);
            tracing::warn!(target: "tollgate", exporter = %self.id, rejected = exported.rejected, "the destination rejected records");
        }
        for refused in &exported.refused {
            self.counts.failed(signal, refused.records.into());
            tracing::warn!(target: "tollgate", exporter = %self.id, records = refused.records, reason = refused.reason, "the destination refused records for ever");
        }
        if let Some(later) = &exported.later {
            self.counts.failed(signal, later.records.into());
            tracing::warn!(target: "tollgate", exporter = %self.id, records = later.records, reason = later.reason, "export failed");
        }
        exported
    }

    /// Ends waits between tries, now and from now on.
    pub(crate) fn hurry(&self) {
        // Before the exporter gives back what it has: that is for the next process then, and not given up.
        self.hurry.say();
        self.exporter.hurry();
    }

    /// Takes nothing more from a queue on disk, which another one has from now on. What waits in memory is waited for.
    pub(crate) fn leave(&self) {
        if self.is_durable() {
            self.hurry.leave();
            self.exporter.hurry();
        }
    }

    /// Says what waits for the next process.
    pub(crate) fn tell_what_is_left(&self) {
        let Some(queue) = self.queue().filter(|_| self.is_durable()) else {
            return;
        };
        let left = queue.report().waiting;
        if left.frames > 0 {
            tracing::warn!(target: "tollgate", exporter = %self.id, frames = left.frames, records = left.records, bytes = left.bytes, "the destination has not taken everything; the rest waits in the queue");
        }
    }

    /// Writes out what is still buffered.
    pub(crate) async fn close(&self) {
        if let Err(error) = self.exporter.flush().await {
            tracing::error!(target: "tollgate", exporter = %self.id, %error, "could not write out what was buffered");
        }
    }
}

/// Records that the destination will never take.
pub(super) fn refused(exported: &Exported) -> u64 {
    let parts = exported.refused.iter().map(|part| u64::from(part.records));
    parts.fold(exported.rejected, u64::saturating_add)
}

/// Whether there is an end to the tries of an exporter. One that makes a single try has none: its queue is asked again.
fn gives_up(exporter: &config::Exporter) -> bool {
    let ends = |retry: &config::Retry| !retry.enabled || retry.max_elapsed_time.is_some();
    match exporter {
        config::Exporter::Otlp(settings) => ends(&settings.retry),
        config::Exporter::OtlpHttp(settings) => ends(&settings.retry),
        config::Exporter::File(_) | config::Exporter::Debug(_) | config::Exporter::Nop => false,
    }
}

fn limit(settings: &SendingQueue) -> Limit {
    Limit {
        size: settings.queue_size,
        unit: match settings.sizer {
            QueueSizer::Requests => Unit::Requests,
            QueueSizer::Items => Unit::Items,
            QueueSizer::Bytes => Unit::Bytes,
        },
        block: settings.block_on_overflow,
    }
}

/// A request on its way; also one whose client goes away meanwhile ends.
struct UnderWay<'c>(&'c Level);

impl<'c> UnderWay<'c> {
    fn new(level: &'c Level) -> Self {
        level.up();
        Self(level)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.down();
    }
}
