//! From a configuration to configured policies: every component loaded, every policy asked, every mistake collected.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tollgate_config::{
    Compat, Component as Written, ComponentId, Config, OnError, Processor, Role,
    Stage as StageConfig,
};
use tollgate_record::{Fields, Signal};
use tollgate_sandbox::{
    Component, ConfigureError, Instance, Limits, Manifest, Sandbox, StageSettings,
};
use tollgate_telemetry::{PipelineCounts, StageCounts};

/// Where the stock policies come from: compiled ahead, part of the binary.
pub trait StockPolicies {
    /// The compiled policy of this name.
    fn artifact(&self, name: &str) -> Option<&[u8]>;
}

/// A mistake that only loading could show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanProblem {
    /// The section that the stage stands in: processors or connectors.
    pub role: Role,
    /// The stage it is in.
    pub stage: ComponentId,
    /// JSON pointer into the policy's configuration; none where the component or its `gate` is meant.
    pub at: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What would mend it.
    pub help: Option<String>,
}

/// A configuration whose policies are loaded and configured.
#[derive(Debug)]
pub struct Plan {
    pub(crate) pipelines: Vec<Arc<PipelinePlan>>,
    policies: Vec<Arc<ConfiguredPolicy>>,
}

/// A stage of a plan, for people to look at.
#[derive(Debug, Clone, Copy)]
pub struct PlannedStage<'p> {
    /// Its id.
    pub id: &'p ComponentId,
    /// Its component.
    pub component: &'p Component,
    /// What it may do under its configuration.
    pub manifest: &'p Manifest,
}

/// One pipeline: its stages in order, and the fields that any of them asked for.
#[derive(Debug)]
pub(crate) struct PipelinePlan {
    pub(crate) id: ComponentId,
    pub(crate) signal: Signal,
    pub(crate) stages: Vec<Arc<StagePlan>>,
    pub(crate) wanted: Fields,
    pub(crate) counts: PipelineCounts,
}

/// One stage: a policy, its configuration and limits, and what it may do.
#[derive(Debug)]
pub(crate) struct StagePlan {
    pub(crate) policy: Arc<ConfiguredPolicy>,
    pub(crate) counts: Arc<StageCounts>,
}

/// A policy under one configuration. Pipelines that name the same stage share it, with instances of their own.
#[derive(Debug)]
pub(crate) struct ConfiguredPolicy {
    pub(crate) id: ComponentId,
    pub(crate) component: Component,
    pub(crate) settings: Arc<StageSettings>,
    pub(crate) manifest: Manifest,
    pub(crate) on_error: OnError,
    /// The instance that answered with the manifest: the first lane takes it over.
    spare: Mutex<Option<Instance>>,
}

impl ConfiguredPolicy {
    /// An instance that is ready for batches.
    pub(crate) fn instance(&self) -> Result<Instance, ConfigureError> {
        let spare = self.spare.lock().ok().and_then(|mut spare| spare.take());
        match spare {
            Some(instance) => Ok(instance),
            None => Ok(self.component.configure(Arc::clone(&self.settings))?.0),
        }
    }
}

impl Plan {
    /// Loads and configures the stages of `config`. Files that it names are relative to `folder`.
    pub fn new(
        config: &Config,
        folder: &Path,
        sandbox: &Sandbox,
        stock: &dyn StockPolicies,
    ) -> Result<Self, Vec<PlanProblem>> {
        let mut problems = Vec::new();
        let mut loader = Loader {
            sandbox,
            stock,
            folder,
            compat: config.compat,
            loaded: Vec::new(),
        };
        let mut policies = Vec::new();
        for (id, processor) in &config.processors {
            let Processor::Policy(stage) = processor else {
                continue;
            };
            match loader.configure(id, stage) {
                Ok(policy) => policies.push(Arc::new(policy)),
                Err(found) => problems.extend(found),
            }
        }
        let mut pipelines = Vec::new();
        for pipeline in &config.pipelines {
            let Some(signal) = signal_of(&pipeline.id) else {
                continue;
            };
            let stage = |id: &ComponentId| policies.iter().find(|policy| policy.id == *id);
            let used: Vec<_> = pipeline.processors.iter().filter_map(stage).collect();
            problems.extend(used.iter().filter_map(|policy| refuses(policy, signal)));
            pipelines.push(Arc::new(PipelinePlan::new(
                pipeline.id.clone(),
                signal,
                &used,
            )));
        }
        if problems.is_empty() {
            Ok(Self {
                pipelines,
                policies,
            })
        } else {
            Err(problems)
        }
    }

    /// Every stage, in the order of the configuration.
    pub fn stages(&self) -> impl Iterator<Item = PlannedStage<'_>> {
        self.policies.iter().map(|policy| PlannedStage {
            id: &policy.id,
            component: &policy.component,
            manifest: &policy.manifest,
        })
    }
}

