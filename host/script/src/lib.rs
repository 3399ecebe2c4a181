//! Makes a policy's component of a script's.
//!
//! QuickJS, as it comes with `jco`, hands 64-bit integers to a script as doubles: spans of text would be cut, and the bits of doubles lost.
//! So a script is made a component for a world of its own ([`WORLD`]), which is the gate's world with every column as bytes; a script
//! reads them through typed arrays, exactly and without an object for each number. [`gatekeeper`] puts the gate's world around such a
//! component: a small component in front of it, of which `widening.wat` is all the code, and both in one.

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{PackageId, Resolve};

/// The world that a script is made a component for.
pub const WORLD: &str = "scripted";

/// The interfaces of that world, as files for `--wit`: paths in the folder to be named, and texts.
pub const WIT: &[(&str, &str)] = &[
    ("script.wit", SCRIPT),
    ("deps/tollgate-policy/policy.wit", POLICY),
];

const SCRIPT: &str = include_str!("../wit/script.wit");
const POLICY: &str = include_str!("../../../wit/policy.wit");
const WIDENING: &str = include_str!("widening.wat");

const SCRIPT_INTERFACE: &str = "tollgate:script/policy@0.1.0";
const POLICY_INTERFACE: &str = "tollgate:policy/policy@0.1.0";

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The bytes are no component of the world for scripts.
    #[error(
        "this is no component of the world tollgate:script/{WORLD}: {detail}; make it by `jco componentize --world-name {WORLD}`"
    )]
    Script {
        /// What was found.
        detail: String,
    },
    /// The two parts do not fit each other.
    #[error("the script's component does not fit behind the gate's world: {detail}")]
    Fit {
        /// What does not fit.
        detail: String,
    },
}

/// The component that the gate runs, of one that a script was made.
pub fn gatekeeper(script: &[u8]) -> Result<Vec<u8>, ScriptError> {
    let fit = |error: anyhow::Error| ScriptError::Fit {
        detail: format!("{error:#}"),
    };
    let widening = widening().map_err(fit)?;
    let mut graph = CompositionGraph::new();
    let script = Package::from_bytes("script:policy", None, script.to_vec(), graph.types_mut())
        .map_err(|error| ScriptError::Script {
            detail: format!("{error:#}"),
        })?;
    let world = &graph.types()[script.ty()];
    if !world.exports.contains_key(SCRIPT_INTERFACE) {
        return Err(ScriptError::Script {
            detail: format!("it does not export {SCRIPT_INTERFACE}"),
        });
    }
    compose(graph, script, widening).map_err(fit)
}

fn compose(
    mut graph: CompositionGraph,
    script: Package,
    widening: Vec<u8>,
) -> anyhow::Result<Vec<u8>> {
    let widening = Package::from_bytes("script:widening", None, widening, graph.types_mut())?;
    let script = graph.register_package(script)?;
    let widening = graph.register_package(widening)?;
    // What the script imports of the host is left open, and so becomes an import of the whole.
    let script = graph.instantiate(script);
    let policy = graph.alias_instance_export(script, SCRIPT_INTERFACE)?;
    let widening = graph.instantiate(widening);
    graph.set_instantiation_argument(widening, SCRIPT_INTERFACE, policy)?;
    let exported = graph.alias_instance_export(widening, POLICY_INTERFACE)?;
    graph.export(exported, POLICY_INTERFACE)?;
    Ok(graph.encode(EncodeOptions {
        validate: false,
        ..EncodeOptions::default()
    })?)
}

/// The component that stands in front of a script's.
fn widening() -> anyhow::Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    resolve.push_str("policy.wit", POLICY)?;
    let package: PackageId = resolve.push_str("script.wit", SCRIPT)?;
    let world = resolve.select_world(&[package], Some("widening"))?;
    let mut module = wat::parse_str(WIDENING)?;
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .encode()
}
