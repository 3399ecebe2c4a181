//! Policies on a laptop: a configuration is made ready without receivers and exporters, telemetry is passed through it, and everything
//! that happened is told.
//!
//! The engine is the gate's own: [`Trial`] is a [`tollgate_pipeline::rehearsal::Rehearsal`] of a part of a configuration, and nothing
//! here decides what becomes of a record. [`fields`] shows a request as fields in OTTL's spelling, and [`passage`] tells of each record
//! what changed in it, by which rule of which stage, and where it ended.

mod align;
pub mod compare;
mod difference;
pub mod explain;
pub mod fields;
pub mod input;
mod open;
pub mod passage;
pub mod patch;
mod reasons;
pub mod report;
pub mod samples;
pub mod shorthand;
mod telemetry;
mod trial;
mod value;

pub use difference::Difference;
pub use open::{OpenError, Opened, Opening, Stock};
pub use telemetry::Telemetry;
pub use trial::{Options, Scope, Trial, TrialError};
pub use value::json;
