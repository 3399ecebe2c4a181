//! Write tollgate policies in Rust.
//!
//! A policy is one type that implements [`Policy`]: it takes a typed configuration, declares what it reads and writes, and judges
//! records one by one. What crosses the sandbox wall are columns of numbers; this crate turns them into records, and edits back
//! into columns. The same code runs natively in `cargo test`, with no wasm tooling at all.
//!
//! A complete one, with its test:
//!
//! ```
//! use serde::Deserialize;
//! use tollgate_sdk::{
//!     Description, Field, Policy, Problem, Record, Rule, Setup, Signal, Value, Verdict, export,
//! };
//!
//! /// Drops health checks, and says on every other span who is responsible.
//! struct Caretaker {
//!     owner: String,
//!     route: Field,
//!     responsible: Field,
//!     health: Rule,
//!     named: Rule,
//! }
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Config {
//!     owner: String,
//! }
//!
//! impl Policy for Caretaker {
//!     type Config = Config;
//!
//!     fn describe() -> Description {
//!         Description::new("caretaker", "1.0.0", "Drops health checks and names an owner.")
//!     }
//!
//!     fn configure(config: Config, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
//!         if config.owner.is_empty() {
//!             return Err(vec![Problem::at("/owner", "the owner is empty").help("name a team")]);
//!         }
//!         let traces = &[Signal::Traces];
//!         setup.drops(traces);
//!         Ok(Self {
//!             owner: config.owner,
//!             route: setup.reads(traces, r#"attributes["http.route"]"#),
//!             responsible: setup.writes(traces, r#"attributes["owner"]"#),
//!             health: setup.rule("health"),
//!             named: setup.rule("named"),
//!         })
//!     }
//!
//!     fn record(&mut self, span: &mut Record<'_>) -> Verdict {
//!         if span.get(self.route).and_then(Value::as_text) == Some("/healthz") {
//!             return Verdict::Drop(self.health);
//!         }
//!         span.set(self.named, self.responsible, &self.owner);
//!         Verdict::Keep
//!     }
//! }
//!
//! export!(Caretaker);
//!
//! // In `#[cfg(test)]`, with the SDK's feature `testing` among the dev-dependencies:
//! use tollgate_sdk::testing::{Harness, Request, span};
//!
//! let mut caretaker = Harness::<Caretaker>::configure(serde_json::json!({ "owner": "shop" })).unwrap();
//! let health = span("GET").attribute("http.route", "/healthz");
//! let output = caretaker.run(&Request::of([health, span("GET")]).unwrap()).unwrap();
//! assert_eq!(output.dropped(), 1);
//! assert_eq!(output.edits_of("named"), 1);
//! assert!(output.text().contains("shop"));
//! ```
//!
//! # What a policy may rely on
//!
//! - It sees what it declared in [`Setup`], and nothing else; an edit or a drop that it did not declare fails the whole batch.
//! - Reads show the state before the call. What it edits shows in the next stage.
//! - There is no clock, no randomness, no file and no network but what [`Batch::now`], [`Batch::random`] and [`Setup::file`] give.
//! - An instance may be thrown away between any two calls.
//!
//! # Why it answers as it does
//!
//! `tollgate explain` shows which rules looked at a record and what came of it. Edits and verdicts show by themselves; a policy that has
//! more to say writes it to [`Batch::trail`], which is there when somebody asks.
//!
//! # What it costs
//!
//! A [`Field`] is an index, found among the cells of its node without comparing text; a text is borrowed from the batch. So declare
//! fields by name and keep the handles. [`NodeView::attribute`] compares keys, and is for keys that are known only with the record.

#[allow(
    unsafe_code,
    missing_docs,
    clippy::pedantic,
    clippy::indexing_slicing,
    reason = "generated from wit/policy.wit"
)]
pub mod bindings;

mod batch;
mod columns;
mod config;
mod draft;
mod edit;
#[doc(hidden)]
pub mod export;
mod finder;
mod host;
mod instance;
pub mod log;
pub mod manifest;
mod measure;
mod node;
mod path;
mod policy;
mod setup;
mod signal;
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub mod testing;
mod trail;
mod value;

pub use batch::{Batch, Cell};
pub use columns::Columns;
pub use draft::FieldOrPath;
pub use edit::{Node, Record};
pub use host::pseudonym;
pub use manifest::{Access, InstrumentKind, Manifest};
pub use node::NodeView;
pub use path::{attribute_path, push_key};
pub use policy::{Description, NoConfig, Policy, Problem, Verdict};
pub use setup::{Compat, Field, Instrument, Route, Rule, Setup};
pub use signal::{NodeKind, Signal};
pub use trail::{Effect, Sighting, Subject, Trail};
pub use value::{AnyValue, NewValue, Value};
