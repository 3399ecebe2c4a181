//! What policies cost, measured on a laptop.
//!
//! Telemetry is passed through a trial once, which tells what each stage is shown: those very calls are then made again and again, in the
//! gate's own sandbox, each beside a call of a policy that does nothing with the same view. Both take turns, so that a ratio is of one
//! machine in one state. Instructions are counted in a second sandbox, as code that counts is slower. What the host does around
//! a call (decoding, projection, checks, encoding) is the same for every policy, and is not part of it.

mod fuel;
mod idle;
mod samples;
mod stage;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tollgate_lab::{Telemetry, Trial};
use tollgate_sandbox::{Component, Instance, Limits, Sandbox, StageSettings};

use fuel::Fuel;

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
    let stages = stage::stages(trial, telemetry)?;
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
