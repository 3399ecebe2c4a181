//! A policy at its place in a pipeline, on one lane: called with the whole batch, and with ever smaller parts when it fails.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tollgate_config::OnError;
use tollgate_record::{Access, Batch, Changes, View};
use tollgate_sandbox::Instance;

use crate::passage::Losses;
use crate::plan::StagePlan;
use crate::random::Random;

/// Failing calls that one batch may cost a stage. Finding one bad record of 512 takes 19 calls, 10 of them failing; a policy that fails for
/// everything must not buy a call for each record.
const FAILED_CALLS: u32 = 64;
/// Failing calls may take this many times the limit of one call, so that a policy that runs into its deadline holds a lane up for
/// a second and not for a minute.
const FAILED_TIME: u32 = 20;

/// A stage on one lane: its own instance, its own scratch.
#[derive(Debug)]
pub(crate) struct Stage {
    plan: Arc<StagePlan>,
    instance: Option<Instance>,
    /// Log lines of the instance that are counted already.
    counted_lines: u64,
    view: View,
    random: Random,
}

/// What the calls for one batch came to.
#[derive(Default)]
struct Verdicts {
    changes: Vec<Changes>,
    failed: Vec<u32>,
}

impl Stage {
    pub(crate) fn new(plan: Arc<StagePlan>) -> Self {
        let instance = plan.policy.instance().ok();
        Self {
            plan,
            instance,
            counted_lines: 0,
            view: View::default(),
            random: Random::new(),
        }
    }

    /// Passes what is alive in `batch` through the policy. Afterwards every record in it was judged, or is gone and stands in
    /// `losses`, or goes on by the operator's `on_error: pass`.
    pub(crate) fn pass(&mut self, batch: &mut Batch, losses: &mut Losses) {
        let plan = Arc::clone(&self.plan);
        let before = batch.live_records();
        let Some(access) = plan.policy.manifest.of(batch.signal()) else {
            return;
        };
        // A policy that asks for nothing is not called: it could do nothing either.
        let asks = !access.reads.is_empty() || !access.writes.is_empty() || access.drops;
        if before == 0 || !asks {
            return;
        }
        let started = Instant::now();
        let verdicts = self.call_in_parts(batch, access);
        let applied = batch.apply(verdicts.changes);

        let counts = &plan.counts;
        counts.received.add(u64::from(before));
        counts.by_rule(&applied.edits_by_rule, &applied.dropped_by_rule);
        counts.dropped.add(applied.dropped);
        losses.dropped = losses.dropped.saturating_add(applied.dropped);
        for record in verdicts.failed.into_iter().chain(applied.failed) {
            match plan.policy.on_error {
                OnError::Reject => {
                    batch.discard(record);
                    counts.rejected.add(1);
                    losses.rejected.push(record);
                }
                OnError::Drop => {
                    batch.discard(record);
                    counts.dropped.add(1);
                    losses.dropped = losses.dropped.saturating_add(1);
                }
                OnError::Pass => counts.passed.add(1),
            }
        }
        counts
            .nanoseconds
            .add(u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }

    /// Calls the policy with everything; what fails is halved until the failing records stand alone. Each part is projected from
    /// the state before the first call, because nothing is applied in between.
    fn call_in_parts(&mut self, batch: &Batch, access: &Access) -> Verdicts {
        let mut verdicts = Verdicts::default();
        let mut budget = FailureBudget::new(self.plan.policy.settings.limits.time);
        let whole = 0..batch.records();
        let mut parts = vec![whole];
        while let Some(part) = parts.pop() {
            let live = batch.live_ordinals(part.clone()).take(2).count();
            if live == 0 {
                continue;
            }
            if budget.is_spent() {
                verdicts.failed.extend(batch.live_ordinals(part));
                continue;
            }
            let started = Instant::now();
            match self.call(batch, access, part.clone()) {
                Ok(changes) => verdicts.changes.push(changes),
                Err(kind) => {
                    self.plan.counts.failed(kind);
                    budget.spend(started.elapsed());
                    if live == 1 {
                        verdicts.failed.extend(batch.live_ordinals(part));
                    } else {
                        let (left, right) = halves(part);
                        parts.push(right);
                        parts.push(left);
                    }
                }
            }
        }
        verdicts
    }

    /// One crossing: project, call, check. After any failure the instance is thrown away; the next call makes a new one.
    fn call(
        &mut self,
        batch: &Batch,
        access: &Access,
        part: Range<u32>,
    ) -> Result<Changes, &'static str> {
        let plan = Arc::clone(&self.plan);
        let policy = &plan.policy;
        let mut instance = if let Some(instance) = self.instance.take() {
            instance
        } else {
            self.counted_lines = 0;
            policy.instance().map_err(|_| "configure")?
        };
        batch.project(access, part, &mut self.view);
        self.view.now = now();
        self.view.seed = self.random.next();
        plan.counts.calls.add(1);
        let outcome = instance.process(&self.view);
        self.count_lines(&instance);
        let outcome = outcome.map_err(|failure| failure.kind())?;
        let changes = batch
            .check(&self.view, access, policy.manifest.rules.len(), outcome)
            .map_err(|refusal| {
                tracing::warn!(target: "tollgate", stage = %policy.id, %refusal, "outcome refused");
                "outcome_refused"
            })?;
        self.instance = Some(instance);
        Ok(changes)
    }

    fn count_lines(&mut self, instance: &Instance) {
        let logs = instance.logs();
        let lines = [logs.debug, logs.info, logs.warn, logs.error]
            .into_iter()
            .fold(0, u64::saturating_add);
        self.plan
            .counts
            .log_lines
            .add(lines.saturating_sub(self.counted_lines));
        self.counted_lines = lines;
    }
}

/// Bounds what failing calls of one batch may cost.
struct FailureBudget {
    calls: u32,
    time: Duration,
}

impl FailureBudget {
    fn new(limit: Duration) -> Self {
        Self {
            calls: FAILED_CALLS,
            time: limit.saturating_mul(FAILED_TIME),
        }
    }

    fn spend(&mut self, time: Duration) {
        self.calls = self.calls.saturating_sub(1);
        self.time = self.time.saturating_sub(time);
    }

    fn is_spent(&self) -> bool {
        self.calls == 0 || self.time.is_zero()
    }
}

fn halves(part: Range<u32>) -> (Range<u32>, Range<u32>) {
    let middle = part.start.midpoint(part.end);
    (part.start..middle, middle..part.end)
}

fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
