//! The OpenTelemetry Transformation Language, as the Collector speaks it.
//!
//! A statement such as `set(attributes["tier"], "gold") where resource.attributes["team"] == "core"` is read once, checked, and compiled
//! to a tree over *resolved paths*: a policy answers, through [`Paths`], where each path leads and learns so what its statements read
//! and write. When the statement runs, the policy stands for one record as a [`Telemetry`]. Values borrow from the batch and from the
//! statement; a condition on a field costs that field and allocates nothing.
//!
//! Functions are [`Function`]s in a [`Registry`]: the standard ones of [`functions`], and those that a policy adds.
//!
//! This crate knows neither the sandbox nor how a batch is laid out, so any policy can use it.

mod call;
mod case;
mod compare;
mod compile;
mod condition;
mod context;
pub mod convert;
mod error;
mod expression;
mod function;
pub mod functions;
mod infer;
pub mod json;
mod math;
mod mistake;
pub mod nested;
mod paths;
mod registry;
mod statement;
mod symbols;
mod syntax;
mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod value;

pub use call::{Call, Edit};
pub use compile::Arguments;
pub use context::Context;
pub use error::Error;
pub use function::{Body, Function, Kind, Parameter, Prepare, State};
pub use infer::{Candidate, Uninferred, Written, infer};
pub use mistake::Mistake;
pub use paths::{Key, Path, Paths, Segment, Slot, Usage};
pub use registry::Registry;
pub use statement::{Compiler, Condition, Expression, Statement};
pub use telemetry::Telemetry;
pub use tollgate_go as go;
pub use value::{
    Bytes, Entries, List, ListKind, Map, MapKind, Opaque, Shared, Text, Time, Value, Zone, put,
};
