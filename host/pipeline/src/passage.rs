//! The data path, from top to bottom: index, then project, call, check and apply for each stage on each way, then encode.
//!
//! [`Cleared`] is made here and nowhere else, and exporters take nothing but that: a record that a stage did not finish cannot
//! leave. What waits to be put together with other requests is [`Parked`], and comes back here before it is cleared. What comes back
//! from a queue was cleared before it was put there: a queue hands out nothing without the stamp that it was given here.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tollgate_queue::{Frame, NewFrame, Stamp};
use tollgate_record::{Emission, Malformed, RequestContext, Signal};

use crate::account::{Account, Accounts, Book, add};
use crate::cargo::{Cargo, Load, Origins};
use crate::ensure;
use crate::graph::{Entry, Graph, PipelinePlan, Place, Step};
use crate::policy::StagePlan;
use crate::rehearsal::{Called, StagePlace, Witness};
use crate::stages::Stages;

/// What every stage on its way has finished, ready for exporters.
#[derive(Debug, Clone)]
pub struct Cleared {
    signal: Signal,
    wire: Bytes,
    records: u32,
    stamp: Arc<Stamp>,
    context: Option<Arc<RequestContext>>,
}

impl Cleared {
    /// What a queue kept. Nobody but a store makes frames, and it makes them of what it can prove that it was given.
    pub(crate) fn restored(frame: &Frame) -> Self {
        Self {
            signal: frame.signal(),
            wire: frame.wire().clone(),
            records: frame.records(),
            stamp: Arc::clone(frame.stamp()),
            context: frame.context().cloned(),
        }
    }

    /// What is left of it once some of its records are settled: a part of its own bytes.
    pub(crate) fn rest(&self, wire: Bytes, records: u32) -> Self {
        Self {
            wire,
            records,
            ..self.clone()
        }
    }

    /// One request of several, of which a queue kept each.
    pub(crate) fn together(all: &[Self]) -> Option<Self> {
        let (first, others) = all.split_first()?;
        if others.is_empty() {
            return Some(first.clone());
        }
        let wires: Vec<&[u8]> = all.iter().map(|one| &*one.wire).collect();
        let records = all.iter().map(|one| one.records);
        Some(Self {
            wire: wires.concat().into(),
            records: records.fold(0, u32::saturating_add),
            ..first.clone()
        })
    }

    /// For a queue.
    pub(crate) fn frame(&self) -> NewFrame {
        NewFrame {
            signal: self.signal,
            records: self.records,
            stamp: Arc::clone(&self.stamp),
            wire: self.wire.clone(),
            context: self.context.clone(),
        }
    }

    /// Which configuration cleared it, and which policies.
    #[must_use]
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// What is known of the client, if it was one client and is known still.
    pub(crate) fn context(&self) -> Option<&Arc<RequestContext>> {
        self.context.as_ref()
    }

    /// The signal of the records.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// The OTLP export request, in protobuf.
    #[must_use]
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }

    /// How many records are left.
    #[must_use]
    pub fn records(&self) -> u32 {
        self.records
    }
}

/// Records that have come to a place where requests are put together.
#[derive(Debug)]
pub(crate) struct Parked {
    /// The number of the batch.
    pub(crate) batch: usize,
    pub(crate) load: Load,
    pub(crate) records: u32,
    pub(crate) origins: Origins,
}

/// A request after all stages on all its ways.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// Records that came.
    pub(crate) received: u32,
    /// What became of records, by pipeline.
    pub(crate) accounts: Accounts,
    /// What is ready for the exporters of a pipeline.
    pub(crate) cleared: Vec<(usize, Cleared)>,
    /// What waits for other requests.
    pub(crate) parked: Vec<Parked>,
    /// Places in the request of the records that a stage could not judge.
    pub(crate) rejected: Vec<u32>,
    /// When to send all of it again, if a stage that was not called keeps it from going on.
    pub(crate) later: Option<Duration>,
}

/// Passes one request through the stages on all ways from an entry.
pub(crate) fn pass(
    graph: &Graph,
    stages: &mut Stages,
    entry: &Entry,
    load: &Load,
) -> Result<Passed, Malformed> {
    walk(graph, stages, entry, load, None)
}

/// Likewise, and somebody may watch.
pub(crate) fn walk(
    graph: &Graph,
    stages: &mut Stages,
    entry: &Entry,
    load: &Load,
    witness: Option<&mut Witness>,
) -> Result<Passed, Malformed> {
    let cargo = Cargo::new(entry, load)?;
    let mut walk = Walk {
        graph,
        stages,
        load,
        witness,
        passed: Passed {
            received: cargo.records(),
            ..Passed::default()
        },
    };
    walk.spread(&entry.places, cargo);
    Ok(walk.passed)
}

/// One request on its ways.
pub(crate) struct Walk<'w> {
    pub(crate) graph: &'w Graph,
    pub(crate) stages: &'w mut Stages,
    pub(crate) load: &'w Load,
    /// Nobody but in a rehearsal.
    pub(crate) witness: Option<&'w mut Witness>,
    pub(crate) passed: Passed,
}

