//! What takes from a queue and sends.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tollgate_config::QueueSizer;
use tollgate_otlp::Refused;
use tollgate_queue::Settled;
use tollgate_record::{Cut, Part, Signal, split};

use super::destination::{Destination, refused};
use super::gather::{Batch, Next};
use super::way::Way;
use crate::passage::Cleared;

/// How often what a queue holds is looked at.
const WATCH: Duration = Duration::from_millis(500);

/// How long a queue waits after a try of an exporter that makes only one.
const PAUSE: Duration = Duration::from_secs(1);

/// What became of a batch.
#[derive(Default)]
struct Sent {
    delivered: u64,
    /// What the destination will never take, counted.
    refused: u64,
    /// What it may take later.
    rest: Option<Cleared>,
}

impl Destination {
    /// Starts as many consumers as its queue asks for.
    pub(crate) fn consume(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        let Some(queued) = &self.queued else {
            return;
        };
        for _ in 0..queued.settings.num_consumers.max(1) {
            let this = Arc::clone(self);
            tasks.spawn(async move { this.run().await });
        }
        // Consumers that wait do not hear of what the disk has lost.
        let this = Arc::clone(self);
        tasks.spawn(async move {
            while tokio::time::timeout(WATCH, this.hurry.said())
                .await
                .is_err()
            {
                this.show_size();
            }
        });
    }

    async fn run(&self) {
        let Some(queued) = &self.queued else {
            return;
        };
        loop {
            let next = queued
                .gathering
                .next(&queued.queue, &self.counts, &self.hurry)
                .await;
            self.show_size();
            let Next::Send(batch) = next else {
                return;
            };
            let is_done = self.send(batch).await;
            self.show_size();
            if !is_done && self.hurry.is_on() {
                // What the destination does not take now waits in the queue: for the next process, if it is on disk.
                return;
            }
            if !is_done {
                // It was put back by an exporter that makes a single try.
                let _ = tokio::time::timeout(PAUSE, self.hurry.said()).await;
            }
        }
    }

    /// What the queue holds and what it has lost, for those who watch.
    pub(super) fn show_size(&self) {
        let Some(queued) = &self.queued else {
            return;
        };
        for signal in Signal::ALL {
            let damaged = queued.queue.damaged(signal);
            self.counts.ledger.damaged(signal, damaged);
        }
        let report = queued.queue.report();
        let size = |amount: tollgate_queue::Amount| match queued.settings.sizer {
            QueueSizer::Requests => amount.frames,
            QueueSizer::Items => amount.records,
            QueueSizer::Bytes => amount.bytes,
        };
        let size = size(report.waiting).saturating_add(size(report.in_flight));
        self.counts.queue_size.set(size);
    }

    /// Sends frames as one request, and says what became of each; whether all of them are settled.
    async fn send(&self, batch: Batch) -> bool {
        let all: Vec<_> = batch.iter().filter_map(Way::cleared).collect();
        let Some(whole) = Cleared::together(&all) else {
            return true;
        };
        drop(all);
        let mut sent = self.send_in_pieces(&whole).await;
        let waits = self.is_waited_for();
        let rest = match sent.rest.take() {
            // Its clients wait, and are told.
            Some(rest) if waits => {
                let left = u64::from(rest.records());
                settle_all(batch, &sent, left);
                return true;
            }
            // The settings say when to give up, and it is time: nobody else would ever take it.
            Some(rest) if self.gives_up_now() => {
                sent.refused = sent.refused.saturating_add(rest.records().into());
                self.give_up(&rest).await;
                None
            }
            other => other,
        };
        match rest {
            None => {
                settle_all(batch, &sent, 0);
                true
            }
            Some(rest) if rest.records() == whole.records() => {
                // Nothing was settled: all of it is put back where it was.
                drop(batch);
                false
            }
            Some(rest) => {
                settle_rest(batch, &sent, &rest).await;
                false
            }
        }
    }

    /// Whether what is not delivered now never will be: the settings say so, or the queue ends with the process, which is ending.
    fn gives_up_now(&self) -> bool {
        if self.hurry.is_on() {
            !self.is_durable()
        } else {
            self.gives_up
        }
    }

    async fn give_up(&self, rest: &Cleared) {
        tracing::error!(target: "tollgate", exporter = %self.id, records = rest.records(), "the time for tries is over; records are given up");
        let given_up = Refused {
            wire: rest.wire().clone(),
            records: rest.records(),
            reason: "the time that `retry_on_failure` allows is over".to_owned(),
        };
        self.rejects.keep(self, rest, &[given_up]).await;
    }

