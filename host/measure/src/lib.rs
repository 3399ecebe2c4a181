//! What policies cost, measured on a laptop.
//!
//! Telemetry is passed through a trial once, which tells what each stage is shown: those very calls are then made again and again, in the
//! gate's own sandbox, each beside a call of a policy that does nothing with the same view. Both take turns, so that a ratio is of one
//! machine in one state. Instructions are counted in a second sandbox, as code that counts is slower. What the host does around
//! a call (decoding, projection, checks, encoding) is the same for every policy, and is not part of it.

mod idle;
mod samples;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tollgate_config::ComponentId;
use tollgate_lab::{Telemetry, Trial};
use tollgate_pipeline::rehearsal::{Call, StagePlace};
use tollgate_record::View;
use tollgate_sandbox::{Component, Instance, Limits, Sandbox, StageSettings};

use samples::Samples;

/// The share of the time in which nothing is measured yet.
const WARM_UP: u32 = 10;
/// Between two of them somebody is told how far it is.
const STEP: Duration = Duration::from_millis(50);

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// No stage was shown a record.
    #[error(
        "no policy is called for this telemetry: is there a pipeline for its signal, and does a policy read or write anything in it?"
    )]
    Nothing,
    /// A policy fails for the telemetry.
    #[error(
        "{stage} fails for every record of this telemetry: {message}; `tollgate try` tells more"
    )]
    Failing {
        /// The stage.
        stage: String,
        /// The first failure.
        message: String,
    },
    /// A policy could not be configured once more.
    #[error("{stage} cannot be configured again: {message}")]
    Configure {
        /// The stage.
        stage: String,
        /// Why.
        message: String,
    },
    /// The policy that does nothing could not be made.
    #[error("the policy that does nothing cannot be made: {0}")]
    Idle(String),
}

/// What the calls of a policy cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// Records in a second of calls.
    pub records_per_second: f64,
    /// Half of the calls took no longer, in microseconds.
    pub p50_us: f64,
    /// Ninety-nine of a hundred calls took no longer.
    pub p99_us: f64,
    /// Instructions for a record; none where they were not counted.
    pub fuel_per_record: Option<f64>,
    /// Bytes of memory that the instance holds in the end.
    pub memory: u64,
}

/// What one stage costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// The pipeline that it stands in.
    pub pipeline: String,
    /// The stage.
    pub stage: String,
    /// Calls that were measured.
    pub calls: u64,
    /// Records that one of them was shown, on average.
    pub records_per_call: f64,
    /// What they cost.
    pub cost: Cost,
    /// What the same calls of a policy that does nothing cost.
    pub idle: Cost,
    /// How many times as long as that policy it takes, by the medians of the calls.
    pub times_idle: f64,
}

/// One stage, and what it is shown.
struct Stage {
    place: StagePlace,
    views: Vec<(View, u32)>,
}

/// Measures every stage of `trial` that is called for `telemetry`, for `time` altogether. `counting` is a sandbox that counts
/// instructions, and the same trial in it. `tell` is told now and then which part of it is done.
pub fn measure(
    sandbox: &Sandbox,
    trial: &Trial,
    counting: Option<(&Sandbox, &Trial)>,
    telemetry: &[Telemetry],
    time: Duration,
    tell: &mut dyn FnMut(f64),
) -> Result<Vec<Measured>, MeasureError> {
    let stages = stages(trial, telemetry)?;
    let fuel = Fuel::count(counting.map(|(_, trial)| trial), telemetry);
    let component = idle::component()?;
    let idle = idle(sandbox, &component)?;
    let counted_idle = match counting {
        Some((sandbox, _)) => Some(self::idle(sandbox, &component)?),
        None => None,
    };
    let parts = u32::try_from(stages.len()).unwrap_or(u32::MAX).max(1);
    let share = time.checked_div(parts).unwrap_or(time);
    let mut measured = Vec::new();
    for (number, stage) in (0_u32..).zip(&stages) {
        let failed = |message: String| MeasureError::Configure {
            stage: stage.place.stage.to_string(),
            message,
        };
        let planned = trial.stage(&stage.place);
        let configured = planned.ok_or(MeasureError::Nothing)?.configured();
        let mut instance = configured.map_err(|error| failed(error.to_string()))?;
        let mut nothing = instance_of(&idle)?;
        let idle_fuel = match &counted_idle {
            Some(component) => stage.fuel(&mut instance_of(component)?),
            None => None,
        };
        let mut tell_part = |done: f64| tell((f64::from(number) + done) / f64::from(parts));
        let taken = stage.run(&mut instance, &mut nothing, share, &mut tell_part)?;
        let fuel = [fuel.per_record(&stage.place), idle_fuel];
        measured.push(taken.told(stage, fuel, &instance, &nothing));
    }
    Ok(measured)
}

