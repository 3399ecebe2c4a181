//! A configuration on trial.

use std::path::Path;

use tollgate_config::{ComponentId, Config, Connector, Processor, Role};
use tollgate_pipeline::rehearsal::{Circumstances, Rehearsal, Snapshot, StagePlace};
use tollgate_pipeline::{Plan, PlanProblem, PlannedStage, StockPolicies};
use tollgate_record::{Malformed, Signal};
use tollgate_sandbox::Sandbox;

use crate::Telemetry;
use crate::passage::Passage;

/// What of a configuration is tried.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// All of it: telemetry enters every pipeline of its signal that has a receiver.
    #[default]
    Whole,
    /// Telemetry enters this pipeline, and goes on from there.
    Pipeline(ComponentId),
    /// This processor or connector alone.
    Stage(ComponentId),
}

/// How it is tried.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Unix time in nanoseconds, as policies are told.
    pub now: u64,
    /// Randomness, as policies are handed it.
    pub seed: u64,
    /// Whether policies that can are asked for the reasons of their answers.
    pub explain: bool,
}

/// The same whenever it is tried: noon of a day that is easy to recognise, 2026-01-01.
impl Default for Options {
    fn default() -> Self {
        Self {
            now: 1_767_268_800_000_000_000,
            seed: 1,
            explain: false,
        }
    }
}

/// Why nothing can be tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrialError {
    /// What is to be tried is not there; what there is.
    #[error("there is no {what} `{id}`; there is {}", .known.join(", "))]
    Unknown {
        /// A pipeline, or a stage.
        what: &'static str,
        /// As it was asked for.
        id: ComponentId,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The configuration's policies cannot be configured.
    #[error("{} of the configuration's policies cannot be configured", .0.len())]
    Plan(Vec<PlanProblem>),
}

/// A configuration made ready: without receivers, queues and exporters.
#[derive(Debug)]
pub struct Trial {
    rehearsal: Rehearsal,
    places: Vec<StagePlace>,
}

impl Trial {
    /// Makes `scope` of a configuration ready. Files that it names are relative to the working directory, as its own loader left them.
    pub fn new(
        config: &Config,
        scope: &Scope,
        sandbox: &Sandbox,
        stock: &dyn StockPolicies,
        options: Options,
    ) -> Result<Self, TrialError> {
        let config = &patient(config.clone());
        let plan = |config: &Config| {
            Plan::new(config, Path::new(""), sandbox, stock).map_err(TrialError::Plan)
        };
        let circumstances = Circumstances {
            now: options.now,
            seed: options.seed,
            explain: options.explain,
        };
        let has_receiver = |id: &ComponentId| {
            let of_id = config.pipelines.iter().filter(|own| own.id == *id);
            let mut receivers = of_id.flat_map(|own| &own.receivers);
            receivers.any(|id| config.connectors.iter().all(|(known, _)| known != id))
        };
        let rehearsal = match scope {
            Scope::Whole => Rehearsal::new(plan(config)?, circumstances, has_receiver),
            Scope::Pipeline(wanted) => {
                if config.pipelines.iter().all(|own| own.id != *wanted) {
                    let known = config.pipelines.iter().map(|own| own.id.to_string());
                    return Err(TrialError::Unknown {
                        what: "pipeline",
                        id: wanted.clone(),
                        known: known.collect(),
                    });
                }
                Rehearsal::new(plan(config)?, circumstances, |id| id == wanted)
            }
            Scope::Stage(wanted) => {
                let (alone, entered) = alone(config, wanted, plan)?;
                Rehearsal::new(plan(&alone)?, circumstances, |id| entered.contains(id))
            }
        };
        Ok(Self {
            places: rehearsal.places(),
            rehearsal,
        })
    }

    /// Another one of the same, with instances of its own: for another thread, or for what must not depend on what passed before.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            rehearsal: self.rehearsal.another(),
            places: self.places.clone(),
        }
    }

    /// Whether a pipeline takes telemetry of a signal.
    #[must_use]
    pub fn takes(&self, signal: Signal) -> bool {
        self.rehearsal.takes(signal)
    }

    /// Every policy, in the order of the configuration.
    pub fn stages(&self) -> impl Iterator<Item = PlannedStage<'_>> {
        self.rehearsal.stages()
    }

    /// Where stages stand, in the order in which records meet them.
    #[must_use]
    pub fn places(&self) -> &[StagePlace] {
        &self.places
    }

    /// The stage at a place.
    #[must_use]
    pub fn stage(&self, place: &StagePlace) -> Option<PlannedStage<'_>> {
        let mut stages = self.stages();
        stages.find(|stage| stage.role == place.role && *stage.id == place.stage)
    }

    /// Passes a request through it.
    pub fn pass(&mut self, telemetry: &Telemetry) -> Result<Passage, Malformed> {
        let Telemetry {
            signal,
            wire,
            context,
            ..
        } = telemetry;
        let seen = self
            .rehearsal
            .pass(*signal, wire.clone(), context.clone())?;
        let input = Snapshot {
            signal: *signal,
            wire: wire.clone(),
            origins: (0..seen.records).map(Some).collect(),
        };
        Passage::new(input, seen.visits, seen.exits, |place| {
            self.stage(place).map_or(&[], |stage| &stage.manifest.rules)
        })
    }
}

