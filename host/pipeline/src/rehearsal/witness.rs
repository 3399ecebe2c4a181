//! Watching a passage.

use tollgate_record::{Batch, Emission, Outcome, Refusal, Routed, Trail, TrailMistake, View};
use tollgate_sandbox::{Failure, Instance};

use super::Circumstances;
use super::seen::{Call, CallFailure, Called, Exit, Seen, Snapshot, Visit};
use crate::cargo::{Cargo, Load, Origins};
use crate::graph::PipelinePlan;
use crate::passage::Parked;
use crate::policy::ConfiguredPolicy;

/// Sees one walk through the graph.
#[derive(Debug)]
pub(crate) struct Witness {
    /// What the records of the request that walks are among those that came.
    base: Origins,
    visits: Vec<Visit>,
    exits: Vec<Exit>,
}

/// What a stage of a rehearsal notes of the batch that it is at.
#[derive(Debug)]
pub(crate) struct Notes {
    circumstances: Circumstances,
    /// What is asked for reasons: an instance of its own, so that the answers do not depend on whether somebody asks.
    witness: Option<Instance>,
    /// Ordinals of the records of the batch.
    ordinals: Vec<u32>,
    calls: Vec<Call>,
    failed: Vec<u32>,
    routed: Vec<(u32, Vec<u32>)>,
}

impl Witness {
    pub(crate) fn new(base: Origins) -> Self {
        Self {
            base,
            visits: Vec::new(),
            exits: Vec::new(),
        }
    }

    pub(crate) fn snapshot(&self, cargo: &Cargo) -> Snapshot {
        Snapshot::of(cargo, &self.base)
    }

    /// A stage has judged `cargo`, which is settled or ends there.
    pub(crate) fn visited(
        &mut self,
        called: Called,
        before: Snapshot,
        cargo: &Cargo,
        notes: Notes,
        emitted: &[Emission],
    ) {
        let mut left = cargo.clone();
        // If that fails the walk fails in the same way, and says so.
        let _ = left.settle();
        let policy = &called.stage.policy;
        self.visits.push(Visit {
            place: called.place,
            on_error: policy.on_error,
            before,
            after: self.snapshot(&left),
            calls: notes.calls,
            failed: notes.failed,
            routed: notes.routed,
            ends_here: policy.consumes(),
            emitted: emitted.to_vec(),
        });
    }

    /// Records have come to the end of a pipeline that has exporters; which of them, by place, a post-condition kept back.
    pub(crate) fn left(
        &mut self,
        pipeline: &PipelinePlan,
        cargo: &Cargo,
        wire: bytes::Bytes,
        kept_back: &[u32],
    ) {
        let own = cargo.origins();
        let origin = |record| own.of(record).and_then(|place| self.base.of(place));
        let stays = |record: &u32| !kept_back.contains(record);
        self.exits.push(Exit {
            pipeline: pipeline.id.clone(),
            exporters: pipeline.exporters.clone(),
            snapshot: Snapshot {
                signal: cargo.signal,
                wire,
                origins: (0..cargo.records()).filter(stays).map(origin).collect(),
            },
            kept_back: kept_back.iter().map(|record| origin(*record)).collect(),
        });
    }

    /// What waits for other requests, as it goes on from there.
    pub(crate) fn placed(&self, parked: Parked) -> (Parked, Origins) {
        let derived = parked.load.is_derived;
        let origin = |record| {
            let own = parked.origins.of(record);
            own.and_then(|place| self.base.of(place))
        };
        let origins = (0..parked.records).map(origin).collect();
        let load = Load {
            is_derived: derived || parked.origins == Origins::Nowhere,
            ..parked.load.clone()
        };
        (Parked { load, ..parked }, Origins::Listed(origins))
    }

    /// Tells it.
    pub(crate) fn tell(self, seen: &mut Seen) {
        seen.visits.extend(self.visits);
        seen.exits.extend(self.exits);
    }
}