impl PipelinePlan {
    fn new(id: ComponentId, signal: Signal, policies: &[&Arc<ConfiguredPolicy>]) -> Self {
        let mut wanted = Fields::none(signal);
        let mut stages = Vec::new();
        for policy in policies {
            if let Some(access) = policy.manifest.of(signal) {
                wanted = wanted.union(&access.reads).union(&access.writes);
            }
            let counts = StageCounts::new(policy.id.to_string(), policy.manifest.rules.clone());
            stages.push(Arc::new(StagePlan {
                policy: Arc::clone(policy),
                counts: Arc::new(counts),
            }));
        }
        let stage_counts = stages
            .iter()
            .map(|stage| Arc::clone(&stage.counts))
            .collect();
        Self {
            counts: PipelineCounts::new(id.to_string(), stage_counts),
            id,
            signal,
            stages,
            wanted,
        }
    }
}

/// A policy that does not know a signal cannot stand in a pipeline of it: the Collector refuses such a pipeline, too.
fn refuses(policy: &ConfiguredPolicy, signal: Signal) -> Option<PlanProblem> {
    policy.manifest.of(signal).is_none().then(|| PlanProblem {
        role: Role::Processor,
        stage: policy.id.clone(),
        at: Some(String::new()),
        message: format!(
            "this policy does not take {}, and stands in a pipeline of them",
            signal.as_str()
        ),
        help: Some(format!(
            "take it out of the pipelines of {}",
            signal.as_str()
        )),
    })
}

pub(crate) fn signal_of(pipeline: &ComponentId) -> Option<Signal> {
    match pipeline.kind.as_str() {
        "logs" => Some(Signal::Logs),
        "traces" => Some(Signal::Traces),
        "metrics" => Some(Signal::Metrics),
        _ => None,
    }
}

/// Loads each component once, however many stages use it.
struct Loader<'a> {
    sandbox: &'a Sandbox,
    stock: &'a dyn StockPolicies,
    folder: &'a Path,
    compat: Compat,
    loaded: Vec<(Written, Component)>,
}

impl Loader<'_> {
    fn configure(
        &mut self,
        id: &ComponentId,
        stage: &StageConfig,
    ) -> Result<ConfiguredPolicy, Vec<PlanProblem>> {
        let one = |at: Option<&str>, message: String, help: Option<&str>| {
            let [at, help] = [at, help].map(|text| text.map(str::to_owned));
            vec![PlanProblem {
                role: Role::Processor,
                stage: id.clone(),
                at,
                message,
                help,
            }]
        };
        let component = self
            .load(&stage.component)
            .map_err(|(message, help)| one(None, message, help))?;
        let mut files = Vec::new();
        let mut missing = Vec::new();
        for (name, path) in &stage.gate.files {
            match std::fs::read(self.folder.join(path)) {
                Ok(content) => files.push((name.clone(), Arc::from(content))),
                Err(error) => missing.extend(one(
                    None,
                    format!(
                        "cannot read the file `{name}` at {}: {error}",
                        path.display()
                    ),
                    Some("name a file that exists, relative to the configuration file"),
                )),
            }
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        let gate = &stage.gate;
        let settings = Arc::new(StageSettings {
            stage: id.to_string(),
            config: stage.config.to_string(),
            compat: match self.compat {
                Compat::None => tollgate_sandbox::Compat::Tollgate,
                Compat::Collector => tollgate_sandbox::Compat::Collector,
            },
            limits: Limits {
                time: gate.time,
                memory: gate.memory,
                outcome: gate.outcome,
                host_calls: gate.host_calls,
            },
            files,
            keys: gate
                .keys
                .iter()
                .map(|(name, key)| (name.clone(), key.reveal().as_bytes().to_vec()))
                .collect(),
            show_logs: gate.logs,
        });
        let (instance, manifest) = component
            .configure(Arc::clone(&settings))
            .map_err(|error| match error {
                ConfigureError::Problems(problems) => problems
                    .into_iter()
                    .map(|problem| PlanProblem {
                        role: Role::Processor,
                        stage: id.clone(),
                        at: Some(problem.at),
                        message: problem.message,
                        help: problem.help,
                    })
                    .collect(),
                other => one(Some(""), other.to_string(), None),
            })?;
        Ok(ConfiguredPolicy {
            id: id.clone(),
            component,
            settings,
            manifest,
            on_error: gate.on_error,
            spare: Mutex::new(Some(instance)),
        })
    }

    fn load(&mut self, written: &Written) -> Result<Component, (String, Option<&'static str>)> {
        if let Some((_, component)) = self.loaded.iter().find(|(known, _)| known == written) {
            return Ok(component.clone());
        }
        let component = match written {
            Written::Stock(name) => {
                let artifact = self.stock.artifact(name).ok_or_else(|| {
                    (
                        format!("there is no stock policy `{name}`"),
                        Some("`tollgate components` lists them"),
                    )
                })?;
                self.sandbox
                    .load_stock(artifact)
                    .map_err(|error| (error.to_string(), None))?
            }
            Written::File(path) => self.load_file(path)?,
        };
        self.loaded.push((written.clone(), component.clone()));
        Ok(component)
    }

    fn load_file(&self, path: &Path) -> Result<Component, (String, Option<&'static str>)> {
        let wasm = std::fs::read(self.folder.join(path)).map_err(|error| {
            (
                format!("cannot read {}: {error}", path.display()),
                Some("name the component's file, relative to the configuration file; `tollgate build` makes one"),
            )
        })?;
        let name = path.display().to_string();
        self.sandbox
            .load(&name, &wasm)
            .map_err(|error| (error.to_string(), None))
    }
}
