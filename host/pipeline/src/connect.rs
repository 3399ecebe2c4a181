//! The part of the way that leads from one pipeline to others: connectors, and the new telemetry of policies.

use std::sync::Arc;

use bytes::Bytes;
use tollgate_record::{Emission, Routed};

use crate::account::{Book, add};
use crate::cargo::{Cargo, Load};
use crate::graph::{Entry, Junction, Place};
use crate::passage::Walk;
use crate::rehearsal::{Called, StagePlace};

impl Walk<'_> {
    /// Through a connector.
    pub(crate) fn join(&mut self, place: (usize, usize), junction: &Junction, mut cargo: Cargo) {
        if junction
            .stage
            .as_ref()
            .is_some_and(|stage| stage.policy.consumes())
        {
            self.consume(place, junction, &mut cargo);
            return;
        }
        let (pipeline, _) = place;
        let routed = self.connect(place, junction, &mut cargo);
        let records = cargo.records();
        add(&mut self.account(pipeline).forwarded, records);
        if !routed.is_empty() {
            self.route(pipeline, junction, &routed, cargo);
            return;
        }
        self.settle(pipeline, &mut cargo);
        self.spread(&junction.feeds, cargo);
    }

    /// Into a connector whose policy makes other telemetry of records: they end there.
    pub(crate) fn consume(
        &mut self,
        place: (usize, usize),
        junction: &Junction,
        cargo: &mut Cargo,
    ) {
        self.connect(place, junction, cargo);
    }

    /// Calls the policy of a connector, if it has one, and sends on what it emits; where records were routed to.
    fn connect(
        &mut self,
        (pipeline, number): (usize, usize),
        junction: &Junction,
        cargo: &mut Cargo,
    ) -> Routed {
        let is_derived = cargo.is_derived;
        let Some(plan) = &junction.stage else {
            return Routed::default();
        };
        let before = self.witness.as_ref().map(|witness| witness.snapshot(cargo));
        // Where no policy asks for anything there is no batch, and this one is a `forward` under another name.
        let Some((stage, batch)) = self.stages.junction(pipeline, number).zip(cargo.batch()) else {
            return Routed::default();
        };
        let mut book = Book {
            account: self.passed.accounts.of(pipeline),
            rejected: &mut self.passed.rejected,
            is_derived,
            later: &mut self.passed.later,
            ends_here: plan.policy.consumes(),
        };
        let passing = stage.pass(batch, &mut book);
        let notes = stage.take_notes();
        if let Some(((witness, before), notes)) = self.witness.as_mut().zip(before).zip(notes)
            && let Some(own) = self.graph.pipelines.get(pipeline)
        {
            let place = StagePlace::junction(self.graph, own, plan, number);
            let called = Called {
                place,
                stage: Arc::clone(plan),
            };
            witness.visited(called, before, cargo, notes, &passing.emissions);
        }
        cargo.trail.push(plan.policy.component.sha256());
        for (route, _) in (0_u32..).zip(&junction.routes) {
            let records = passing.routed.records(route).count();
            plan.counts
                .routed(route as usize, u64::try_from(records).unwrap_or(u64::MAX));
        }
        let emitted = self.emit(&junction.derived, &passing.emissions, &cargo.trail);
        plan.counts.emitted.add(emitted);
        passing.routed
    }

    /// Hands each record to the pipelines that it was routed to, and one without a route to all.
    fn route(&mut self, pipeline: usize, junction: &Junction, routed: &Routed, cargo: Cargo) {
        let leads_to = |feed: &Place, record: u32| {
            let leads_there =
                |route: &u32| junction.routes.get(*route as usize) == Some(&feed.pipeline);
            let set = routed.of(record);
            set.is_none_or(|set| set.iter().any(leads_there))
        };
        let all = cargo.records() as usize;
        let mut whole = Vec::new();
        for feed in &junction.feeds {
            match cargo.count(|record| leads_to(feed, record)) {
                0 => {}
                // Where everything goes one way nothing has to be divided.
                count if count == all => whole.push(*feed),
                _ => {
                    let mut part = cargo.part(|record| leads_to(feed, record));
                    self.settle(pipeline, &mut part);
                    self.go(*feed, part);
                }
            }
        }
        if !whole.is_empty() {
            let mut cargo = cargo;
            self.settle(pipeline, &mut cargo);
            self.spread(&whole, cargo);
        }
    }

    /// New telemetry of a policy enters the graph where its signal goes on; how many records it has.
    pub(crate) fn emit(
        &mut self,
        entries: &[Entry],
        emissions: &[Emission],
        trail: &[[u8; 32]],
    ) -> u64 {
        let mut emitted = 0;
        for entry in entries {
            // Requests of one signal are one request when they stand one behind the other.
            let of_it = emissions
                .iter()
                .filter(|emission| emission.signal == entry.signal);
            let wire: Vec<u8> = of_it
                .flat_map(|emission| &emission.request)
                .copied()
                .collect();
            if wire.is_empty() {
                continue;
            }
            let load = Load {
                wire: Bytes::from(wire),
                context: Arc::clone(&self.load.context),
                is_derived: true,
            };
            match Cargo::new(entry, &load) {
                Ok(mut cargo) => {
                    trail.clone_into(&mut cargo.trail);
                    add(&mut emitted, cargo.records());
                    self.spread(&entry.places, cargo);
                }
                Err(error) => {
                    tracing::error!(target: "tollgate", %error, "new telemetry of a policy was lost");
                }
            }
        }
        emitted
    }
}
