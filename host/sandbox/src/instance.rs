//! One instance of a policy, and the calls into it.

use std::sync::Arc;
use std::time::Duration;

use tollgate_record::{Outcome, Trail, View};
use wasmtime::Store;

use crate::bindings::exports::tollgate::policy::policy::Guest as Policy;
use crate::crossing::{largest_outcome, lend, take, take_trail};
use crate::details::{Failed, FailureDetails, Observed};
use crate::failure::Failure;
use crate::gatekeeper::{Gatekeeper, GatekeeperPre};
use crate::guest::{Allowance, Guest, LogCounts};
use crate::settings::StageSettings;
use crate::ticker::Ticker;

/// Bytes that descriptions, manifests and problems may have.
const LARGEST_ANSWER: u64 = 4 << 20;
/// Bytes that a trail may have. Every rule that looked at every cell stands in it.
const LARGEST_TRAIL: u64 = 64 << 20;
/// How much more time than a call of `process` an explanation gets.
const TIME_TO_EXPLAIN: u32 = 10;
/// Bytes that host functions may be handed in one call, however small the batch.
const HOST_BYTES: u64 = 1 << 20;

/// A configured instance of a policy. It belongs to one lane: its calls never overlap.
///
/// After any failure it is dead, and every further call says so: what a trap or a limit leaves behind cannot be relied on, and an
/// outcome that was too large leaks. [`crate::Component::configure`] makes a new one.
pub struct Instance {
    live: Option<Live>,
    logs: LogCounts,
    memory: u64,
    fuel: Option<u64>,
    details: Option<Box<FailureDetails>>,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance")
            .field("is_dead", &self.is_dead())
            .field("logs", &self.logs())
            .field("memory", &self.memory())
            .finish()
    }
}

impl Instance {
    pub(crate) fn new(live: Live) -> Self {
        Self {
            live: Some(live),
            logs: LogCounts::default(),
            memory: 0,
            fuel: None,
            details: None,
        }
    }

    /// Shows the policy a batch and takes its answer, which nobody has checked yet but for its form.
    pub fn process(&mut self, view: &View) -> Result<Outcome, Failure> {
        let live = self.live.as_mut().ok_or(Failure::Dead)?;
        let outcome = live.process(view);
        self.fuel = live.store.data().known.fuel;
        outcome.map_err(|failure| self.bury(failure))
    }

    /// Asks the policy why it would answer as it does, if it can tell. Nobody has checked yet what it says, but for its form; nothing
    /// of a batch is changed by it.
    pub fn explain(&mut self, view: &View) -> Option<Result<Trail, Failure>> {
        let Some(live) = &mut self.live else {
            return Some(Err(Failure::Dead));
        };
        let trail = live.explain(view)?;
        Some(trail.map_err(|failure| self.bury(failure)))
    }

    /// What the policy said so far, counted.
    #[must_use]
    pub fn logs(&self) -> LogCounts {
        self.live
            .as_ref()
            .map_or(self.logs, |live| live.store.data().logs)
    }

    /// Bytes of memory and tables that it holds, or held when it died.
    #[must_use]
    pub fn memory(&self) -> u64 {
        self.live
            .as_ref()
            .map_or(self.memory, |live| live.store.data().limiter.used())
    }

    /// Whether a call failed.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.live.is_none()
    }

    /// Instructions that the last call of `process` took. None where it failed, and in a sandbox that does not count them.
    #[must_use]
    pub fn last_fuel(&self) -> Option<u64> {
        self.fuel
    }

    /// How the call failed that it died of. None where it lives, and in a sandbox that keeps no backtraces. This may hold content of
    /// records.
    #[must_use]
    pub fn last_failure_details(&self) -> Option<&FailureDetails> {
        self.details.as_deref()
    }

    fn bury(&mut self, failure: Failure) -> Failure {
        self.logs = self.logs();
        self.memory = self.memory();
        if let Some(live) = self.live.take() {
            self.details = live.store.data().known.failed(failure).details;
        }
        failure
    }
}

/// A store and what was instantiated in it.
pub(crate) struct Live {
    store: Store<Guest>,
    gatekeeper: Gatekeeper,
    ticker: Arc<Ticker>,
}

impl Live {
    /// Instantiates, under the limits of a configuration: a guest's start function is a guest's code, too.
    pub(crate) fn instantiate(
        gatekeeper: &GatekeeperPre,
        ticker: Arc<Ticker>,
        settings: Arc<StageSettings>,
        observed: Observed,
    ) -> Result<Self, Failed> {
        let mut store = Store::new(gatekeeper.engine(), Guest::new(settings, observed));
        store.limiter(|guest| &mut guest.limiter);
        let gatekeeper = {
            let running = ticker.run();
            let budget = Budget::to_set_up(store.data().settings());
            let instance = guarded(&mut store, &budget, |store| gatekeeper.instantiate(store));
            drop(running);
            instance.map_err(|failure| store.data().known.failed(failure))?
        };
        Ok(Self {
            store,
            gatekeeper,
            ticker,
        })
    }

