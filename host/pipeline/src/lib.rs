//! The data path: from a request that came in to the answer that its client gets.
//!
//! `passage` is the path itself, and the place to start reading: one request through the stages of all pipelines that it reaches.
//! `connect` is where it leads from one to the next, `ensure` what is looked for in what leaves. Before it: `plan` turns a configuration
//! into configured policies, all mistakes at once, and `graph` joins pipelines by connectors. Around it: `lane` runs requests on threads
//! that own an instance of every stage; `flow` hands what was cleared to `delivery`, which is queues and exporters, and to `batcher`,
//! which puts requests together; `entrance` is what a receiver talks to, `limiter` what keeps it shut while memory is short, `breaker`
//! while a stage fails for everything. `generation` is all of that for one configuration, `ready` makes one beside another, and
//! `service` is what lasts. `rehearsal` is the same passage on a laptop, with nothing around it.

mod account;
mod ahead;
mod batcher;
mod breaker;
mod build;
mod cargo;
mod connect;
mod delivery;
mod ensure;
mod entrance;
mod flow;
mod generation;
mod graph;
mod instance;
mod joints;
mod lane;
mod limiter;
mod loader;
mod machine;
mod memory;
mod passage;
mod plan;
mod policy;
mod random;
mod ready;
pub mod rehearsal;
mod service;
mod stage;
mod stages;

pub use instance::identify;
pub use passage::Cleared;
pub use plan::{Plan, PlanProblem, PlannedStage, StockPolicies};
pub use service::{ListeningAddress, Service, StartError};
