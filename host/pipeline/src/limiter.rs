//! `memory_limiter`: refuses requests, before their bodies are read, while the process holds too much memory.
//!
//! As in the Collector, memory is measured now and then, and requests are refused from the soft limit on until a measurement is
//! below it. What comes in between two measurements is what the room between the two limits is for; here the bytes of requests are
//! known at any time, and nobody gets in beyond the hard limit either.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tollgate_otlp::{Answer, ByteBudget};
use tollgate_record::Signal;
use tollgate_telemetry::{LimiterCounts, resident_bytes};

use crate::graph::LimiterPlan;
use crate::memory::total_memory;

const SHORT_OF_MEMORY: &str = "the gate is short of memory; send the request again later";

/// One `memory_limiter` at work.
#[derive(Debug)]
pub(crate) struct Limiter {
    counts: Arc<LimiterCounts>,
    interval: Duration,
    soft: u64,
    hard: u64,
    budget: Arc<ByteBudget>,
    /// Bytes of the process at the last measurement, and bytes of requests among them.
    measured: AtomicU64,
    requests: AtomicU64,
}

impl Limiter {
    pub(crate) fn new(plan: &LimiterPlan, budget: &Arc<ByteBudget>) -> Arc<Self> {
        let total = total_memory().map(|memory| memory.bytes);
        let total = total.unwrap_or_else(|| {
            tracing::warn!(target: "tollgate", processor = plan.counts.processor, "the system does not say how much memory there is: shares of it are no limit");
            u64::MAX
        });
        let (soft, hard) = plan.settings.limit.soft_and_hard(total);
        let limiter = Self {
            counts: Arc::clone(&plan.counts),
            interval: plan.settings.check_interval,
            soft,
            hard,
            budget: Arc::clone(budget),
            measured: AtomicU64::default(),
            requests: AtomicU64::default(),
        };
        limiter.measure();
        Arc::new(limiter)
    }

    /// Whether it is the limiter that counts there.
    pub(crate) fn is(&self, counts: &Arc<LimiterCounts>) -> bool {
        Arc::ptr_eq(&self.counts, counts)
    }

    /// The answer to every request that comes now, if none may come in.
    pub(crate) fn refuses(&self, signal: Signal) -> Option<Answer> {
        let more = self
            .in_flight()
            .saturating_sub(self.requests.load(Ordering::Relaxed));
        let estimate = self.measured.load(Ordering::Relaxed).saturating_add(more);
        if !self.counts.refusing.get() && estimate < self.hard {
            return None;
        }
        self.counts.refused.of(signal).add(1);
        Some(Answer::Retry {
            after: Some(self.interval),
            message: SHORT_OF_MEMORY,
        })
    }

    /// Measures again and again. It ends when it is dropped.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(self.interval).await;
            self.measure();
        }
    }

    fn measure(&self) {
        let requests = self.in_flight();
        // Where the system does not tell, the bytes of requests are all that is known.
        let measured = resident_bytes().unwrap_or(requests);
        self.measured.store(measured, Ordering::Relaxed);
        self.requests.store(requests, Ordering::Relaxed);
        let refuses = measured >= self.soft;
        if refuses != self.counts.refusing.get() {
            let processor = &self.counts.processor;
            let limit = self.soft;
            if refuses {
                tracing::warn!(target: "tollgate", processor, bytes = measured, limit, "too much memory is used: requests are refused");
            } else {
                tracing::info!(target: "tollgate", processor, bytes = measured, limit, "memory is within its limits again");
            }
        }
        self.counts.refusing.set(refuses);
    }

    fn in_flight(&self) -> u64 {
        u64::try_from(self.budget.used()).unwrap_or(u64::MAX)
    }
}
