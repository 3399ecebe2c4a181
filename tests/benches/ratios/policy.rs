//! Policies under test: in the sandbox, as the host runs them, and natively.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tollgate_record::{Access, Batch, Fields, Limits, Signal, View};
use tollgate_sandbox::{Component, Instance, Manifest, Sandbox, StageSettings};
use tollgate_sdk::testing::Harness;

/// A stock policy under one configuration.
pub(crate) struct Policy {
    component: Component,
    settings: Arc<StageSettings>,
    manifest: Manifest,
    wanted: Fields,
}

impl Policy {
    /// The machine code that the binary would hold, from where `forge stock` leaves it.
    pub(crate) fn stock(sandbox: &Sandbox, name: &str, config: &str) -> Self {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/policies/{name}.cwasm"));
        let artifact = std::fs::read(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; call `make bench`", path.display()));
        let component = sandbox
            .load_stock(&artifact)
            .expect("a policy for this machine; call `make bench`");
        let settings = Arc::new(StageSettings {
            stage: name.to_owned(),
            config: config.to_owned(),
            ..StageSettings::default()
        });
        let (_, manifest) = component
            .configure(Arc::clone(&settings))
            .expect("a good configuration");
        let access = manifest.of(Signal::Logs).expect("it takes logs");
        let wanted = access.reads.union(&access.writes);
        Self {
            component,
            settings,
            manifest,
            wanted,
        }
    }

    /// A new instance, configured.
    pub(crate) fn instance(&self) -> Instance {
        self.component
            .configure(Arc::clone(&self.settings))
            .expect("a good configuration")
            .0
    }

    /// A place in a pipeline.
    pub(crate) fn stage(&self) -> Stage<'_> {
        Stage {
            policy: self,
            instance: self.instance(),
            view: View::default(),
        }
    }

    /// How many fields it reads.
    pub(crate) fn reads(&self) -> usize {
        self.access().reads.len()
    }

    /// What it is shown of a request.
    pub(crate) fn view(&self, wire: &Bytes) -> View {
        let (batch, mut view) = (self.index(wire), View::default());
        batch.project(self.access(), 0..batch.records(), &mut view);
        view
    }

    /// Indexes a request for this policy alone.
    pub(crate) fn index(&self, wire: &Bytes) -> Batch {
        index(wire, &self.wanted)
    }

    /// What it reads and writes.
    pub(crate) fn wanted(&self) -> &Fields {
        &self.wanted
    }

    fn access(&self) -> &Access {
        self.manifest.of(Signal::Logs).expect("it takes logs")
    }
}

/// Indexes a request for what somebody wants of it.
pub(crate) fn index(wire: &Bytes, wanted: &Fields) -> Batch {
    Batch::index(
        Signal::Logs,
        wire.clone(),
        Arc::default(),
        wanted,
        &Limits::default(),
    )
    .expect("a request")
}

/// A policy at its place in a pipeline.
pub(crate) struct Stage<'p> {
    policy: &'p Policy,
    instance: Instance,
    view: View,
}

impl Stage<'_> {
    /// Project, call, check, apply.
    pub(crate) fn edit(&mut self, batch: &mut Batch) {
        self.steps(batch);
    }

    /// The same, with the time of each.
    pub(crate) fn steps(&mut self, batch: &mut Batch) -> [Duration; 4] {
        let Self {
            policy,
            instance,
            view,
        } = self;
        let access = policy.access();
        let started = Instant::now();
        batch.project(access, 0..batch.records(), view);
        let projected = Instant::now();
        let outcome = instance.process(view).expect("an outcome");
        let called = Instant::now();
        let changes = batch
            .check(view, access, policy.manifest.grant(), outcome)
            .expect("an honest outcome");
        let checked = Instant::now();
        batch.apply(vec![changes]);
        [
            projected - started,
            called - projected,
            checked - called,
            checked.elapsed(),
        ]
    }

    /// Index, stage, encode.
    pub(crate) fn pass(&mut self, wire: &Bytes) -> Bytes {
        let mut batch = self.policy.index(wire);
        self.edit(&mut batch);
        batch.encode()
    }
}

/// The same policy, compiled for this machine.
pub(crate) fn native<P: tollgate_sdk::Policy>(config: &str) -> Harness<P> {
    let config = serde_json::from_str(config).expect("JSON");
    Harness::configure(config).unwrap_or_else(|problems| panic!("{problems:?}"))
}
