//! What a rehearsal tells.

use std::sync::Arc;

use bytes::Bytes;
use tollgate_config::{ComponentId, OnError, Role};
use tollgate_record::{Emission, Outcome, Signal, Trail, View};

use crate::cargo::{Cargo, Origins};
use crate::graph::{Graph, PipelinePlan};
use crate::policy::StagePlan;

/// Everything that happened to one request.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The signal of the request.
    pub signal: Signal,
    /// How many records came.
    pub records: u32,
    /// Each stage that was shown a batch, in order. One stands there several times if records came to it on several ways.
    pub visits: Vec<Visit>,
    /// What left, at the end of each pipeline that has exporters.
    pub exits: Vec<Exit>,
}

/// Where a stage stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StagePlace {
    /// The pipeline.
    pub pipeline: ComponentId,
    /// Among its processors, or as the connector that it ends in.
    pub role: Role,
    /// The stage.
    pub stage: ComponentId,
    /// Its place among the steps of the pipeline, or among its connectors.
    pub step: usize,
    /// The pipelines that its routes name, by route; of a connector only.
    pub routes: Vec<ComponentId>,
}

/// A request at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its signal.
    pub signal: Signal,
    /// An OTLP export request, in protobuf.
    pub wire: Bytes,
    /// For each of its records, in order: which of the records that came it is. None where a policy made it.
    pub origins: Vec<Option<u32>>,
}

/// A stage that was shown a batch.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Where.
    pub place: StagePlace,
    /// What becomes of records that it fails for.
    pub on_error: OnError,
    /// What it was given.
    pub before: Snapshot,
    /// What it left, also where that ends in it.
    pub after: Snapshot,
    /// Calls of the policy, in order: one, or several where it failed and the batch was cut in halves.
    pub calls: Vec<Call>,
    /// Places in `before` of the records that it failed for.
    pub failed: Vec<u32>,
    /// Places in `before` of the records that it routed, each with its routes.
    pub routed: Vec<(u32, Vec<u32>)>,
    /// Whether the records end here, because the stage makes others of them.
    pub ends_here: bool,
    /// New telemetry.
    pub emitted: Vec<Emission>,
}

/// One call of a policy.
#[derive(Debug, Clone)]
pub struct Call {
    /// The place in the visit's `before` of its first record.
    pub first: u32,
    /// How many records it was shown.
    pub records: u32,
    /// What it was shown.
    pub view: View,
    /// What it answered, if the answer was accepted.
    pub outcome: Option<Outcome>,
    /// Why there is no answer.
    pub failure: Option<CallFailure>,
    /// Why it answered so, where that was asked for and it can tell.
    pub trail: Option<Result<Trail, CallFailure>>,
    /// Instructions that the call took, where the sandbox counts them.
    pub fuel: Option<u64>,
    /// Bytes of memory that the instance holds afterwards.
    pub memory: u64,
}

/// Why a call did not answer. Unlike what the gate logs, this may hold content of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFailure {
    /// As metrics name it.
    pub kind: &'static str,
    /// What happened.
    pub message: String,
    /// What the policy itself said of it.
    pub said: Option<String>,
    /// Functions of the policy, innermost first.
    pub backtrace: Vec<String>,
}

/// What left a pipeline.
#[derive(Debug, Clone)]
pub struct Exit {
    /// The pipeline.
    pub pipeline: ComponentId,
    /// Its exporters.
    pub exporters: Vec<ComponentId>,
    /// What they are given.
    pub snapshot: Snapshot,
    /// Which of the records that came were kept back, because a post-condition of a stage did not hold.
    pub kept_back: Vec<Option<u32>>,
}

impl StagePlace {
    pub(crate) fn step(pipeline: &PipelinePlan, stage: &StagePlan, step: usize) -> Self {
        Self {
            pipeline: pipeline.id.clone(),
            role: Role::Processor,
            stage: stage.policy.id.clone(),
            step,
            routes: Vec::new(),
        }
    }

    pub(crate) fn junction(
        graph: &Graph,
        pipeline: &PipelinePlan,
        stage: &StagePlan,
        junction: usize,
    ) -> Self {
        let routes = pipeline.junctions.get(junction).into_iter();
        let routes = routes.flat_map(|own| &own.routes);
        let routes = routes.filter_map(|route| graph.pipelines.get(*route));
        Self {
            pipeline: pipeline.id.clone(),
            role: Role::Connector,
            stage: stage.policy.id.clone(),
            step: junction,
            routes: routes.map(|fed| fed.id.clone()).collect(),
        }
    }
}

impl Snapshot {
    /// Of records at a place behind which a client's records are those of `base`.
    pub(crate) fn of(cargo: &Cargo, base: &Origins) -> Self {
        let own = cargo.origins();
        let origin = |record| own.of(record).and_then(|place| base.of(place));
        Self {
            signal: cargo.signal,
            wire: cargo.encode(),
            origins: (0..cargo.records()).map(origin).collect(),
        }
    }
}

/// A stage that is called: at which place it stands, and what it is.
pub(crate) struct Called {
    pub(crate) place: StagePlace,
    pub(crate) stage: Arc<StagePlan>,
}
