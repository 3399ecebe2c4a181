//! Putting queued requests together before they are sent: `sending_queue::batch`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tollgate_config::{QueueBatch, QueueSizer};
use tollgate_queue::Queue;
use tollgate_record::Signal;
use tollgate_telemetry::ExporterCounts;

use super::hurry::Hurry;
use super::way::Way;

/// What one send holds: frames of one signal.
pub(super) type Batch = Vec<Way>;

/// Frames that wait for others. One consumer gathers at a time: the others are sending, or wait for their turn.
pub(super) struct Gathering {
    settings: Option<QueueBatch>,
    open: tokio::sync::Mutex<Open>,
}

/// By signal: requests of different signals are never one.
#[derive(Default)]
struct Open([Group; 3]);

#[derive(Default)]
struct Group {
    ways: Batch,
    size: u64,
    due: Option<Instant>,
}

/// What a consumer may do next.
pub(super) enum Next {
    Send(Batch),
    /// Nothing is there, and nothing will come.
    End,
}

impl Gathering {
    pub(super) fn new(settings: Option<QueueBatch>) -> Self {
        Self {
            settings,
            open: tokio::sync::Mutex::default(),
        }
    }

    /// The most that is sent at once.
    pub(super) fn most(&self) -> Option<(u64, QueueSizer)> {
        let settings = self.settings?;
        Some((settings.max_size?, settings.sizer))
    }

    /// The next frames to send. Once nobody waits any more, what is there goes at once.
    pub(super) async fn next(
        &self,
        queue: &Queue,
        counts: &Arc<ExporterCounts>,
        hurry: &Hurry,
    ) -> Next {
        if hurry.is_leaving() {
            // What was gathered here is put back.
            *self.open.lock().await = Open::default();
            return Next::End;
        }
        let Some(settings) = self.settings else {
            let taken = if hurry.is_on() {
                queue.next_now().await
            } else {
                tokio::select! {
                    taken = queue.next() => taken,
                    () = hurry.said() => None,
                }
            };
            return match taken {
                Some(taken) => Next::Send(vec![Way::of_queue(counts, taken)]),
                // The word may have come meanwhile: then what is there is looked at once more.
                None if hurry.is_on() => match queue.next_now().await {
                    Some(taken) if !hurry.is_leaving() => {
                        Next::Send(vec![Way::of_queue(counts, taken)])
                    }
                    _ => Next::End,
                },
                None => Next::End,
            };
        };
        let mut open = self.open.lock().await;
        loop {
            if hurry.is_leaving() {
                *open = Open::default();
                return Next::End;
            }
            let is_hurried = hurry.is_on();
            if let Some(batch) = open.ready(&settings, is_hurried) {
                return Next::Send(batch);
            }
            let taken = if is_hurried {
                queue.next_now().await
            } else {
                tokio::select! {
                    taken = queue.next() => taken,
                    () = open.due() => continue,
                    () = hurry.said() => continue,
                }
            };
            let Some(taken) = taken else {
                // The store is closed, or empty while nobody waits any more.
                return open.any().map_or(Next::End, Next::Send);
            };
            let size = match settings.sizer {
                QueueSizer::Requests => 1,
                QueueSizer::Items => u64::from(taken.frame().records()),
                QueueSizer::Bytes => u64::try_from(taken.frame().wire().len()).unwrap_or(u64::MAX),
            };
            open.push(Way::of_queue(counts, taken), size, settings.flush_timeout);
        }
    }
}

impl Open {
    fn of(&mut self, signal: Signal) -> &mut Group {
        let [logs, traces, metrics] = &mut self.0;
        match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        }
    }

    fn push(&mut self, way: Way, size: u64, patience: Duration) {
        let group = self.of(way.signal());
        group.size = group.size.saturating_add(size);
        group.ways.push(way);
        // A patience beyond all times is none.
        if group.due.is_none() {
            group.due = Instant::now().checked_add(patience);
        }
    }

    /// Frames that need not wait any longer.
    fn ready(&mut self, settings: &QueueBatch, is_hurried: bool) -> Option<Batch> {
        let now = Instant::now();
        let is_ready = |group: &&mut Group| {
            let is_due = group.due.is_some_and(|due| due <= now);
            !group.ways.is_empty() && (is_hurried || is_due || group.size >= settings.min_size)
        };
        self.0.iter_mut().find(is_ready).map(Group::take)
    }

    fn any(&mut self) -> Option<Batch> {
        let is_there = |group: &&mut Group| !group.ways.is_empty();
        self.0.iter_mut().find(is_there).map(Group::take)
    }

    /// Completes when some frames have waited long enough.
    async fn due(&self) {
        match self.0.iter().filter_map(|group| group.due).min() {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }
}

impl Group {
    fn take(&mut self) -> Batch {
        std::mem::take(self).ways
    }
}
