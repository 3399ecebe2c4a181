//! The graph: pipelines, their steps, and the connectors that join them.
//!
//! It is made once, from a configuration whose components are loaded, and does not change: lanes and tasks share it.

use std::collections::HashSet;
use std::sync::Arc;

use tollgate_config::{Batch, ComponentId, Config, MemoryLimiter, OnError};
use tollgate_record::{Access, Fields, Signal};
use tollgate_telemetry::{BatchCounts, Known, LimiterCounts, PipelineCounts};

use crate::build::build;
use crate::ensure::Ensured;
use crate::joints;
use crate::plan::{PlanProblem, Policies};
use crate::policy::StagePlan;

/// All pipelines, joined.
#[derive(Debug)]
pub(crate) struct Graph {
    /// The number of the configuration that it was made of: 1 for the one that the process started with.
    pub(crate) generation: u64,
    pub(crate) pipelines: Vec<PipelinePlan>,
    /// Every place at which requests are put together.
    pub(crate) batches: Vec<BatchPlan>,
    pub(crate) limiters: Vec<LimiterPlan>,
}

/// One pipeline: its steps in order, and where it ends.
#[derive(Debug)]
pub(crate) struct PipelinePlan {
    pub(crate) id: ComponentId,
    pub(crate) signal: Signal,
    pub(crate) steps: Vec<Step>,
    /// Exporters, in the order of the file.
    pub(crate) exporters: Vec<ComponentId>,
    /// Connectors, in the order of the file.
    pub(crate) junctions: Vec<Junction>,
    pub(crate) counts: Arc<PipelineCounts>,
    /// What must not be left in anything that leaves it.
    pub(crate) ensures: Vec<Arc<Ensured>>,
}

/// A processor at its place.
#[derive(Debug)]
pub(crate) enum Step {
    Policy {
        stage: Arc<StagePlan>,
        /// Where new telemetry of the policy goes on: behind it. None if it makes none.
        behind: Option<Entry>,
    },
    /// The number of its batch.
    Batch(usize),
    Limiter(Arc<LimiterCounts>),
}

/// The connector that a pipeline ends in, at its place.
#[derive(Debug)]
pub(crate) struct Junction {
    /// None is `forward`.
    pub(crate) stage: Option<Arc<StagePlan>>,
    /// Pipelines of the same signal that it feeds: each from its start.
    pub(crate) feeds: Vec<Place>,
    /// For each route of the manifest, the pipeline that it names.
    pub(crate) routes: Vec<usize>,
    /// Where new telemetry goes, by its signal.
    pub(crate) derived: Vec<Entry>,
}

/// A `batch` processor at its place.
#[derive(Debug)]
pub(crate) struct BatchPlan {
    pub(crate) settings: Batch,
    /// The pipeline that it stands in.
    pub(crate) pipeline: usize,
    /// Where batches go on.
    pub(crate) behind: Arc<Entry>,
    pub(crate) counts: Arc<BatchCounts>,
}

/// A `memory_limiter`.
#[derive(Debug)]
pub(crate) struct LimiterPlan {
    pub(crate) settings: MemoryLimiter,
    pub(crate) counts: Arc<LimiterCounts>,
}

/// A place in the graph: before a step of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) pipeline: usize,
    pub(crate) step: usize,
}

/// Where bytes enter the graph, and what is looked up in them.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) signal: Signal,
    pub(crate) places: Vec<Place>,
    /// Fields that any policy on any way from here asks for. None if no policy is called: then nobody looks inside.
    pub(crate) wanted: Option<Fields>,
}

impl Graph {
    /// Joins the pipelines of `config`; none if they go in a circle.
    pub(crate) fn new(
        config: &Config,
        policies: &Policies,
        counts: &Known,
        problems: &mut Vec<PlanProblem>,
    ) -> Option<Self> {
        let known: Vec<_> = config
            .pipelines
            .iter()
            .filter_map(|pipeline| Some((signal_of(&pipeline.id)?, pipeline)))
            .collect();
        problems.extend(joints::problems(config, &known, policies));
        let mut graph = build(config, policies, known, counts);
        if graph.goes_in_circles() {
            problems.extend(joints::circle(config));
            return None;
        }
        graph.look_ahead();
        graph.ensure();
        Some(graph)
    }

    /// The limiters on any way from these places.
    pub(crate) fn limiters_from(&self, places: &[Place]) -> Vec<Arc<LimiterCounts>> {
        let mut found: Vec<Arc<LimiterCounts>> = Vec::new();
        let mut seen = HashSet::new();
        let mut next: Vec<usize> = places.iter().map(|place| place.pipeline).collect();
        while let Some(index) = next.pop() {
            let Some(pipeline) = self.pipelines.get(index).filter(|_| seen.insert(index)) else {
                continue;
            };
            for step in &pipeline.steps {
                if let Step::Limiter(counts) = step
                    && !found.iter().any(|known| Arc::ptr_eq(known, counts))
                {
                    found.push(Arc::clone(counts));
                }
            }
            next.extend(pipeline.junctions.iter().flat_map(Junction::leads_to));
        }
        found
    }
}

impl Graph {
    /// The stages on any way from these places that reject what they fail for.
    pub(crate) fn rejecting_from(&self, places: &[Place]) -> Vec<Arc<StagePlan>> {
        let mut found: Vec<Arc<StagePlan>> = Vec::new();
        let mut seen = HashSet::new();
        let mut next: Vec<usize> = places.iter().map(|place| place.pipeline).collect();
        while let Some(index) = next.pop() {
            let Some(pipeline) = self.pipelines.get(index).filter(|_| seen.insert(index)) else {
                continue;
            };
            let steps = pipeline.steps.iter().filter_map(|step| match step {
                Step::Policy { stage, .. } => Some(stage),
                Step::Batch(_) | Step::Limiter(_) => None,
            });
            let junctions = pipeline.junctions.iter();
            let junctions = junctions.filter_map(|junction| junction.stage.as_ref());
            let rejects = |stage: &&Arc<StagePlan>| stage.policy.on_error == OnError::Reject;
            found.extend(steps.chain(junctions).filter(rejects).cloned());
            next.extend(pipeline.junctions.iter().flat_map(Junction::leads_to));
        }
        found
    }
}

impl Junction {
    /// Every pipeline that something from here may reach next; one may stand there twice.
    pub(crate) fn leads_to(&self) -> impl Iterator<Item = usize> {
        let derived = self.derived.iter().flat_map(|entry| &entry.places);
        self.feeds.iter().chain(derived).map(|place| place.pipeline)
    }

    /// Whether its policy can change nothing of what it is shown, and nothing goes on from it.
    pub(crate) fn only_looks(&self, signal: Signal) -> bool {
        let Some(stage) = &self.stage else {
            return false;
        };
        let policy = &stage.policy;
        let changes = |access: &Access| !access.writes.is_empty() || access.drops || access.adds;
        policy.consumes() && !policy.manifest.of(signal).is_some_and(changes)
    }
}

/// The signal of a pipeline's id.
pub(crate) fn signal_of(pipeline: &ComponentId) -> Option<Signal> {
    Signal::ALL
        .into_iter()
        .find(|signal| signal.as_str() == pipeline.kind)
}
