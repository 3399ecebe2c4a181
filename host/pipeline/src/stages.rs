//! The stages of one lane: an instance of every policy at every place of the graph.

use std::sync::Arc;

use crate::graph::{Graph, PipelinePlan, Step};
use crate::policy::StagePlan;
use crate::rehearsal::Circumstances;
use crate::stage::Stage;

/// An instance of every policy at every place.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    pipelines: Vec<Own>,
}

/// Those of one pipeline. A step that is no policy has none, and neither has a connector without one.
#[derive(Debug)]
struct Own {
    steps: Vec<Option<Stage>>,
    junctions: Vec<Option<Stage>>,
}

impl Stages {
    /// Those of a graph.
    pub(crate) fn new(graph: &Graph) -> Self {
        Self {
            pipelines: graph.pipelines.iter().map(Own::new).collect(),
        }
    }

    /// Likewise, of which each notes what it does.
    pub(crate) fn rehearsed(graph: &Graph, circumstances: Circumstances) -> Self {
        let mut stages = Self::new(graph);
        for own in &mut stages.pipelines {
            let all = own.steps.iter_mut().chain(&mut own.junctions);
            all.flatten()
                .for_each(|stage| stage.rehearse(circumstances));
        }
        stages
    }

    /// The policy at a step of a pipeline.
    pub(crate) fn step(&mut self, pipeline: usize, step: usize) -> Option<&mut Stage> {
        let own = self.pipelines.get_mut(pipeline)?;
        own.steps.get_mut(step)?.as_mut()
    }

    /// The policy of a connector that a pipeline ends in.
    pub(crate) fn junction(&mut self, pipeline: usize, junction: usize) -> Option<&mut Stage> {
        let own = self.pipelines.get_mut(pipeline)?;
        own.junctions.get_mut(junction)?.as_mut()
    }
}

impl Own {
    fn new(plan: &PipelinePlan) -> Self {
        // A policy that is never called needs no instance.
        let stage = |plan_of: &Arc<StagePlan>| {
            let is_called = plan_of.policy.called_for(plan.signal).is_some();
            is_called.then(|| Stage::new(Arc::clone(plan_of)))
        };
        let of_step = |step: &Step| match step {
            Step::Policy { stage: plan, .. } => stage(plan),
            Step::Batch(_) | Step::Limiter(_) => None,
        };
        Self {
            steps: plan.steps.iter().map(of_step).collect(),
            junctions: plan
                .junctions
                .iter()
                .map(|junction| junction.stage.as_ref().and_then(stage))
                .collect(),
        }
    }
}
