//! Looking ahead in the graph: which fields anybody asks for from a place on, and whether records come back to where they were.

use std::collections::HashMap;
use std::sync::Arc;

use tollgate_record::{Fields, Signal};

use crate::graph::{Entry, Graph, Junction, PipelinePlan, Place, Step};
use crate::policy::StagePlan;

impl Graph {
    /// An entry at these places.
    pub(crate) fn entry(&self, signal: Signal, places: Vec<Place>) -> Entry {
        let mut known = HashMap::new();
        let wanted = places.iter().fold(None, |wanted, place| {
            both(wanted, self.wanted_from(*place, &mut known))
        });
        Entry {
            signal,
            places,
            wanted,
        }
    }

    /// Fills in what depends on what comes behind: the entries of new telemetry and of batches.
    pub(crate) fn look_ahead(&mut self) {
        let mut behind = Vec::new();
        let mut derived = Vec::new();
        for (pipeline, plan) in self.pipelines.iter().enumerate() {
            for (step, own) in plan.steps.iter().enumerate() {
                if let Step::Policy { stage, .. } = own
                    && !stage.policy.manifest.emits.is_empty()
                {
                    let place = Place {
                        pipeline,
                        step: step.saturating_add(1),
                    };
                    behind.push(((pipeline, step), self.entry(plan.signal, vec![place])));
                }
            }
            for (junction, own) in plan.junctions.iter().enumerate() {
                for entry in &own.derived {
                    let entry = self.entry(entry.signal, entry.places.clone());
                    derived.push(((pipeline, junction), entry));
                }
            }
        }
        let batches: Vec<Entry> = self
            .batches
            .iter()
            .map(|batch| self.entry(batch.behind.signal, batch.behind.places.clone()))
            .collect();
        for (batch, entry) in self.batches.iter_mut().zip(batches) {
            batch.behind = Arc::new(entry);
        }
        for ((pipeline, step), entry) in behind {
            let plan = self.pipelines.get_mut(pipeline);
            if let Some(Step::Policy { behind, .. }) =
                plan.and_then(|plan| plan.steps.get_mut(step))
            {
                *behind = Some(entry);
            }
        }
        for ((pipeline, junction), entry) in derived {
            let plan = self.pipelines.get_mut(pipeline);
            let own = plan
                .and_then(|plan| plan.junctions.get_mut(junction))
                .and_then(|junction| {
                    let mut derived = junction.derived.iter_mut();
                    derived.find(|known| known.signal == entry.signal)
                });
            if let Some(own) = own {
                *own = entry;
            }
        }
    }

    /// What is asked for from a place on, up to where requests are put together: they are looked into anew there.
    fn wanted_from(
        &self,
        place: Place,
        known: &mut HashMap<Place, Option<Fields>>,
    ) -> Option<Fields> {
        if let Some(wanted) = known.get(&place) {
            return wanted.clone();
        }
        let mut wanted = None;
        let mut ends_here = false;
        if let Some(pipeline) = self.pipelines.get(place.pipeline) {
            for step in pipeline.steps.iter().skip(place.step) {
                match step {
                    Step::Policy { stage, .. } => wanted = both(wanted, asked(stage, pipeline)),
                    Step::Batch(_) => {
                        ends_here = true;
                        break;
                    }
                    Step::Limiter(_) => {}
                }
            }
            let junctions = pipeline.junctions.iter().filter(|_| !ends_here);
            for junction in junctions {
                if let Some(stage) = &junction.stage {
                    wanted = both(wanted, asked(stage, pipeline));
                }
                for place in &junction.feeds {
                    wanted = both(wanted, self.wanted_from(*place, known));
                }
            }
        }
        known.insert(place, wanted.clone());
        wanted
    }

    /// Whether connectors hand records on in a circle.
    pub(crate) fn goes_in_circles(&self) -> bool {
        // Whoever has nobody before it goes first; in a circle everybody has somebody.
        let mut before = vec![0_usize; self.pipelines.len()];
        let leads_to = |index: usize| {
            let plan = self.pipelines.get(index);
            plan.into_iter()
                .flat_map(|plan| plan.junctions.iter().flat_map(Junction::leads_to))
                .collect::<Vec<_>>()
        };
        for next in (0..self.pipelines.len()).flat_map(leads_to) {
            if let Some(count) = before.get_mut(next) {
                *count = count.saturating_add(1);
            }
        }
        let is_free = |(index, count): (usize, &usize)| (*count == 0).then_some(index);
        let mut free: Vec<usize> = before.iter().enumerate().filter_map(is_free).collect();
        let mut gone = 0_usize;
        while let Some(index) = free.pop() {
            gone = gone.saturating_add(1);
            for next in leads_to(index) {
                if let Some(count) = before.get_mut(next) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        free.push(next);
                    }
                }
            }
        }
        gone < self.pipelines.len()
    }
}

fn asked(stage: &StagePlan, pipeline: &PipelinePlan) -> Option<Fields> {
    let access = stage.policy.called_for(pipeline.signal)?;
    Some(access.reads.union(&access.writes))
}

fn both(one: Option<Fields>, other: Option<Fields>) -> Option<Fields> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.union(&other)),
        (one, other) => one.or(other),
    }
}