/// The policy that does nothing.
fn idle(sandbox: &Sandbox, component: &[u8]) -> Result<Component, MeasureError> {
    sandbox
        .load("idle", component)
        .map_err(|error| MeasureError::Idle(error.to_string()))
}

/// An instance that no limit of a stage can stop: it has to take what another policy took.
fn instance_of(idle: &Component) -> Result<Instance, MeasureError> {
    let settings = StageSettings {
        limits: Limits {
            memory: u64::MAX,
            time: Duration::from_secs(10),
            ..Limits::default()
        },
        ..StageSettings::default()
    };
    match idle.configure(Arc::new(settings)) {
        Ok((instance, _)) => Ok(instance),
        Err(error) => Err(MeasureError::Idle(error.to_string())),
    }
}

/// What each stage is shown of the telemetry, in the order in which records meet them.
fn stages(trial: &Trial, telemetry: &[Telemetry]) -> Result<Vec<Stage>, MeasureError> {
    let mut trial = trial.another();
    let mut stages: Vec<Stage> = Vec::new();
    let mut failing: Option<(ComponentId, String)> = None;
    each_call(&mut trial, telemetry, |place, call| {
        if let Some(failure) = &call.failure {
            failing.get_or_insert_with(|| (place.stage.clone(), failure.message.clone()));
            return;
        }
        let stage = match stages.iter_mut().position(|known| known.place == *place) {
            Some(at) => stages.get_mut(at),
            None => {
                stages.push(Stage {
                    place: place.clone(),
                    views: Vec::new(),
                });
                stages.last_mut()
            }
        };
        if let Some(stage) = stage {
            stage.views.push((call.view.clone(), call.records));
        }
    });
    match failing {
        Some((stage, message)) if stages.iter().all(|known| known.place.stage != stage) => {
            Err(MeasureError::Failing {
                stage: stage.to_string(),
                message,
            })
        }
        _ if stages.is_empty() => Err(MeasureError::Nothing),
        _ => Ok(stages),
    }
}

fn each_call(trial: &mut Trial, telemetry: &[Telemetry], mut see: impl FnMut(&StagePlace, &Call)) {
    for one in telemetry {
        // What is no request of its signal has been refused by whoever read it.
        let Ok(passage) = trial.pass(one) else {
            continue;
        };
        for visit in &passage.visits {
            for call in &visit.calls {
                see(&visit.place, call);
            }
        }
    }
}

/// Instructions and records, by stage.
struct Fuel(Vec<(StagePlace, u64, u64)>);

impl Fuel {
    /// Counts in the second of two passes: in the first one policies prepare what they need later, once.
    fn count(counted: Option<&Trial>, telemetry: &[Telemetry]) -> Self {
        let Some(counted) = counted else {
            return Self(Vec::new());
        };
        let mut trial = counted.another();
        each_call(&mut trial, telemetry, |_, _| {});
        let mut all: Vec<(StagePlace, u64, u64)> = Vec::new();
        each_call(&mut trial, telemetry, |place, call| {
            let (Some(fuel), records) = (call.fuel, u64::from(call.records)) else {
                return;
            };
            match all.iter_mut().find(|(known, ..)| known == place) {
                Some((_, sum, shown)) => {
                    *sum = sum.saturating_add(fuel);
                    *shown = shown.saturating_add(records);
                }
                None => all.push((place.clone(), fuel, records)),
            }
        });
        Self(all)
    }

