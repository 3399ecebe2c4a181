//! A policy that misbehaves as its configuration says: `{"behaviour": "loop", "when": "poison"}`.
//!
//! [`Behaviour`] is the catalogue; each entry states what the guest does and what the host promises in return. [`When`] says for
//! which calls. At all other times the guest is *honest*: it sets `attributes["seen"]` of every record to true, so that a test can
//! tell which records went through it. It is written against the SDK's raw bindings, because the SDK's own types cannot be made to
//! lie.

mod act;
mod behaviour;
mod columns;
mod component;
mod config;
mod explain;
mod manifest;
mod outcome;
mod spy;

pub use behaviour::Behaviour;
pub use component::Hostile;
pub use config::{Config, When};
