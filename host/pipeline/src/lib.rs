//! The data path: from a request that came in to the answer that its client gets.
//!
//! `passage` is the path itself, and the place to start reading. Around it: `plan` turns a configuration into configured
//! policies, all mistakes at once; `lane` runs batches on threads that own an instance of every stage; `destination` hands
//! what was cleared to exporters; `entrance` is what a receiver talks to; `service` starts all of it and drains it.

mod destination;
mod entrance;
mod lane;
mod passage;
mod pipeline;
mod plan;
mod random;
mod service;
mod stage;

pub use passage::{Cleared, Losses};
pub use plan::{Plan, PlanProblem, PlannedStage, StockPolicies};
pub use service::{Service, StartError};
