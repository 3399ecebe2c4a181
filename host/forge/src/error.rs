use std::path::PathBuf;

/// Why a policy could not be built or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForgeError {
    /// The folder holds no package.
    #[error("there is no Cargo.toml, pyproject.toml or package.json in {}: name the folder of a policy, or make one with `tollgate new`", dir.display())]
    NoPackage {
        /// The folder.
        dir: PathBuf,
    },
    /// A program could not be started at all.
    #[error("cannot start `{program}`: {source}; install it, or put it on PATH")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// No compiler for the target.
    #[error(
        "no Rust compiler here builds for wasm32-unknown-unknown ({why}): run `rustup target add wasm32-unknown-unknown`, or, on \
         Debian, `apt-get install rustc-web rust-web-src`"
    )]
    NoToolchain {
        /// What was looked at, and what was missing.
        why: String,
    },
    /// Cargo refused or failed. It has said why by itself.
    #[error("cargo could not build {}: its messages above say why", dir.display())]
    Cargo {
        /// The folder it was run in.
        dir: PathBuf,
    },
    /// Cargo answered in a way that this version does not understand.
    #[error("cargo described {} in a way that was not understood ({detail}): update Rust, or tollgate", dir.display())]
    CargoAnswer {
        /// The folder it was run in.
        dir: PathBuf,
        /// What was missing.
        detail: &'static str,
    },
    /// The package is no library for the target.
    #[error(
        "{} builds no wasm module: its Cargo.toml needs `[lib]` with `crate-type = [\"cdylib\", \"rlib\"]`",
        dir.display()
    )]
    NoModule {
        /// The folder of the package.
        dir: PathBuf,
    },
    /// The module is no policy.
    #[error(
        "the module cannot become a component: {detail}; a policy ends with `tollgate_sdk::export!(Type);`"
    )]
    Component {
        /// What the encoder said.
        detail: String,
    },
    /// A tool refused or failed.
    #[error("{program} failed in {}:\n{said}", dir.display())]
    Tool {
        /// The program.
        program: String,
        /// The folder it was run in.
        dir: PathBuf,
        /// Everything it said.
        said: String,
    },
    /// A tool is not there, and could not be brought.
    #[error("there is no `{program}`: {cure}")]
    NoTool {
        /// The program.
        program: &'static str,
        /// How to have it.
        cure: &'static str,
    },
    /// A package describes itself in a way that cannot be read.
    #[error("{} cannot be read: {detail}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// Nothing in the folder exports a policy.
    #[error("{} has no policy: it needs {wanted}", dir.display())]
    NoEntry {
        /// The folder.
        dir: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// More than one does.
    #[error("several modules of {} export a policy: {}; leave the line in one of them", dir.display(), found.join(", "))]
    SeveralEntries {
        /// The folder.
        dir: PathBuf,
        /// All of them.
        found: Vec<String>,
    },
    /// What was built is no policy of this host.
    #[error("{} was built, and cannot be used: {misfit}", path.display())]
    Misfit {
        /// What was built; it was not written.
        path: PathBuf,
        /// Why.
        misfit: crate::Misfit,
    },
    /// A component could not be compiled ahead.
    #[error("the component of {name} cannot be compiled ahead: {detail}")]
    Compile {
        /// The policy.
        name: String,
        /// What the sandbox said.
        detail: String,
    },
    /// A file could not be read or written.
    #[error("cannot {what} {}: {source}", path.display())]
    File {
        /// "read", "write", ...
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A name that cannot be a policy's.
    #[error(
        "`{name}` cannot be the name of a policy: take lower-case letters, digits and _, and begin with a letter"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// The folder is there already.
    #[error("{} is there already: choose another name, or remove it", dir.display())]
    Exists {
        /// The folder.
        dir: PathBuf,
    },
    /// The SDK is not where it was said to be.
    #[error("there is no SDK in {}: name the folder plugins/sdk, plugins/sdk-python or plugins/sdk-js of tollgate's source, or none at all", sdk.display())]
    NoSdk {
        /// The folder.
        sdk: PathBuf,
    },
    /// The command was started outside of tollgate's source.
    #[error("{} is not inside tollgate's source: there is no wit/policy.wit beside plugins/", dir.display())]
    NoSource {
        /// Where it was started.
        dir: PathBuf,
    },
}

impl ForgeError {
    /// For `map_err` on file operations.
    pub(crate) fn file(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }
}
