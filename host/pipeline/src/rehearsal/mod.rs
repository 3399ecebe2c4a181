//! A plan at work on a laptop: the same passage as in the gate, without receivers, queues and exporters, and with somebody who watches.
//!
//! [`Rehearsal::pass`] sends one request in and tells everything that happened to it: each stage that was called, what it was shown and
//! what it answered, what left at the end of each pipeline. Nothing here decides anything: what a rehearsal shows is what the gate does.
//! Two things differ so that an answer can be compared with another one: time and randomness are given, and a stage that fails is called
//! again however often it failed.

mod seen;
mod witness;

use std::sync::Arc;

use bytes::Bytes;
use tollgate_config::ComponentId;
use tollgate_record::{Malformed, RequestContext, Signal};

use crate::cargo::{Load, Origins};
use crate::graph::{Entry, Graph, Place, Step};
use crate::passage::{self, Parked};
use crate::plan::{Plan, PlannedStage, Policies};
use crate::stages::Stages;

pub(crate) use seen::Called;
pub use seen::{Call, CallFailure, Exit, Seen, Snapshot, StagePlace, Visit};
pub(crate) use witness::{Notes, Witness};

/// What is the same at every pass.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// Unix time in nanoseconds, as policies are told.
    pub now: u64,
    /// Randomness, as policies are handed it.
    pub seed: u64,
    /// Whether policies that can are asked for the reasons of their answers.
    pub explain: bool,
}

/// A plan, with an instance of every stage.
#[derive(Debug)]
pub struct Rehearsal {
    graph: Arc<Graph>,
    policies: Arc<Policies>,
    /// By signal, the pipelines that requests enter.
    entries: Vec<Arc<Entry>>,
    stages: Stages,
    circumstances: Circumstances,
}

impl Rehearsal {
    /// Makes the stages of a plan ready. Requests enter all pipelines of their signal of which `enters` says so.
    #[must_use]
    pub fn new(
        plan: Plan,
        circumstances: Circumstances,
        enters: impl Fn(&ComponentId) -> bool,
    ) -> Self {
        let (graph, policies) = plan.into_parts();
        let entry = |signal: Signal| {
            let pipelines = graph.pipelines.iter().enumerate();
            let entered = pipelines.filter(|(_, plan)| plan.signal == signal && enters(&plan.id));
            let places: Vec<_> = entered
                .map(|(pipeline, _)| Place { pipeline, step: 0 })
                .collect();
            (!places.is_empty()).then(|| Arc::new(graph.entry(signal, places)))
        };
        let entries = Signal::ALL.into_iter().filter_map(entry).collect();
        let stages = Stages::rehearsed(&graph, circumstances);
        Self {
            graph: Arc::new(graph),
            policies: Arc::new(policies),
            entries,
            stages,
            circumstances,
        }
    }

    /// Another one of the same plan, with instances of its own: for another thread, or for what must not depend on what passed before.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            graph: Arc::clone(&self.graph),
            policies: Arc::clone(&self.policies),
            entries: self.entries.clone(),
            stages: Stages::rehearsed(&self.graph, self.circumstances),
            circumstances: self.circumstances,
        }
    }

    /// Whether a pipeline takes requests of a signal.
    #[must_use]
    pub fn takes(&self, signal: Signal) -> bool {
        self.entries.iter().any(|entry| entry.signal == signal)
    }

    /// Every policy, in the order of the configuration.
    pub fn stages(&self) -> impl Iterator<Item = PlannedStage<'_>> {
        self.policies.stages()
    }

    /// The stages of every pipeline, in the order in which records meet them; a connector stands last.
    #[must_use]
    pub fn places(&self) -> Vec<StagePlace> {
        let mut places = Vec::new();
        for plan in &self.graph.pipelines {
            for (number, step) in plan.steps.iter().enumerate() {
                if let Step::Policy { stage, .. } = step {
                    places.push(StagePlace::step(plan, stage, number));
                }
            }
            for (number, junction) in plan.junctions.iter().enumerate() {
                if let Some(stage) = &junction.stage {
                    places.push(StagePlace::junction(&self.graph, plan, stage, number));
                }
            }
        }
        places
    }

    /// Sends a request in. Where no pipeline takes its signal nothing happens to it: it is neither seen nor let out.
    pub fn pass(
        &mut self,
        signal: Signal,
        wire: Bytes,
        context: Arc<RequestContext>,
    ) -> Result<Seen, Malformed> {
        let mut seen = Seen {
            signal,
            records: tollgate_record::count(signal, &wire)?,
            visits: Vec::new(),
            exits: Vec::new(),
        };
        let Some(entry) = self.entries.iter().find(|entry| entry.signal == signal) else {
            return Ok(seen);
        };
        let load = Load {
            wire,
            context,
            is_derived: false,
        };
        let entry = Arc::clone(entry);
        let mut waiting = self.walk(&entry, &load, Origins::InOrder, &mut seen)?;
        // What waits for other requests in the gate goes on at once here: there are none.
        while let Some((parked, origins)) = waiting.pop() {
            let Some(batch) = self.graph.batches.get(parked.batch) else {
                continue;
            };
            let behind = Arc::clone(&batch.behind);
            waiting.extend(self.walk(&behind, &parked.load, origins, &mut seen)?);
        }
        Ok(seen)
    }

    fn walk(
        &mut self,
        entry: &Entry,
        load: &Load,
        origins: Origins,
        seen: &mut Seen,
    ) -> Result<Vec<(Parked, Origins)>, Malformed> {
        let mut witness = Witness::new(origins);
        let watched = Some(&mut witness);
        let passed = passage::walk(&self.graph, &mut self.stages, entry, load, watched)?;
        let parked = passed.parked.into_iter();
        let parked = parked.map(|parked| witness.placed(parked)).collect();
        witness.tell(seen);
        Ok(parked)
    }
}
