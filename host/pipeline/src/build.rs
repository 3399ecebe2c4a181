//! Making the graph of a configuration whose policies are configured.

use std::sync::Arc;

use tollgate_config::{Batch, ComponentId, Config, Connector, MemoryLimiter, Pipeline, Processor};
use tollgate_record::Signal;
use tollgate_telemetry::Known;

use crate::graph::{BatchPlan, Entry, Graph, Junction, LimiterPlan, PipelinePlan, Place, Step};
use crate::plan::Policies;
use crate::policy::{ConfiguredPolicy, StagePlan};

/// The graph of these pipelines. Nobody has looked ahead in it yet.
pub(crate) fn build(
    config: &Config,
    policies: &Policies,
    known: Vec<(Signal, &Pipeline)>,
    counts: &Known,
) -> Graph {
    let mut builder = Builder {
        config,
        policies,
        known,
        counts,
        batches: Vec::new(),
        limiters: Vec::new(),
    };
    let all = 0..builder.known.len();
    let pipelines = all.filter_map(|index| builder.pipeline(index)).collect();
    Graph {
        generation: 1,
        pipelines,
        batches: builder.batches,
        limiters: builder.limiters.into_iter().map(|(_, plan)| plan).collect(),
    }
}

/// Makes pipelines of their configurations.
struct Builder<'c> {
    config: &'c Config,
    policies: &'c Policies,
    known: Vec<(Signal, &'c Pipeline)>,
    counts: &'c Known,
    batches: Vec<BatchPlan>,
    limiters: Vec<(&'c ComponentId, LimiterPlan)>,
}

impl<'c> Builder<'c> {
    fn pipeline(&mut self, index: usize) -> Option<PipelinePlan> {
        let (signal, written) = *self.known.get(index)?;
        let mut steps = Vec::new();
        for id in &written.processors {
            let Some((id, processor)) =
                self.config.processors.iter().find(|(known, _)| known == id)
            else {
                continue;
            };
            match processor {
                Processor::Policy(_) => {
                    let policy = self.policies.processors.iter();
                    let place = steps.len();
                    steps.extend(policy.filter(|policy| policy.id == *id).map(|policy| {
                        Step::Policy {
                            stage: self.stage(&written.id, &format!("{place}"), policy),
                            behind: None,
                        }
                    }));
                }
                Processor::Batch(settings) => {
                    let place = Place {
                        pipeline: index,
                        step: steps.len().saturating_add(1),
                    };
                    steps.push(self.batch(id, settings, signal, place));
                }
                Processor::MemoryLimiter(settings) => steps.push(self.limiter(id, *settings)),
            }
        }
        let is_connector = |id: &ComponentId| self.config.connectors.iter().any(|(c, _)| c == id);
        let exporters = written.exporters.iter().filter(|id| !is_connector(id));
        let exporters = exporters.cloned().collect();
        let junctions: Vec<_> = written
            .exporters
            .iter()
            .filter_map(|id| self.junction(id, &written.id, signal))
            .collect();
        let stages = steps.iter().filter_map(|step| match step {
            Step::Policy { stage, .. } => Some(Arc::clone(&stage.counts)),
            Step::Batch(_) | Step::Limiter(_) => None,
        });
        let connectors = junctions.iter().filter_map(|own| own.stage.as_ref());
        let connectors = connectors.map(|stage| Arc::clone(&stage.counts));
        let counts = self.counts.pipeline(
            &written.id.to_string(),
            stages.collect(),
            connectors.collect(),
        );
        Some(PipelinePlan {
            id: written.id.clone(),
            signal,
            steps,
            exporters,
            junctions,
            counts,
            ensures: Vec::new(),
        })
    }

    fn stage(
        &self,
        pipeline: &ComponentId,
        place: &str,
        policy: &Arc<ConfiguredPolicy>,
    ) -> Arc<StagePlan> {
        let counts = self
            .counts
            .stage(&pipeline.to_string(), place, policy.counts());
        Arc::new(StagePlan::new(policy, counts))
    }

    fn batch(
        &mut self,
        id: &'c ComponentId,
        settings: &Batch,
        signal: Signal,
        behind: Place,
    ) -> Step {
        let counts = self.counts.batch(&id.to_string());
        self.batches.push(BatchPlan {
            settings: settings.clone(),
            pipeline: behind.pipeline,
            behind: Arc::new(Entry {
                signal,
                places: vec![behind],
                wanted: None,
            }),
            counts,
        });
        Step::Batch(self.batches.len().saturating_sub(1))
    }

    fn limiter(&mut self, id: &'c ComponentId, settings: MemoryLimiter) -> Step {
        let known = self.limiters.iter().find(|(known, _)| *known == id);
        if let Some((_, plan)) = known {
            return Step::Limiter(Arc::clone(&plan.counts));
        }
        let counts = self.counts.limiter(&id.to_string());
        let plan = LimiterPlan {
            settings,
            counts: Arc::clone(&counts),
        };
        self.limiters.push((id, plan));
        Step::Limiter(counts)
    }

    /// The connector `id` at the end of a pipeline of `signal`; none if it is no connector.
    fn junction(
        &self,
        id: &ComponentId,
        pipeline: &ComponentId,
        signal: Signal,
    ) -> Option<Junction> {
        let (_, connector) = self
            .config
            .connectors
            .iter()
            .find(|(known, _)| known == id)?;
        let fed = |signal: Signal| {
            let all = self.known.iter().enumerate();
            all.filter(move |(_, (of, pipeline))| *of == signal && pipeline.receivers.contains(id))
                .map(|(pipeline, _)| Place { pipeline, step: 0 })
        };
        let mut junction = Junction {
            stage: None,
            feeds: fed(signal).collect(),
            routes: Vec::new(),
            derived: Vec::new(),
        };
        if matches!(connector, Connector::Forward) {
            return Some(junction);
        }
        let mut policies = self.policies.connectors.iter();
        let policy = policies.find(|policy| policy.id == *id)?;
        if policy.consumes() {
            junction.feeds.clear();
        }
        let index_of = |route: &String| {
            let mut known = self.known.iter();
            known.position(|(_, pipeline)| pipeline.id.to_string() == *route)
        };
        // A route to nowhere has been told of.
        let routes = policy.manifest.routes.iter().map(index_of);
        junction.routes = routes.map(|route| route.unwrap_or(usize::MAX)).collect();
        for signal in &policy.manifest.emits {
            let places: Vec<_> = fed(*signal).collect();
            let is_new = junction.derived.iter().all(|known| known.signal != *signal);
            if is_new && !places.is_empty() {
                junction.derived.push(Entry {
                    signal: *signal,
                    places,
                    wanted: None,
                });
            }
        }
        junction.stage = Some(self.stage(pipeline, &format!("connector {id}"), policy));
        Some(junction)
    }
}
