//! Why the sandbox cannot be had, a component not be loaded, a policy not be configured.

use std::path::PathBuf;

use crate::details::{Failed, FailureDetails};
use crate::failure::Failure;
use crate::manifest::ManifestError;

/// The largest component that is loaded.
pub(crate) const LARGEST_COMPONENT: usize = 64 << 20;

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// wasmtime does not work here.
    #[error("the WebAssembly engine cannot be set up on this machine: {reason}")]
    Engine {
        /// What wasmtime says.
        reason: String,
    },
    /// No thread for deadlines.
    #[error("cannot start the thread that keeps deadlines: {0}")]
    Thread(#[source] std::io::Error),
}

/// Why compiled code is not cached. Everything works without, but each start compiles anew.
#[derive(Debug, thiserror::Error)]
#[error("cannot keep compiled policies in {folder}, so each start compiles them again: {source}")]
pub struct CacheTrouble {
    /// The folder.
    pub folder: PathBuf,
    /// What the system says.
    pub source: std::io::Error,
}

/// Why a component was not loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Not WebAssembly at all.
    #[error("this is not WebAssembly: name a component, such as `tollgate build` makes")]
    NotWasm,
    /// A core module.
    #[error(
        "this is a core module, not a component: `tollgate build` makes components, and `wasm-tools component new` turns a \
         module that was built with this interface's bindings into one"
    )]
    CoreModule,
    /// Too many bytes.
    #[error(
        "the component has {size} bytes, and {limit} is the most: build it for release, and strip it"
    )]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// Damaged, or it uses instructions that are not allowed.
    #[error("the component is not valid: {reason}")]
    Malformed {
        /// What the validator says.
        reason: String,
    },
    /// It wants more of the world than there is.
    #[error(
        "the component imports what no policy may reach: {}; build it without WASI (`tollgate build` does)",
        .names.join(", ")
    )]
    Imports {
        /// All of them.
        names: Vec<String>,
    },
    /// Another version of the interface.
    #[error(
        "the component was built for {found}, and this host offers version {offered}: build it again with this host's SDK \
         (`tollgate new --sdk-only` and `tollgate build` in its folder)"
    )]
    Version {
        /// What the component names.
        found: String,
        /// What the host has.
        offered: &'static str,
    },
    /// It is no policy.
    #[error(
        "the component does not export {name}, as a policy does{}: see `tollgate new`",
        if .exports.is_empty() { String::new() } else { format!("; it is for another world, of which it exports {}", .exports.join(", ")) }
    )]
    MissingExport {
        /// What is missing.
        name: &'static str,
        /// What it exports instead; of many the first ones.
        exports: Vec<String>,
    },
    /// The names are right, and the types are not.
    #[error("the component does not fit the interface: {reason}")]
    Interface {
        /// What wasmtime says.
        reason: String,
    },
    /// Code compiled ahead that cannot be used.
    #[error("the compiled policy cannot be used: {0}; build the binary again")]
    Artifact(ArtifactFault),
}

/// What is wrong with compiled code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactFault {
    /// Not an artifact, or one of another version.
    #[error("it was not written by this version")]
    Format,
    /// Its bytes changed.
    #[error("it is damaged")]
    Damaged,
    /// It was compiled with other settings than this host runs with.
    #[error("it was compiled with other settings")]
    Settings,
    /// It cannot run on this machine.
    #[error("it was compiled for another machine: {reason}")]
    Machine {
        /// What wasmtime says.
        reason: String,
    },
}

/// Why a policy has no instance under a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigureError {
    /// Mistakes in the configuration.
    #[error("the policy refuses its configuration: {}", .0.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; "))]
    Problems(Vec<Problem>),
    /// It asks for what it cannot have.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It did not answer.
    #[error("{0}, while it was configured")]
    Failure(#[from] Failure),
    /// Likewise, in a sandbox that keeps backtraces.
    #[error("while it was configured: {0}")]
    Told(Box<FailureDetails>),
}

impl From<Failed> for ConfigureError {
    fn from(failed: Failed) -> Self {
        match failed.details {
            Some(details) => Self::Told(details),
            None => Self::Failure(failed.failure),
        }
    }
}

/// A mistake in a configuration, as the policy reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer into the configuration, empty for the whole.
    pub at: String,
    /// What is wrong.
    pub message: String,
    /// What would mend it.
    pub help: Option<String>,
    /// Where in the text that stands at `at`: the first byte, and the byte after the last. Nobody has compared it with the text.
    pub span: Option<(usize, usize)>,
}