    /// Calls `describe` or `configure`.
    pub(crate) fn set_up<R>(
        &mut self,
        call: impl FnOnce(&mut Store<Guest>, &Policy) -> wasmtime::Result<R>,
    ) -> Result<R, Failed> {
        let budget = Budget::to_set_up(self.store.data().settings());
        self.call(&budget, call)
            .map_err(|failure| self.store.data().known.failed(failure))
    }

    fn process(&mut self, view: &View) -> Result<Outcome, Failure> {
        let lent = lend(view)?;
        let budget = Budget::to_process(self.store.data().settings(), view);
        match self.call(&budget, |store, policy| policy.call_process(store, lent))? {
            Ok(outcome) => take(outcome),
            Err(text) => {
                self.store.data_mut().note_failure(&text);
                Err(Failure::Error)
            }
        }
    }

    fn explain(&mut self, view: &View) -> Option<Result<Trail, Failure>> {
        let explanation = self.gatekeeper.explanation.as_ref()?;
        let lent = match lend(view) {
            Ok(lent) => lent,
            Err(failure) => return Some(Err(failure)),
        };
        let budget = Budget::to_explain(self.store.data().settings());
        let _running = self.ticker.run();
        let answer = guarded(&mut self.store, &budget, |store| {
            explanation.call_explain(store, lent)
        });
        Some(match answer {
            Ok(Ok(trail)) => Ok(take_trail(trail)),
            Ok(Err(text)) => {
                self.store.data_mut().note_failure(&text);
                Err(Failure::Error)
            }
            Err(failure) => Err(failure),
        })
    }

    fn call<R>(
        &mut self,
        budget: &Budget,
        call: impl FnOnce(&mut Store<Guest>, &Policy) -> wasmtime::Result<R>,
    ) -> Result<R, Failure> {
        let _running = self.ticker.run();
        let policy = &self.gatekeeper.policy;
        guarded(&mut self.store, budget, |store| call(store, policy))
    }
}

/// What one crossing may cost.
struct Budget {
    time: Duration,
    /// Bytes that may be lifted out of the guest at once.
    answer: u64,
    allowance: Allowance,
}

impl Budget {
    fn to_set_up(settings: &StageSettings) -> Self {
        Self {
            time: settings.limits.time_to_configure(),
            answer: LARGEST_ANSWER,
            allowance: Allowance {
                host_calls: settings.limits.host_calls,
                host_bytes: LARGEST_ANSWER,
                files: true,
            },
        }
    }

    fn to_explain(settings: &StageSettings) -> Self {
        let limits = &settings.limits;
        Self {
            time: limits.time.saturating_mul(TIME_TO_EXPLAIN),
            answer: LARGEST_TRAIL,
            allowance: Allowance {
                host_calls: limits.host_calls,
                host_bytes: LARGEST_TRAIL,
                files: false,
            },
        }
    }

    fn to_process(settings: &StageSettings, view: &View) -> Self {
        let limits = &settings.limits;
        let answer = limits.outcome.unwrap_or_else(|| largest_outcome(view));
        Self {
            time: limits.time,
            answer,
            allowance: Allowance {
                host_calls: limits.host_calls,
                host_bytes: answer.max(HOST_BYTES),
                files: false,
            },
        }
    }
}

/// Sets every limit, makes the call, and tells what went wrong.
fn guarded<R>(
    store: &mut Store<Guest>,
    budget: &Budget,
    call: impl FnOnce(&mut Store<Guest>) -> wasmtime::Result<R>,
) -> Result<R, Failure> {
    store.data_mut().begin(budget.allowance);
    store.set_epoch_deadline(Ticker::ticks(budget.time));
    // Deadlines stop guests, not the host that lifts their answers: this bounds the lifting.
    store.set_hostcall_fuel(usize::try_from(budget.answer).unwrap_or(usize::MAX));
    let metered = store.data().known.observed.metered;
    if metered {
        // Nobody runs out of it: deadlines are what stops a guest. That it cannot be set would mean that nothing is metered.
        let _ = store.set_fuel(u64::MAX);
    }
    let answer = call(store);
    // Of a call that failed only a part is counted, and which part depends on time.
    if metered && answer.is_ok() {
        let left = store.get_fuel().ok();
        store.data_mut().known.fuel = left.map(|left| u64::MAX.saturating_sub(left));
    }
    answer.map_err(|error| {
        store.data_mut().known.stopped(&error);
        Failure::of(&error, store.data().limiter.denied())
    })
}