    /// Sends a request, in pieces of the largest size that the settings allow.
    async fn send_in_pieces(&self, whole: &Cleared) -> Sent {
        let mut sent = Sent::default();
        let mut left = Some(whole.clone());
        while let Some(piece) = left.take() {
            let (piece, others) = self.cut(piece);
            let exported = self.export(&piece).await;
            self.rejects.keep(self, &piece, &exported.refused).await;
            sent.delivered = sent.delivered.saturating_add(exported.delivered);
            sent.refused = sent.refused.saturating_add(refused(&exported));
            if let Some(later) = exported.later {
                let rest = piece.rest(later.wire, later.records);
                let both: Vec<_> = [Some(rest), others].into_iter().flatten().collect();
                sent.rest = Cleared::together(&both);
                return sent;
            }
            left = others;
        }
        sent
    }

    /// A piece that is not too large, and what is left.
    fn cut(&self, whole: Cleared) -> (Cleared, Option<Cleared>) {
        let most = self
            .queued
            .as_ref()
            .and_then(|queued| queued.gathering.most());
        let Some((most, sizer)) = most else {
            return (whole, None);
        };
        let cut = match sizer {
            QueueSizer::Items => Cut::Records(u32::try_from(most).unwrap_or(u32::MAX)),
            QueueSizer::Bytes => Cut::Bytes(usize::try_from(most).unwrap_or(usize::MAX)),
            // A request cannot be cut into fewer requests.
            QueueSizer::Requests => return (whole, None),
        };
        match split(whole.signal(), whole.wire(), cut) {
            Ok(Some((first, others))) => {
                let part = |Part { wire, records }| whole.rest(wire, records);
                (part(first), Some(part(others)))
            }
            // It is small enough, or a single record; bytes that cannot be cut are the destination's to refuse.
            Ok(None) | Err(_) => (whole, None),
        }
    }

    /// Waits until the consumers have sent what can be sent, or until the deadline; what is left stays in the queue.
    pub(crate) async fn drain(tasks: &mut JoinSet<()>, deadline: Duration) {
        let end = Instant::now().checked_add(deadline);
        let joined = async { while tasks.join_next().await.is_some() {} };
        match end {
            Some(end) => {
                if tokio::time::timeout_at(end, joined).await.is_err() {
                    // Tries under way end here; their frames are put back.
                    tasks.shutdown().await;
                }
            }
            None => joined.await,
        }
    }
}

/// Shares what became of a batch out to the frames that it was made of. Whose records were refused nobody knows: the first ones count
/// as delivered.
fn settle_all(batch: Batch, sent: &Sent, given_back: u64) {
    let mut shares = Shares {
        delivered: sent.delivered,
        refused: sent.refused,
        left: given_back,
    };
    for way in batch {
        let share = shares.take(way.records());
        way.settle(Settled {
            delivered: share.delivered,
            refused: share.refused,
            given_back: share.left,
            ..Settled::default()
        });
    }
}

/// Likewise, where a rest stays in the queue as a frame of its own, in the place of the last one.
async fn settle_rest(batch: Batch, sent: &Sent, rest: &Cleared) {
    let mut shares = Shares {
        delivered: sent.delivered,
        refused: sent.refused,
        left: rest.records().into(),
    };
    let mut moved = Vec::new();
    for way in batch {
        let share = shares.take(way.records());
        if share.left == 0 {
            way.settle(Settled {
                delivered: share.delivered,
                refused: share.refused,
                ..Settled::default()
            });
        } else {
            moved.push((way, share));
        }
    }
    let settled = |share: &Shares| Settled {
        delivered: share.delivered,
        refused: share.refused,
        moved: share.left,
        ..Settled::default()
    };
    // The rest is safe before any frame that it replaces is gone.
    if let Some((way, share)) = moved.pop()
        && !way.settle_part(settled(&share), rest).await
    {
        // The others are put back, too.
        return;
    }
    for (way, share) in moved {
        way.settle(settled(&share));
    }
}

/// Records that are still to be shared out.
struct Shares {
    delivered: u64,
    refused: u64,
    left: u64,
}

impl Shares {
    fn take(&mut self, records: u64) -> Self {
        let mut open = records;
        let mut share = |of: &mut u64| {
            let taken = open.min(*of);
            *of = of.saturating_sub(taken);
            open = open.saturating_sub(taken);
            taken
        };
        Self {
            delivered: share(&mut self.delivered),
            refused: share(&mut self.refused),
            left: share(&mut self.left),
        }
    }
}
