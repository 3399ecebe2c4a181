//! OTTL over the batch.
//!
//! A policy compiles its statements through a [`Plan`], which learns from their paths what they read and write and declares that and
//! nothing else. When they run, a [`Scene`] stands for one node of the batch: values are borrowed from it, changes are kept so that
//! later statements see them, and written at the end as few edits as they come to.
//!
//! ```
//! use tollgate_ottl::Context;
//! use tollgate_sdk::{Batch, Description, Policy, Problem, Setup, Signal, Verdict};
//! use tollgate_statements::{Layout, Plan, Scene, functions, problem};
//!
//! /// Drops log records by a condition.
//! struct Sieve {
//!     condition: tollgate_ottl::Condition,
//!     layout: Layout,
//!     rule: tollgate_sdk::Rule,
//! }
//!
//! impl Policy for Sieve {
//!     type Config = String;
//!
//!     fn describe() -> Description {
//!         Description::new("sieve", "1.0.0", "Drops log records by a condition.")
//!     }
//!
//!     fn configure(text: String, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
//!         setup.drops(&[Signal::Logs]);
//!         let mut plan = Plan::new(Signal::Logs);
//!         let condition = plan.condition(Context::Log, &functions::converters(Context::Log), &text);
//!         let condition = condition.map_err(|mistake| vec![problem("", &mistake)])?;
//!         Ok(Self { condition, layout: plan.finish(setup), rule: setup.rule("sieve") })
//!     }
//!
//!     fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
//!         let mut scene = Scene::new(&self.layout, batch.now(), batch.seed());
//!         for node in batch.views(batch.signal().record_kind()) {
//!             scene.enter(node);
//!             if self.condition.holds(&mut scene) == Ok(true) {
//!                 batch.judge(node.index(), Verdict::Drop(self.rule));
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//! ```

mod change;
pub mod convert;
mod declare;
pub mod entry;
mod failures;
mod field;
mod flush;
pub mod functions;
mod layout;
mod look;
mod mode;
mod opaque;
mod place;
mod plan;
mod rows;
mod scene;
mod semconv;
mod store;
mod telemetry;
mod trace_state;
mod views;
mod watched;

pub use failures::{Failures, Fallible};
pub use field::{show, store};
pub use layout::Layout;
pub use mode::{ErrorMode, problem};
pub use place::{Children, MapOf, Target, node_kind};
pub use plan::Plan;
pub use rows::{ALL, Holds, Row, Shown};
pub use scene::Scene;
pub use views::indices;
pub use watched::{Watched, Writings};
