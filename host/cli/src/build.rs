//! `tollgate build`: from a policy's Rust package to its component.

use std::process::ExitCode;

use crate::args::Build;
use crate::print;

pub(crate) fn build(wanted: &Build) -> anyhow::Result<ExitCode> {
    let built = tollgate_forge::build_policy(&wanted.folder, wanted.output.as_deref())?;
    let state = if built.unchanged {
        "is as it was"
    } else {
        "is written"
    };
    print(&format!(
        "{} {state}: {} bytes, sha-256 {}\nbuilt with {}",
        built.path.display(),
        built.size,
        built.digest,
        built.toolchain
    ));
    Ok(ExitCode::SUCCESS)
}
