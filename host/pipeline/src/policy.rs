//! A policy under one configuration, and its place in the graph.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tollgate_config::{ComponentId, OnError};
use tollgate_record::{Access, InstrumentKind, Signal};
use tollgate_sandbox::{Component, ConfigureError, Instance, Manifest, StageSettings};
use tollgate_telemetry::{Instrument, Instruments, StageCounts};

use crate::breaker::{Breaker, Change};
use crate::ensure::Ensured;

/// A policy under one configuration. Places that name the same stage share it, with instances of their own.
#[derive(Debug)]
pub(crate) struct ConfiguredPolicy {
    pub(crate) id: ComponentId,
    pub(crate) component: Component,
    pub(crate) settings: Arc<StageSettings>,
    pub(crate) manifest: Manifest,
    pub(crate) on_error: OnError,
    /// What must not be left in anything that passed it, when it leaves the gate.
    pub(crate) ensured: Option<Arc<Ensured>>,
    /// What the policy measures itself; none if its manifest has no instrument.
    pub(crate) instruments: Option<Arc<Instruments>>,
    /// The instance that answered with the manifest: the first lane takes it over.
    spare: Mutex<Option<Instance>>,
}

/// One policy at one place: what it may do there, and what it did.
#[derive(Debug)]
pub(crate) struct StagePlan {
    pub(crate) policy: Arc<ConfiguredPolicy>,
    pub(crate) counts: Arc<StageCounts>,
    pub(crate) breaker: Breaker,
}

impl ConfiguredPolicy {
    /// A policy whose `instance` answered with `manifest`.
    pub(crate) fn new(
        id: ComponentId,
        component: Component,
        settings: Arc<StageSettings>,
        on_error: OnError,
        ensured: Option<Arc<Ensured>>,
        (instance, manifest): (Instance, Manifest),
    ) -> Self {
        Self {
            instruments: instruments(&id, &manifest),
            id,
            component,
            settings,
            manifest,
            on_error,
            ensured,
            spare: Mutex::new(Some(instance)),
        }
    }

    /// An instance that is ready for batches.
    pub(crate) fn instance(&self) -> Result<Instance, ConfigureError> {
        let spare = self.spare.lock().ok().and_then(|mut spare| spare.take());
        match spare {
            Some(instance) => Ok(instance),
            None => Ok(self.component.configure(Arc::clone(&self.settings))?.0),
        }
    }

    /// What a place of it counts, at its beginning.
    pub(crate) fn counts(&self) -> StageCounts {
        StageCounts::new(self.id.to_string(), self.manifest.rules.clone())
            .with_routes(self.manifest.routes.clone())
    }

    /// The rights for `signal`, if there is any reason to call the policy for it. One that asks for nothing could do nothing; one
    /// that routes or emits may want no more of a record than that it is there.
    pub(crate) fn called_for(&self, signal: Signal) -> Option<&Access> {
        let manifest = &self.manifest;
        let speaks = !manifest.routes.is_empty() || !manifest.emits.is_empty();
        manifest
            .of(signal)
            .filter(|access| speaks || !access.is_empty())
    }

    /// Whether records end here, when it stands in a connector: it makes new telemetry of them, and has nowhere to send them.
    pub(crate) fn consumes(&self) -> bool {
        !self.manifest.emits.is_empty() && self.manifest.routes.is_empty()
    }
}

fn instruments(id: &ComponentId, manifest: &Manifest) -> Option<Arc<Instruments>> {
    if manifest.instruments.is_empty() {
        return None;
    }
    let instruments = manifest.instruments.iter().map(|instrument| Instrument {
        name: instrument.name.clone(),
        unit: instrument.unit.clone(),
        description: instrument.description.clone(),
        kind: match instrument.kind {
            InstrumentKind::DeltaSum => tollgate_telemetry::InstrumentKind::Sum,
            InstrumentKind::Histogram => tollgate_telemetry::InstrumentKind::Histogram,
            InstrumentKind::Gauge => tollgate_telemetry::InstrumentKind::Gauge,
        },
    });
    let instruments = instruments.collect();
    Some(Arc::new(Instruments::new(id.to_string(), instruments)))
}

impl StagePlan {
    pub(crate) fn new(policy: &Arc<ConfiguredPolicy>, counts: Arc<StageCounts>) -> Self {
        Self {
            policy: Arc::clone(policy),
            counts,
            breaker: Breaker::new(),
        }
    }

    /// When a request that would come here may come in, if it may not now.
    pub(crate) fn refuses(&self) -> Option<Duration> {
        let after = self.breaker.refuses(&self.counts.breaker)?;
        self.counts.breaker.refused.add(1);
        Some(after)
    }

    /// A batch had no call that succeeded, or it had one.
    pub(crate) fn note(&self, failure: Option<&'static str>) {
        let stage = &self.policy.id;
        let failure_kind = failure.unwrap_or_default();
        match self.breaker.note(failure, &self.counts.breaker) {
            Change::Nothing | Change::StaysOpen(_) => {}
            Change::Opened(pause) => {
                tracing::error!(target: "tollgate", %stage, failure = failure_kind, ?pause, "the stage fails for everything: it is not called for a while");
            }
            Change::Closed => {
                tracing::info!(target: "tollgate", %stage, "the stage works again");
            }
        }
    }
}