    fn per_record(&self, place: &StagePlace) -> Option<f64> {
        let (_, fuel, records) = self.0.iter().find(|(known, ..)| known == place)?;
        (*records > 0).then(|| float(*fuel) / float(*records))
    }
}

/// Times of both policies.
struct Taken {
    own: Samples,
    idle: Samples,
    records: u64,
}

impl Stage {
    /// Instructions for a record of what an instance does with everything that the stage is shown.
    fn fuel(&self, instance: &mut Instance) -> Option<f64> {
        let (mut fuel, mut shown) = (0_u64, 0_u64);
        for (view, records) in &self.views {
            instance.process(view).ok()?;
            fuel = fuel.saturating_add(instance.last_fuel()?);
            shown = shown.saturating_add(u64::from(*records));
        }
        (shown > 0).then(|| float(fuel) / float(shown))
    }

    /// Calls both policies with one view after the other, in turn.
    fn run(
        &self,
        instance: &mut Instance,
        nothing: &mut Instance,
        time: Duration,
        tell: &mut dyn FnMut(f64),
    ) -> Result<Taken, MeasureError> {
        let mut taken = Taken {
            own: Samples::new(self.views.len()),
            idle: Samples::new(self.views.len()),
            records: 0,
        };
        let began = Instant::now();
        let warm_up = time.checked_div(WARM_UP).unwrap_or_default();
        let mut told = Duration::ZERO;
        let mut round = 0_u64;
        loop {
            for (number, (view, records)) in self.views.iter().enumerate() {
                let before = Instant::now();
                let answer = instance.process(view);
                let between = Instant::now();
                let idle = nothing.process(view);
                let after = Instant::now();
                let failed = |failure: tollgate_sandbox::Failure| MeasureError::Failing {
                    stage: self.place.stage.to_string(),
                    message: failure.to_string(),
                };
                answer.map_err(failed)?;
                idle.map_err(|failure| MeasureError::Idle(failure.to_string()))?;
                let elapsed = after.saturating_duration_since(began);
                if elapsed >= warm_up {
                    taken
                        .own
                        .add(number, between.saturating_duration_since(before));
                    taken
                        .idle
                        .add(number, after.saturating_duration_since(between));
                    taken.records = taken.records.saturating_add(u64::from(*records));
                }
                if elapsed.saturating_sub(told) >= STEP {
                    told = elapsed;
                    tell((elapsed.as_secs_f64() / time.as_secs_f64()).min(1.0));
                }
                // Whatever the time, every view has its turn.
                if elapsed >= time && round > 0 && taken.own.calls() > 0 {
                    return Ok(taken);
                }
            }
            round = round.saturating_add(1);
        }
    }
}

impl Taken {
    fn told(
        mut self,
        stage: &Stage,
        [own_fuel, idle_fuel]: [Option<f64>; 2],
        own: &Instance,
        idle: &Instance,
    ) -> Measured {
        let records = float(self.records);
        let calls = self.own.calls();
        let typical = [&mut self.own, &mut self.idle].map(Samples::typical);
        let [own_time, idle_time] = typical.map(|time| time.as_secs_f64());
        let cost = |samples: &Samples, fuel: Option<f64>, memory: u64| {
            let [p50, p99] = samples.percentiles([50, 99]);
            Cost {
                records_per_second: ratio(records, samples.total().as_secs_f64()),
                p50_us: p50.as_secs_f64() * 1e6,
                p99_us: p99.as_secs_f64() * 1e6,
                fuel_per_record: fuel,
                memory,
            }
        };
        Measured {
            pipeline: stage.place.pipeline.to_string(),
            stage: stage.place.stage.to_string(),
            calls,
            records_per_call: ratio(records, float(calls)),
            cost: cost(&self.own, own_fuel, own.memory()),
            idle: cost(&self.idle, idle_fuel, idle.memory()),
            times_idle: ratio(own_time, idle_time),
        }
    }
}

fn ratio(of: f64, to: f64) -> f64 {
    if to > 0.0 { of / to } else { 0.0 }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a measurement, for people to read"
)]
fn float(count: u64) -> f64 {
    count as f64
}
