//! `tollgate build`: from a policy's package to its component, by the tools of its language.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tollgate_forge::{ForgeError, build_policy};

use crate::terminal;
use crate::watch::Watch;
use crate::{complain, print};

/// The time between two looks at the sources.
const PAUSE: Duration = Duration::from_millis(100);
/// Folders that hold what tools made, and no sources.
const MADE: [&str; 5] = [
    "target",
    "node_modules",
    ".venv",
    "__pycache__",
    ".tollgate",
];
/// Files that are watched at most: a folder that holds more is no policy's.
const MOST_FILES: usize = 5000;

#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    /// The package's folder: one with a Cargo.toml, a pyproject.toml or a package.json.
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Where the component goes: a file, or a folder; the package's own folder if it is not said.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Build again on each save.
    #[arg(long)]
    pub(crate) watch: bool,
}

pub(crate) fn build(wanted: &Build) -> anyhow::Result<ExitCode> {
    if !wanted.watch {
        once(wanted)?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    loop {
        let watch = Watch::default();
        for source in sources(&wanted.folder) {
            watch.add(&source);
        }
        if let Err(error) = once(wanted) {
            complain(&format!("error: {error}"));
        }
        runtime.block_on(watch.changed_within(PAUSE));
        if terminal::is_watched() {
            terminal::clear();
        }
    }
}

fn once(wanted: &Build) -> Result<(), ForgeError> {
    let began = Instant::now();
    let mut say = |line: &str| complain(line);
    let built = build_policy(&wanted.folder, wanted.output.as_deref(), &mut say)?;
    let state = if built.unchanged {
        "is as it was"
    } else {
        "is written"
    };
    let imports = if built.about.imports.is_empty() {
        "nothing".to_owned()
    } else {
        built.about.imports.join(", ")
    };
    print(&format!(
        "{} {state}: {} bytes, sha-256 {}\nit imports {imports}\nbuilt with {} from {}, in {:.1} s",
        built.path.display(),
        built.size,
        built.digest,
        built.toolchain,
        built.language.name(),
        began.elapsed().as_secs_f32(),
    ));
    Ok(())
}

/// The files that a component is made of. One that is added counts as soon as another one refers to it.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            let is_made = MADE.iter().any(|made| name == *made)
                || name.to_string_lossy().starts_with('.')
                || path.extension().is_some_and(|end| end == "wasm");
            // A link may lead back up.
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if is_made || is_link || found.len() >= MOST_FILES {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}
