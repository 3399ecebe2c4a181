//! A policy's exports: what every policy has, and what one may have.

use wasmtime::component::InstancePre;
use wasmtime::{Engine, Store};

use crate::bindings::exports::tollgate::policy::{explanation, policy};
use crate::guest::Guest;

/// A component that is linked, and where its exports are.
pub(crate) struct GatekeeperPre {
    instance: InstancePre<Guest>,
    policy: policy::GuestIndices,
    explanation: Option<explanation::GuestIndices>,
}

/// The exports of one instance.
pub(crate) struct Gatekeeper {
    pub(crate) policy: policy::Guest,
    pub(crate) explanation: Option<explanation::Guest>,
}

impl GatekeeperPre {
    pub(crate) fn new(instance: InstancePre<Guest>) -> wasmtime::Result<Self> {
        Ok(Self {
            policy: policy::GuestIndices::new(&instance)?,
            // What is exported under that name has the right types: it was checked when the component was loaded.
            explanation: explanation::GuestIndices::new(&instance).ok(),
            instance,
        })
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.instance.engine()
    }

    pub(crate) fn instantiate(&self, store: &mut Store<Guest>) -> wasmtime::Result<Gatekeeper> {
        let instance = self.instance.instantiate(&mut *store)?;
        let explanation = self.explanation.as_ref();
        Ok(Gatekeeper {
            policy: self.policy.load(&mut *store, &instance)?,
            explanation: explanation
                .map(|indices| indices.load(&mut *store, &instance))
                .transpose()?,
        })
    }
}