impl Walk<'_> {
    /// Sends records to several places: each has its own overlay, over the same bytes.
    pub(crate) fn spread(&mut self, places: &[Place], cargo: Cargo) {
        let Some((last, rest)) = places.split_last() else {
            return;
        };
        for place in rest {
            self.go(*place, cargo.clone());
        }
        self.go(*last, cargo);
    }

    /// From a place to the end of its pipeline. Each stage sees what the one before left.
    pub(crate) fn go(&mut self, place: Place, mut cargo: Cargo) {
        let Some(plan) = self.graph.pipelines.get(place.pipeline) else {
            return;
        };
        if place.step == 0 {
            let received = cargo.records();
            add(&mut self.account(place.pipeline).received, received);
        }
        for (number, step) in plan.steps.iter().enumerate().skip(place.step) {
            if cargo.records() == 0 {
                return;
            }
            match step {
                Step::Limiter(counts) => {
                    let records = u64::from(cargo.records());
                    counts.accepted.of(cargo.signal).add(records);
                }
                Step::Batch(batch) => {
                    self.park(*batch, &cargo);
                    return;
                }
                Step::Policy { stage, behind } => {
                    let emissions = self.stage(plan, (place.pipeline, number), stage, &mut cargo);
                    cargo.trail.push(stage.policy.component.sha256());
                    let emitted = self.emit(behind.as_slice(), &emissions, &cargo.trail);
                    stage.counts.emitted.add(emitted);
                    add(&mut self.account(place.pipeline).created, emitted);
                }
            }
        }
        self.leave(place.pipeline, cargo);
    }

    /// A policy among the processors; what it emits.
    fn stage(
        &mut self,
        plan: &PipelinePlan,
        (pipeline, step): (usize, usize),
        own: &Arc<StagePlan>,
        cargo: &mut Cargo,
    ) -> Vec<Emission> {
        let is_derived = cargo.is_derived;
        let before = self.witness.as_ref().map(|witness| witness.snapshot(cargo));
        let Some((stage, batch)) = self.stages.step(pipeline, step).zip(cargo.batch()) else {
            return Vec::new();
        };
        let mut book = Book {
            account: self.passed.accounts.of(pipeline),
            rejected: &mut self.passed.rejected,
            is_derived,
            later: &mut self.passed.later,
            ends_here: false,
        };
        let emissions = stage.pass(batch, &mut book).emissions;
        let notes = stage.take_notes();
        if let Some(((witness, before), notes)) = self.witness.as_mut().zip(before).zip(notes) {
            let place = StagePlace::step(plan, own, step);
            witness.visited(
                Called {
                    place,
                    stage: Arc::clone(own),
                },
                before,
                cargo,
                notes,
                &emissions,
            );
        }
        self.settle(pipeline, cargo);
        emissions
    }

    /// The end of a pipeline: its exporters, and its connectors, each with a copy of its own.
    fn leave(&mut self, pipeline: usize, mut cargo: Cargo) {
        let Some(plan) = self.graph.pipelines.get(pipeline) else {
            return;
        };
        let records = cargo.records();
        if records == 0 {
            return;
        }
        // The first of its ends takes what came; each other one takes a copy.
        let exporters = usize::from(!plan.exporters.is_empty());
        let account = self.account(pipeline);
        for _ in plan
            .junctions
            .iter()
            .skip(1_usize.saturating_sub(exporters))
        {
            add(&mut account.copied, records);
        }
        let ensured = (!plan.exporters.is_empty()).then(|| self.ensured(pipeline, plan, &cargo));
        if let Some((wire, records)) = ensured.filter(|(_, records)| *records > 0) {
            let cleared = Cleared {
                signal: cargo.signal,
                wire,
                records,
                stamp: Arc::new(Stamp {
                    generation: self.graph.generation,
                    policies: cargo.trail.clone(),
                }),
                context: Some(Arc::clone(&self.load.context)),
            };
            self.passed.cleared.push((pipeline, cleared));
        }
        let Some((last, rest)) = plan.junctions.split_last() else {
            return;
        };
        for (number, junction) in rest.iter().enumerate() {
            if junction.only_looks(plan.signal) {
                self.consume((pipeline, number), junction, &mut cargo);
            } else {
                self.join((pipeline, number), junction, cargo.clone());
            }
        }
        self.join((pipeline, rest.len()), last, cargo);
    }

    /// What leaves a pipeline, without what breaks a post-condition: that is rejected like what a stage could not judge.
    fn ensured(&mut self, pipeline: usize, plan: &PipelinePlan, cargo: &Cargo) -> (Bytes, u32) {
        let (wire, records) = (cargo.encode(), cargo.records());
        if plan.ensures.is_empty() {
            if let Some(witness) = &mut self.witness {
                witness.left(plan, cargo, wire.clone(), &[]);
            }
            return (wire, records);
        }
        let checked = ensure::check(plan, cargo.signal, wire, records);
        if let Some(witness) = &mut self.witness {
            witness.left(plan, cargo, checked.wire.clone(), &checked.rejected);
        }
        let rejected = u32::try_from(checked.rejected.len()).unwrap_or(records);
        if rejected > 0 {
            add(&mut self.account(pipeline).rejected, rejected);
            let origins = cargo.origins();
            let own = checked.rejected.iter();
            self.passed
                .rejected
                .extend(own.filter_map(|record| origins.of(*record)));
        }
        (checked.wire, records.saturating_sub(rejected))
    }

    fn park(&mut self, batch: usize, cargo: &Cargo) {
        self.passed.parked.push(Parked {
            batch,
            load: Load {
                wire: cargo.encode(),
                ..self.load.clone()
            },
            records: cargo.records(),
            origins: cargo.origins(),
        });
    }

    /// Ends a stage, so that the next one sees what it added.
    pub(crate) fn settle(&mut self, pipeline: usize, cargo: &mut Cargo) {
        let records = cargo.records();
        if let Err(error) = cargo.settle() {
            tracing::error!(target: "tollgate", %error, records, "a defect of the host; the records are rejected");
            add(&mut self.account(pipeline).rejected, records);
        }
    }

    pub(crate) fn account(&mut self, pipeline: usize) -> &mut Account {
        self.passed.accounts.of(pipeline)
    }
}
