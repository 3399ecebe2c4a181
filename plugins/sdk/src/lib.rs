//! Write tollgate policies in Rust.
//!
//! A policy is one type that implements [`Policy`]: it takes a typed configuration, declares what it reads and writes, and judges
//! records one by one. What crosses the sandbox wall are columns of numbers; this crate turns them into records, and edits back
//! into columns. The same code runs natively in `cargo test`, with no wasm tooling at all.

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
#[doc(hidden)]
pub mod export;
mod host;
mod instance;
pub mod log;
mod node;
mod path;
mod policy;
mod setup;
mod signal;
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub mod testing;
mod value;

pub use batch::{Batch, Cell};
pub use columns::Columns;
pub use draft::FieldOrPath;
pub use host::pseudonym;
pub use node::{Node, NodeView, Record};
pub use path::{attribute_path, push_key};
pub use policy::{Description, NoConfig, Policy, Problem, Verdict};
pub use setup::{Access, Compat, Field, Manifest, Rule, Setup};
pub use signal::{NodeKind, Signal};
pub use value::{AnyValue, NewValue, Value};