/// How much more time a call may take than in the gate.
const PATIENCE: u32 = 10;

/// A laptop compiles, and counts instructions: that a call takes longer there says nothing of the policy. One that loops still ends.
fn patient(mut config: Config) -> Config {
    for stage in config.stages_mut() {
        stage.gate.time = stage.gate.time.saturating_mul(PATIENCE);
    }
    config
}

/// The configuration of a stage alone, and the pipelines that are entered.
fn alone(
    config: &Config,
    wanted: &ComponentId,
    plan: impl Fn(&Config) -> Result<Plan, TrialError>,
) -> Result<(Config, Vec<ComponentId>), TrialError> {
    let connector = config.connectors.iter().find(|(id, _)| id == wanted);
    if connector.is_some() {
        return Ok(connector_alone(config, wanted));
    }
    let is_wanted = |(id, processor): &&(ComponentId, Processor)| {
        id == wanted && matches!(processor, Processor::Policy(_))
    };
    let Some(processor) = config.processors.iter().find(is_wanted) else {
        return Err(TrialError::Unknown {
            what: "stage",
            id: wanted.clone(),
            known: stages(config),
        });
    };
    let unused = Config {
        processors: vec![processor.clone()],
        connectors: Vec::new(),
        pipelines: Vec::new(),
        ..config.clone()
    };
    // Which signals it can stand for is what only the policy knows.
    let asked = plan(&unused)?;
    let of = |signal: Signal| {
        let mut stages = asked.stages();
        stages.any(|stage| stage.role == Role::Processor && stage.manifest.of(signal).is_some())
    };
    let pipelines = Signal::ALL.into_iter().filter(|signal| of(*signal));
    let pipelines: Vec<_> = pipelines
        .map(|signal| tollgate_config::Pipeline {
            id: ComponentId {
                kind: signal.as_str().to_owned(),
                name: None,
            },
            receivers: vec![anything()],
            processors: vec![wanted.clone()],
            exporters: vec![anything()],
        })
        .collect();
    let entered = pipelines.iter().map(|own| own.id.clone()).collect();
    Ok((
        Config {
            pipelines,
            ..unused
        },
        entered,
    ))
}

/// A connector between the pipelines that it joins, of which nothing else is left.
fn connector_alone(config: &Config, wanted: &ComponentId) -> (Config, Vec<ComponentId>) {
    let mut pipelines = Vec::new();
    let mut entered = Vec::new();
    for own in &config.pipelines {
        let leads = own.exporters.contains(wanted);
        if leads {
            entered.push(own.id.clone());
        }
        if leads || own.receivers.contains(wanted) {
            let only = |ids: &[ComponentId]| {
                let is_it = ids.contains(wanted);
                vec![if is_it { wanted.clone() } else { anything() }]
            };
            pipelines.push(tollgate_config::Pipeline {
                receivers: only(&own.receivers),
                processors: Vec::new(),
                exporters: only(&own.exporters),
                ..own.clone()
            });
        }
    }
    let is_wanted = |(id, _): &&(ComponentId, Connector)| id == wanted;
    let config = Config {
        processors: Vec::new(),
        connectors: config
            .connectors
            .iter()
            .filter(is_wanted)
            .cloned()
            .collect(),
        pipelines,
        ..config.clone()
    };
    (config, entered)
}

/// Stands for whatever a pipeline begins and ends with.
fn anything() -> ComponentId {
    ComponentId {
        kind: "trial".to_owned(),
        name: None,
    }
}

fn stages(config: &Config) -> Vec<String> {
    let processors = config
        .processors
        .iter()
        .filter(|(_, processor)| matches!(processor, Processor::Policy(_)));
    let connectors = config.connectors.iter().map(|(id, _)| id.to_string());
    processors
        .map(|(id, _)| id.to_string())
        .chain(connectors)
        .collect()
}
