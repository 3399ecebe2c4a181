//! One configuration at work: its graph, lanes, receivers and destinations.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tollgate_config::ComponentId;
use tollgate_telemetry::Gate;

use crate::delivery::Destination;
use crate::flow::Flow;
use crate::lane::Lanes;
use crate::service::ListeningAddress;

/// One configuration at work.
pub(crate) struct Generation {
    pub(crate) flow: Arc<Flow>,
    pub(crate) lanes: Lanes,
    pub(crate) addresses: Vec<ListeningAddress>,
    pub(crate) counts: Arc<Gate>,
    pub(crate) receivers: JoinSet<()>,
    /// What watches beside the data path; it ends with the generation.
    pub(crate) watchers: JoinSet<()>,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) destinations: Destinations,
}

/// The destinations of a generation, by id.
pub(crate) type Destinations = HashMap<ComponentId, Running>;

/// A destination, and what takes from its queue.
pub(crate) struct Running {
    pub(crate) written: tollgate_config::Destination,
    pub(crate) destination: Arc<Destination>,
    pub(crate) consumers: JoinSet<()>,
}

impl Generation {
    /// Ends in the order of the data path: no new requests, those in flight answered, lanes empty, files written out. Destinations that
    /// are away are waited for as long as `patience`; what is not done by the deadline after that waits on disk, or is its client's
    /// again.
    pub(crate) async fn end(mut self, patience: Duration, deadline: Duration) {
        self.stop.send_replace(true);
        for batcher in &self.flow.batchers {
            batcher.close(&self.flow);
        }
        let answered = timeout(patience, join(&mut self.receivers)).await.is_ok();
        self.hurry();
        // A deadline beyond all times is none.
        let end = Instant::now().checked_add(deadline);
        let end = end.unwrap_or_else(|| far_from(Instant::now()));
        if !answered && timeout_at(end, join(&mut self.receivers)).await.is_err() {
            tracing::warn!(target: "tollgate", "the time to finish requests is over: clients that wait still are given up");
            self.receivers.shutdown().await;
        }
        self.watchers.shutdown().await;
        for running in self.destinations.values_mut() {
            let left = end.saturating_duration_since(Instant::now());
            Destination::drain(&mut running.consumers, left).await;
        }
        let lanes = self.lanes;
        if tokio::task::spawn_blocking(move || lanes.stop())
            .await
            .is_err()
        {
            tracing::error!(target: "tollgate", "the lanes did not stop well");
        }
        for running in self.destinations.values() {
            running.destination.close().await;
        }
    }

    /// Nobody waits for destinations to come back any more.
    fn hurry(&self) {
        for running in self.destinations.values() {
            running.destination.hurry();
        }
    }

    /// Another generation has taken over: queues on disk are its business, and requests in flight are finished here.
    pub(crate) fn leave_queues(&self) {
        for running in self.destinations.values() {
            running.destination.leave();
        }
    }

    /// The destinations.
    pub(crate) fn destinations(&self) -> impl Iterator<Item = &Arc<Destination>> {
        self.destinations.values().map(|own| &own.destination)
    }

    /// No request comes any more.
    pub(crate) fn closed(&self) {
        for receiver in &self.counts.receivers {
            receiver.listening.set(false);
        }
    }
}

async fn join(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

/// A time that no stop waits for.
fn far_from(now: Instant) -> Instant {
    now.checked_add(Duration::from_hours(24 * 365))
        .unwrap_or(now)
}
