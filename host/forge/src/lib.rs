//! Turns the source of a policy into a component that tollgate runs.
//!
//! A policy is an ordinary package of its language ([`Language`]), which that language's own tool makes a component; what came out is
//! looked at from outside ([`About`]) before it is written.
//!
//! In Rust it is an ordinary library. Three things stand between it and the gate: a compiler that knows
//! `wasm32-unknown-unknown` ([`Toolchain`]), the step from core module to component ([`componentize`]), and, for the policies
//! that ship inside the binary, machine code compiled ahead ([`workshop`]). Nobody should have to know which of the ways to such a
//! compiler a machine offers: [`Toolchain::find`] takes the first that works, [`setup::install`] brings one.
//!
//! The crate never prints. What is worth saying while it works goes to a [`Say`]; cargo's own messages go to standard error, where
//! an author expects them.

mod component;
mod error;
mod guest;
mod javascript;
mod language;
mod policy;
mod program;
mod python;
mod scaffold;
mod sdk;
pub mod setup;
mod templates;
mod toolchain;
pub mod workshop;

pub use component::{About, Misfit};
pub use error::ForgeError;
pub use guest::{Guest, build_guest, build_guests, componentize};
pub use language::Language;
pub use policy::{Built, build_policy};
pub use scaffold::{Scaffolded, Sdk, scaffold};
pub use sdk::write_sdk;
pub use toolchain::Toolchain;

/// Takes one line about what is being done, or about to be done.
pub type Say<'a> = &'a mut dyn FnMut(&str);

/// The target of every policy. It has no WASI, so a policy cannot even name what it may not reach.
pub const TARGET: &str = "wasm32-unknown-unknown";
