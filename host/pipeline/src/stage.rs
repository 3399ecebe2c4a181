//! A policy at its place in the graph, on one lane: called with the whole batch, and with ever smaller parts when it fails.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tollgate_config::OnError;
use tollgate_record::{Access, Applied, Batch, Changes, Emission, Routed, View};
use tollgate_sandbox::Instance;

use crate::account::{Account, Book};
use crate::breaker::Admission;
use crate::policy::StagePlan;
use crate::random::Random;
use crate::rehearsal::{CallFailure, Circumstances, Notes};

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
    /// Nothing but in a rehearsal.
    notes: Option<Notes>,
}

/// What a policy did with a batch beside changing it.
#[derive(Debug, Default)]
pub(crate) struct Passing {
    pub(crate) routed: Routed,
    pub(crate) emissions: Vec<Emission>,
}

/// What the calls for one batch came to.
#[derive(Default)]
struct Verdicts {
    changes: Vec<Changes>,
    failed: Vec<u32>,
    /// How the last call failed that did.
    failure: Option<&'static str>,
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
            notes: None,
        }
    }

    /// From now on it notes what it does, and is given time and randomness.
    pub(crate) fn rehearse(&mut self, circumstances: Circumstances) {
        self.random = Random::from(circumstances.seed);
        self.notes = Some(Notes::new(circumstances));
    }

    /// What it noted of the last batch.
    pub(crate) fn take_notes(&mut self) -> Option<Notes> {
        self.notes.as_mut().map(Notes::take)
    }

    /// Passes what is alive in `batch` through the policy. Afterwards every record in it was judged, or is gone and stands in
    /// `book`, or goes on by the operator's `on_error: pass`. The batch is to be settled then.
    pub(crate) fn pass(&mut self, batch: &mut Batch, book: &mut Book<'_>) -> Passing {
        let plan = Arc::clone(&self.plan);
        let before = batch.live_records();
        let Some(access) = plan.policy.called_for(batch.signal()) else {
            return Passing::default();
        };
        if before == 0 {
            return Passing::default();
        }
        let started = Instant::now();
        if let Some(notes) = &mut self.notes {
            notes.begin(batch);
        }
        let verdicts = self.judge(batch, access, book);
        let applied = batch.apply(verdicts.changes);
        if let Some(notes) = &mut self.notes {
            notes.routed(&applied.routed);
        }
        plan.counts.received.add(u64::from(before));
        self.count(&applied, book.account);
        // What ends here is shared with those who take it elsewhere: nothing is taken out of it.
        let ends_here = book.ends_here;
        let mut failed = 0_u64;
        for record in verdicts.failed.into_iter().chain(applied.failed) {
            if let Some(notes) = &mut self.notes {
                notes.failed(record);
            }
            let on_error = plan.policy.on_error;
            let origin = batch.origin(record).filter(|_| !book.is_derived);
            let records = match on_error {
                OnError::Pass => 1,
                _ if ends_here => 1,
                OnError::Reject | OnError::Drop => u64::from(batch.discard(record)),
            };
            match on_error {
                OnError::Reject => {
                    plan.counts.rejected.add(records);
                    book.account.rejected = book.account.rejected.saturating_add(records);
                    book.rejected.extend(origin);
                }
                OnError::Drop => {
                    plan.counts.dropped.add(records);
                    book.account.dropped = book.account.dropped.saturating_add(records);
                }
                OnError::Pass => plan.counts.passed.add(records),
            }
            if on_error != OnError::Pass {
                failed = failed.saturating_add(records);
            }
        }
        if ends_here {
            let consumed = u64::from(batch.live_records()).saturating_sub(failed);
            plan.counts.consumed.add(consumed);
            book.account.consumed = book.account.consumed.saturating_add(consumed);
        }
        plan.counts
            .nanoseconds
            .add(u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX));
        Passing {
            routed: applied.routed,
            emissions: applied.emissions,
        }
    }

    /// Asks the policy, unless it has failed for everything of late.
    fn judge(&mut self, batch: &Batch, access: &Access, book: &mut Book<'_>) -> Verdicts {
        if self.notes.is_some() {
            // However often it failed before: one answer must not depend on another.
            return self.call_in_parts(batch, access);
        }
        let plan = Arc::clone(&self.plan);
        let counts = &plan.counts.breaker;
        let rejects = plan.policy.on_error == OnError::Reject;
        match plan.breaker.admit(rejects, counts) {
            Admission::Call => {}
            // Whatever made it fail may be in the instance.
            Admission::Probe => self.instance = None,
            Admission::Skip(after) => {
                let failed: Vec<u32> = batch.live_ordinals(0..batch.records()).collect();
                let records = u64::try_from(failed.len()).unwrap_or(u64::MAX);
                if rejects && !book.is_derived {
                    counts.refused.add(1);
                    *book.later = Some((*book.later).map_or(after, |later| later.max(after)));
                } else {
                    counts.skipped.add(records);
                }
                return Verdicts {
                    failed,
                    ..Verdicts::default()
                };
            }
        }
        let verdicts = self.call_in_parts(batch, access);
        let failure = verdicts.failure.filter(|_| verdicts.changes.is_empty());
        plan.note(failure);
        verdicts
    }

    fn count(&self, applied: &Applied, account: &mut Account) {
        let counts = &self.plan.counts;
        counts.by_rule(&applied.edits_by_rule, &applied.dropped_by_rule);
        counts.dropped.add(applied.dropped);
        counts.created.add(applied.created);
        counts.merged.add(applied.merged);
        account.dropped = account.dropped.saturating_add(applied.dropped);
        account.created = account.created.saturating_add(applied.created);
        account.merged = account.merged.saturating_add(applied.merged);
        if let Some(instruments) = &self.plan.policy.instruments {
            for measured in &applied.measurements {
                instruments.record(
                    measured.instrument as usize,
                    measured.value,
                    &measured.attributes,
                );
            }
        }
    }

    /// Calls the policy with everything; what fails is halved until the failing records stand alone. Each part is projected from
    /// the state before the first call, because nothing is applied in between.
    fn call_in_parts(&mut self, batch: &Batch, access: &Access) -> Verdicts {
        let mut verdicts = Verdicts::default();
        let mut budget = FailureBudget::new(self.plan.policy.settings.limits.time);
        let whole = 0..batch.records();
        let mut parts = vec![whole];
        while let Some(part) = parts.pop() {
            if batch.live_ordinals(part.clone()).next().is_none() {
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
                    verdicts.failure = Some(kind);
                    budget.spend(started.elapsed());
                    match batch.halves(part.clone(), access) {
                        Some((left, right)) => {
                            parts.push(right);
                            parts.push(left);
                        }
                        None => verdicts.failed.extend(batch.live_ordinals(part)),
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
        batch.project(access, part.clone(), &mut self.view);
        self.view.now = match &self.notes {
            Some(notes) => notes.circumstances().now,
            None => now(),
        };
        self.view.seed = self.random.next();
        plan.counts.calls.add(1);
        let outcome = instance.process(&self.view);
        self.count_lines(&instance);
        let memory = &plan.counts.memory;
        memory.set(memory.get().max(instance.memory()));
        let answer = self.notes.as_ref().map(|_| outcome.clone());
        let changes = outcome
            .map_err(|failure| CallFailure::of(&failure))
            .and_then(|outcome| {
                let grant = policy.manifest.grant();
                let changes = batch.check(&self.view, access, grant, outcome);
                changes.map_err(|refusal| {
                    tracing::warn!(target: "tollgate", stage = %policy.id, %refusal, "outcome refused");
                    CallFailure::refused(&refusal)
                })
            });
        if let (Some(notes), Some(answer)) = (&mut self.notes, answer) {
            let answer = match &changes {
                Ok(_) => answer.map_err(|failure| CallFailure::of(&failure)),
                Err(failure) => Err(failure.clone()),
            };
            notes.called(&part, &self.view, answer, &instance, policy);
        }
        let changes = changes.map_err(|failure| failure.kind)?;
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

fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
