//! Makes the compiled stock policies part of the binary. `make build` (or `forge stock`) compiles them first.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=TOLLGATE_POLICIES");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let Some(folder) = policies(&out) else {
        println!(
            "cargo::error=the stock policies are not compiled yet; run `make build`, or `cargo run -p tollgate-forge -- stock`"
        );
        return;
    };
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut table = String::from(
        "/// Name and compiled code of every stock policy.\npub(crate) const STOCK: &[(&str, &[u8])] = &[\n",
    );
    for artifact in artifacts(&folder) {
        println!("cargo::rerun-if-changed={}", artifact.display());
        let name = artifact.file_stem().unwrap_or_default().to_string_lossy();
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "    ({name:?}, include_bytes!({:?})),",
            artifact.display().to_string()
        );
    }
    table.push_str("];\n");
    if let Err(error) = fs::write(out.join("stock.rs"), table) {
        println!("cargo::error=cannot write the table of stock policies: {error}");
    }
}

/// The folder that `forge stock` filled: named by the environment, or `policies` beside the profiles in the target folder.
fn policies(out: &Path) -> Option<PathBuf> {
    let named = env::var_os("TOLLGATE_POLICIES").map(PathBuf::from);
    let beside = || {
        out.ancestors()
            .map(|folder| folder.join("policies"))
            .find(|folder| folder.is_dir())
    };
    named
        .or_else(beside)
        .filter(|folder| !artifacts(folder).is_empty())
}

fn artifacts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "cwasm")
        })
        .collect();
    found.sort();
    found
}
