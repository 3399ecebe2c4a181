//! Whether a component is a policy: what it imports, what it exports, in which version.

use wasmtime::Engine;
use wasmtime::component::types::{self, ComponentInstance, ComponentItem};
use wasmtime::component::{ComponentNamedList, Lift, Lower};

use crate::bindings::exports::tollgate::policy::explanation::Trail;
use crate::bindings::exports::tollgate::policy::policy::{Compat, Description, Manifest, Problem};
use crate::bindings::tollgate::policy::batch::{Outcome, View};
use crate::error::{LARGEST_COMPONENT, LoadError};
use crate::text::presentable;

/// Version of the interface that this host offers.
pub(crate) const VERSION: &str = "0.1.0";
/// The world that a policy is built for.
pub(crate) const WORLD: &str = "tollgate:policy/gatekeeper@0.1.0";
/// The world of a policy that can also be asked for its reasons.
pub(crate) const EXPLAINER: &str = "tollgate:policy/explainer@0.1.0";
const POLICY: &str = "tollgate:policy/policy@0.1.0";
const PACKAGE: &str = "tollgate:policy/";
/// Exports of something that is no policy that are named.
const SHOWN_EXPORTS: usize = 10;
/// Bytes of such a name that are shown.
const LONGEST_NAME: usize = 200;

/// What `host` offers. The other interface that a policy imports, `batch`, has types alone.
const HOST_FUNCTIONS: [&str; 3] = ["log", "pseudonym", "file"];

/// Names of what a component imports and exports.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
    /// Whether it can be asked for its reasons.
    pub(crate) explains: bool,
}

/// Looks at the first bytes: the most frequent mistakes deserve better than a validator's words.
pub(crate) fn header(wasm: &[u8]) -> Result<(), LoadError> {
    const CORE_VERSION: [u8; 4] = [1, 0, 0, 0];
    if wasm.len() > LARGEST_COMPONENT {
        return Err(LoadError::TooLarge {
            size: wasm.len(),
            limit: LARGEST_COMPONENT,
        });
    }
    let version = wasm
        .strip_prefix(b"\0asm")
        .and_then(|rest| rest.first_chunk::<4>())
        .ok_or(LoadError::NotWasm)?;
    if *version == CORE_VERSION {
        return Err(LoadError::CoreModule);
    }
    Ok(())
}

/// Compares imports and exports with the world.
pub(crate) fn world(component: &types::Component, engine: &Engine) -> Result<Names, LoadError> {
    let imports: Vec<_> = component.imports(engine).collect();
    let exports: Vec<_> = component.exports(engine).map(|(name, _)| name).collect();

    let strangers: Vec<_> = imports
        .iter()
        .flat_map(|(name, import)| strangers(engine, name, &import.ty))
        .collect();
    let names = imports.iter().map(|(name, _)| *name);
    if let Some(found) = names
        .chain(exports.iter().copied())
        .find(|name| is_of_other_version(name))
    {
        return Err(LoadError::Version {
            found: found.to_owned(),
            offered: VERSION,
        });
    }
    let missing = || LoadError::MissingExport {
        name: POLICY,
        exports: exports
            .iter()
            .take(SHOWN_EXPORTS)
            .map(|name| presentable(name, LONGEST_NAME))
            .collect(),
    };
    let is_policy = |name: &&str| interface_of(name) == Some("policy");
    // What is for another world needs other imports, too, and building it in another way would not help.
    if !exports.is_empty() && !exports.iter().any(is_policy) {
        return Err(missing());
    }
    if !strangers.is_empty() {
        return Err(LoadError::Imports { names: strangers });
    }
    let exported = |interface: &str| {
        let mut exports = component.exports(engine);
        let export = exports.find(|(name, _)| interface_of(name) == Some(interface))?;
        match export.1.ty {
            ComponentItem::ComponentInstance(instance) => Some(instance),
            _ => None,
        }
    };
    let policy = exported("policy").ok_or_else(missing)?;
    functions(component, &policy, engine)?;
    let explanation = exported("explanation");
    if let Some(interface) = &explanation {
        let exports = Exports {
            component,
            interface,
            engine,
        };
        exports.function::<(View<'_>,), (Result<Trail, String>,)>("explain")?;
    }
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    Ok(Names {
        imports: owned(imports.iter().map(|(name, _)| *name).collect()),
        exports: owned(exports),
        explains: explanation.is_some(),
    })
}

/// Compares the types of what is called. wasmtime would do so for each instance, and too late for whoever loads.
fn functions(
    component: &types::Component,
    policy: &ComponentInstance,
    engine: &Engine,
) -> Result<(), LoadError> {
    let exports = Exports {
        component,
        interface: policy,
        engine,
    };
    exports.function::<(), (Description,)>("describe")?;
    exports.function::<(&str, Compat), (Result<Manifest, Vec<Problem>>,)>("configure")?;
    exports.function::<(View<'_>,), (Result<Outcome, String>,)>("process")?;
    exports.function::<(u64, u64), (Result<Outcome, String>,)>("tick")
}

struct Exports<'a> {
    component: &'a types::Component,
    interface: &'a ComponentInstance,
    engine: &'a Engine,
}

impl Exports<'_> {
    fn function<P, R>(&self, name: &str) -> Result<(), LoadError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let misfit = |reason: String| LoadError::Interface { reason };
        let export = self
            .interface
            .get_export(self.engine, name)
            .map(|export| export.ty);
        let Some(ComponentItem::ComponentFunc(function)) = export else {
            return Err(misfit(format!("it does not export the function `{name}`")));
        };
        function
            .typecheck::<P, R>(&self.component.instance_type())
            .map_err(|error| misfit(format!("types of `{name}`: {error:#}")))
    }
}

/// What of one import is not offered, by name.
fn strangers(engine: &Engine, name: &str, item: &ComponentItem) -> Vec<String> {
    let offered: &[&str] = match interface_of(name) {
        Some("host") => &HOST_FUNCTIONS,
        Some("batch") => &[],
        _ => return vec![name.to_owned()],
    };
    let ComponentItem::ComponentInstance(instance) = item else {
        return vec![name.to_owned()];
    };
    instance
        .exports(engine)
        .filter(|(item, export)| match export.ty {
            ComponentItem::Type(_) => false,
            ComponentItem::ComponentFunc(_) => !offered.contains(item),
            _ => true,
        })
        .map(|(item, _)| format!("{name}#{item}"))
        .collect()
}

/// The interface that `name` stands for, in our package and in any version.
fn interface_of(name: &str) -> Option<&str> {
    let (interface, _version) = name.strip_prefix(PACKAGE)?.split_once('@')?;
    Some(interface)
}

/// Whether `name` is of our package in a version that this host does not speak. A policy may be older than the host in the last
/// number alone: such versions only add.
fn is_of_other_version(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(PACKAGE) else {
        return false;
    };
    let Some((_, version)) = rest.split_once('@') else {
        return true;
    };
    match (numbers(version), numbers(VERSION)) {
        (Some((major, minor, patch)), Some((our_major, our_minor, our_patch))) => {
            (major, minor) != (our_major, our_minor) || patch > our_patch
        }
        _ => true,
    }
}

fn numbers(version: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = version.splitn(3, '.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) => Some((major, minor, patch)),
        _ => None,
    }
}
