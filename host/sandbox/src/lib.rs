//! Where policies run: wasmtime, and everything a guest can reach.
//!
//! A [`Sandbox`] turns the bytes of a WebAssembly component into a [`Component`]: checked against the world of `wit/policy.wit`,
//! which offers three host functions and no WASI, and compiled, at best by an earlier run. [`Component::configure`] makes an
//! [`Instance`] for one stage and lane and returns the policy's [`Manifest`]; [`Instance::process`] shows it a batch.
//!
//! What a guest may take is bounded for every call, set-up included: time (an epoch that a thread moves on), memory (counted from
//! the first page), the bytes of its answer, and the calls of host functions with their bytes. Whatever fails, the store is thrown
//! away: wasmtime refuses some stores after a failure and leaks in others, and a configured instance costs a millisecond.
//!
//! The answer's *form* is checked here; what it *says* is checked by `tollgate_record::Batch::check`, which knows the batch.
//!
//! Texts that a guest produces may hold content of records. They are counted, and logged only for stages that allow it; no
//! [`Failure`] carries one.

mod artifact;
mod bindings;
mod cache;
mod check;
mod component;
mod crossing;
mod details;
mod engine;
mod error;
mod failure;
mod gatekeeper;
mod guest;
mod instance;
mod instruments;
mod limiter;
mod manifest;
mod sandbox;
mod settings;
mod text;
mod ticker;

pub use component::{Component, Description, Origin};
pub use details::FailureDetails;
pub use error::{ArtifactFault, CacheTrouble, ConfigureError, LoadError, Problem, SandboxError};
pub use failure::{Failure, TrapKind};
pub use guest::LogCounts;
pub use instance::Instance;
pub use manifest::{Manifest, ManifestError};
pub use sandbox::{Options, Sandbox};
pub use settings::{Compat, Limits, StageSettings};

/// The text of the interface that this host was built with.
#[must_use]
pub fn interface() -> &'static str {
    include_str!("../../../wit/policy.wit")
}
