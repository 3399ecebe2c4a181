//! Policies under test: in the sandbox, as the host runs them, and natively.

use std::path::Path;
use std::sync::Arc;

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
        Batch::index(
            Signal::Logs,
            wire.clone(),
            Arc::default(),
            &self.wanted,
            &Limits::default(),
        )
        .expect("a request")
    }

    fn access(&self) -> &Access {
        self.manifest.of(Signal::Logs).expect("it takes logs")
    }
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
        let access = self.policy.access();
        batch.project(access, 0..batch.records(), &mut self.view);
        let outcome = self.instance.process(&self.view).expect("an outcome");
        let changes = batch
            .check(
                &self.view,
                access,
                self.policy.manifest.rules.len(),
                outcome,
            )
            .expect("an honest outcome");
        batch.apply(vec![changes]);
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
