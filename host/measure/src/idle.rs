//! A policy that does nothing: what a call costs before a policy has done anything.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::MeasureError;

const MODULE: &str = include_str!("idle.wat");

/// Its component.
pub(crate) fn component() -> Result<Vec<u8>, MeasureError> {
    let broken = |error: &dyn std::fmt::Display| MeasureError::Idle(error.to_string());
    let mut module = wat::parse_str(MODULE).map_err(|error| broken(&error))?;
    let mut resolve = Resolve::default();
    let package = resolve
        .push_str("policy.wit", tollgate_sandbox::interface())
        .map_err(|error| broken(&error))?;
    let world = resolve
        .select_world(&[package], Some("gatekeeper"))
        .map_err(|error| broken(&error))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .map_err(|error| broken(&error))?;
    ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| broken(&error))
}