impl Notes {
    pub(crate) fn new(circumstances: Circumstances) -> Self {
        Self {
            circumstances,
            witness: None,
            ordinals: Vec::new(),
            calls: Vec::new(),
            failed: Vec::new(),
            routed: Vec::new(),
        }
    }

    /// Time and randomness of a call.
    pub(crate) fn circumstances(&self) -> Circumstances {
        self.circumstances
    }

    /// The stage begins with a batch.
    pub(crate) fn begin(&mut self, batch: &Batch) {
        self.ordinals = batch.live_ordinals(0..batch.records()).collect();
    }

    /// The place of a record among those that the stage was given.
    fn place(&self, ordinal: u32) -> u32 {
        let place = self.ordinals.partition_point(|known| *known < ordinal);
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// The policy was called with the records from an ordinal on, and answered with what was accepted.
    pub(crate) fn called(
        &mut self,
        part: &std::ops::Range<u32>,
        view: &View,
        answer: Result<Outcome, CallFailure>,
        instance: &Instance,
        policy: &ConfiguredPolicy,
    ) {
        let first = self.place(part.start);
        let (outcome, failure) = match answer {
            Ok(outcome) => (Some(outcome), None),
            Err(failure) => (None, Some(failure.told(instance))),
        };
        let trail = outcome.as_ref().and_then(|_| self.trail(policy, view));
        self.calls.push(Call {
            first,
            records: self.place(part.end).saturating_sub(first),
            view: view.clone(),
            outcome,
            failure,
            trail,
            fuel: instance.last_fuel(),
            memory: instance.memory(),
        });
    }

    /// Asks for reasons.
    fn trail(
        &mut self,
        policy: &ConfiguredPolicy,
        view: &View,
    ) -> Option<Result<Trail, CallFailure>> {
        if !self.circumstances.explain {
            return None;
        }
        let mut instance = match self.witness.take() {
            Some(instance) => instance,
            None => policy.instance().ok()?,
        };
        let trail = match instance.explain(view)? {
            Ok(trail) => trail,
            Err(failure) => return Some(Err(CallFailure::of(&failure).told(&instance))),
        };
        self.witness = Some(instance);
        let checked = trail.check(view, policy.manifest.rules.len());
        Some(match checked {
            Ok(()) => Ok(trail),
            Err(mistake) => Err(CallFailure::unsound(mistake)),
        })
    }

    /// The stage failed for a record.
    pub(crate) fn failed(&mut self, ordinal: u32) {
        let place = self.place(ordinal);
        self.failed.push(place);
    }

    /// Where the stage sends records.
    pub(crate) fn routed(&mut self, routed: &Routed) {
        let listed = self.ordinals.iter().zip(0_u32..);
        let sent =
            listed.filter_map(|(ordinal, place)| Some((place, routed.of(*ordinal)?.to_vec())));
        self.routed = sent.collect();
    }

    /// What was noted; ready for the next batch.
    pub(crate) fn take(&mut self) -> Self {
        let mut fresh = Self::new(self.circumstances);
        fresh.witness = self.witness.take();
        std::mem::replace(self, fresh)
    }
}

impl CallFailure {
    pub(crate) fn of(failure: &Failure) -> Self {
        Self {
            kind: failure.kind(),
            message: failure.to_string(),
            ..Self::default()
        }
    }

    fn unsound(mistake: TrailMistake) -> Self {
        Self {
            kind: "trail_refused",
            message: format!("what it says of its reasons was refused: {mistake}"),
            ..Self::default()
        }
    }

    /// With what the instance that failed is known to have said and done.
    fn told(mut self, instance: &Instance) -> Self {
        if let Some(details) = instance.last_failure_details() {
            self.said.clone_from(&details.said);
            self.backtrace.clone_from(&details.backtrace);
        }
        self
    }

    pub(crate) fn refused(refusal: &Refusal) -> Self {
        Self {
            kind: "outcome_refused",
            message: refusal.to_string(),
            ..Self::default()
        }
    }
}
