//! From a configuration to configured policies, joined to a graph: every component loaded, every policy asked, every mistake
//! collected.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use tollgate_config::{
    ComponentId, Config, Connector, Diagnostic, Processor, Remark, Role, Severity, SourceMap,
};
use tollgate_sandbox::{Component, ConfigureError, Instance, Manifest, Sandbox};
use tollgate_telemetry::{Instruments, Known};

use crate::graph::Graph;
use crate::loader::Loader;
use crate::policy::ConfiguredPolicy;

/// Where the stock policies come from: part of the binary.
pub trait StockPolicies {
    /// The policy of this name, compiled ahead.
    fn artifact(&self, name: &str) -> Option<&[u8]>;

    /// The component itself, for a sandbox that cannot load what was compiled ahead; none where it is not kept.
    fn source(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        let _ = name;
        None
    }
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
    /// Bytes of the text at that pointer; none is the whole value.
    pub range: Option<Range<usize>>,
    /// What is wrong.
    pub message: String,
    /// What would mend it.
    pub help: Option<String>,
}

impl PlanProblem {
    /// The mistake at its place in the file.
    #[must_use]
    pub fn diagnostic(&self, map: &SourceMap) -> Diagnostic {
        let help = self.help.as_deref();
        match &self.at {
            Some(at) => {
                let remark = Remark {
                    at,
                    range: self.range.clone(),
                    message: &self.message,
                    help,
                };
                map.remark(Severity::Error, self.role, &self.stage, &remark)
            }
            None => map.component_problem(self.role, &self.stage, &self.message, help),
        }
    }
}

/// A configuration whose policies are loaded and configured.
#[derive(Debug)]
pub struct Plan {
    pub(crate) graph: Graph,
    policies: Policies,
    /// The accounts that its graph counts on.
    known: Arc<Known>,
}

/// The policies of a configuration, by the section that they stand in.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    pub(crate) processors: Vec<Arc<ConfiguredPolicy>>,
    pub(crate) connectors: Vec<Arc<ConfiguredPolicy>>,
}

/// A stage of a plan, for people to look at.
#[derive(Debug, Clone, Copy)]
pub struct PlannedStage<'p> {
    /// The section that it stands in: processors or connectors.
    pub role: Role,
    /// Its id.
    pub id: &'p ComponentId,
    /// Its component.
    pub component: &'p Component,
    /// What it may do under its configuration.
    pub manifest: &'p Manifest,
    policy: &'p ConfiguredPolicy,
}

impl PlannedStage<'_> {
    /// An instance of it, configured as the stage is.
    pub fn configured(&self) -> Result<Instance, ConfigureError> {
        self.policy.instance()
    }

    /// What the policy says of its configuration although it works, at its place in the file.
    pub fn warnings(&self, map: &SourceMap) -> impl Iterator<Item = Diagnostic> {
        self.manifest.warnings.iter().map(move |warning| {
            let remark = Remark {
                at: &warning.at,
                range: warning.span.map(|(start, end)| start..end),
                message: &warning.message,
                help: warning.help.as_deref(),
            };
            map.remark(Severity::Warning, self.role, self.id, &remark)
        })
    }
}

impl Plan {
    /// Loads and configures the stages of `config`, and joins its pipelines. Files that it names are relative to `folder`.
    pub fn new(
        config: &Config,
        folder: &Path,
        sandbox: &Sandbox,
        stock: &dyn StockPolicies,
    ) -> Result<Self, Vec<PlanProblem>> {
        Self::after(&Arc::default(), config, folder, sandbox, stock)
    }

    /// Likewise, to take the place of a configuration that runs: accounts go on.
    pub fn after(
        known: &Arc<Known>,
        config: &Config,
        folder: &Path,
        sandbox: &Sandbox,
        stock: &dyn StockPolicies,
    ) -> Result<Self, Vec<PlanProblem>> {
        let mut loader = Loader::new(sandbox, stock, folder, config.compat);
        let mut problems = Vec::new();
        let mut policies = Policies::default();
        for (id, processor) in &config.processors {
            let Processor::Policy(stage) = processor else {
                continue;
            };
            match loader.configure(Role::Processor, id, stage) {
                Ok(policy) => policies.processors.push(Arc::new(policy)),
                Err(found) => problems.extend(found),
            }
        }
        for (id, connector) in &config.connectors {
            let Connector::Policy(stage) = connector else {
                continue;
            };
            match loader.configure(Role::Connector, id, stage) {
                Ok(policy) => policies.connectors.push(Arc::new(policy)),
                Err(found) => problems.extend(found),
            }
        }
        let graph = Graph::new(config, &policies, known, &mut problems);
        match graph {
            Some(graph) if problems.is_empty() => Ok(Self {
                graph,
                policies,
                known: Arc::clone(known),
            }),
            _ => Err(problems),
        }
    }

    /// Every policy, in the order of the configuration, processors before connectors.
    pub fn stages(&self) -> impl Iterator<Item = PlannedStage<'_>> {
        self.policies.stages()
    }

    /// Its graph, and its policies.
    pub(crate) fn into_parts(self) -> (Graph, Policies) {
        (self.graph, self.policies)
    }

    /// The accounts that it counts on.
    pub(crate) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known)
    }

    /// What policies measure themselves, once for each stage.
    pub(crate) fn instruments(&self) -> Vec<Arc<Instruments>> {
        let Policies {
            processors,
            connectors,
        } = &self.policies;
        let all = processors.iter().chain(connectors);
        all.filter_map(|policy| policy.instruments.clone())
            .collect()
    }
}

impl Policies {
    /// All of them, processors before connectors.
    pub(crate) fn stages(&self) -> impl Iterator<Item = PlannedStage<'_>> {
        let processors = self.processors.iter();
        let processors = processors.map(|policy| (Role::Processor, policy));
        let connectors = self.connectors.iter();
        let connectors = connectors.map(|policy| (Role::Connector, policy));
        processors
            .chain(connectors)
            .map(|(role, policy)| PlannedStage {
                role,
                id: &policy.id,
                component: &policy.component,
                manifest: &policy.manifest,
                policy,
            })
    }
}
