//! One stage: what it is shown, and how long it takes with that.

use std::time::{Duration, Instant};

use tollgate_config::ComponentId;
use tollgate_lab::{Telemetry, Trial};
use tollgate_pipeline::rehearsal::{Call, StagePlace};
use tollgate_record::View;
use tollgate_sandbox::Instance;

use crate::samples::Samples;
use crate::{Cost, MeasureError, Measured, float, ratio};

/// The share of the time in which nothing is measured yet.
const WARM_UP: u32 = 10;
/// Between two of them somebody is told how far it is.
const STEP: Duration = Duration::from_millis(50);

/// One stage, and what it is shown.
pub(crate) struct Stage {
    pub(crate) place: StagePlace,
    views: Vec<(View, u32)>,
}

/// Times of both policies.
pub(crate) struct Taken {
    own: Samples,
    idle: Samples,
    records: u64,
}

/// What each stage is shown of the telemetry, in the order in which records meet them.
pub(crate) fn stages(trial: &Trial, telemetry: &[Telemetry]) -> Result<Vec<Stage>, MeasureError> {
    let mut trial = trial.another();
    let mut stages: Vec<Stage> = Vec::new();
    let mut failing: Option<(ComponentId, String)> = None;
    each_call(&mut trial, telemetry, |place, call| {
        if let Some(failure) = &call.failure {
            failing.get_or_insert_with(|| (place.stage.clone(), failure.message.clone()));
            return;
        }
        let known = stages.iter().position(|known| known.place == *place);
        let at = known.unwrap_or_else(|| {
            stages.push(Stage {
                place: place.clone(),
                views: Vec::new(),
            });
            stages.len().saturating_sub(1)
        });
        if let Some(stage) = stages.get_mut(at) {
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

pub(crate) fn each_call(
    trial: &mut Trial,
    telemetry: &[Telemetry],
    mut see: impl FnMut(&StagePlace, &Call),
) {
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

impl Stage {
    /// Instructions for a record of what an instance does with everything that the stage is shown.
    pub(crate) fn fuel(&self, instance: &mut Instance) -> Option<f64> {
        let (mut fuel, mut shown) = (0_u64, 0_u64);
        for (view, records) in &self.views {
            instance.process(view).ok()?;
            fuel = fuel.saturating_add(instance.last_fuel()?);
            shown = shown.saturating_add(u64::from(*records));
        }
        (shown > 0).then(|| float(fuel) / float(shown))
    }

    /// Calls both policies with one view after the other, in turn.
    pub(crate) fn run(
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
    pub(crate) fn told(
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
