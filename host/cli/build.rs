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
        "/// Of every stock policy its name, its compiled code, and the component, compressed.\npub(crate) static STOCK: &[(&str, &[u8], &[u8])] = &[\n",
    );
    let mut schemas = String::from(
        "/// Name and JSON Schema of the configuration of every stock policy.\npub(crate) const SCHEMAS: &[(&str, &str)] = &[\n",
    );
    for artifact in artifacts(&folder) {
        let component = artifact.with_extension("wasm.zst");
        for part in [&artifact, &component] {
            println!("cargo::rerun-if-changed={}", part.display());
        }
        let name = artifact.file_stem().unwrap_or_default().to_string_lossy();
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "    ({name:?}, include_bytes!({:?}), include_bytes!({:?})),",
            artifact.display().to_string(),
            component.display().to_string()
        );
        if let Some(schema) = schema(&name) {
            println!("cargo::rerun-if-changed={}", schema.display());
            let _ = writeln!(
                schemas,
                "    ({name:?}, include_str!({:?})),",
                schema.display().to_string()
            );
        }
    }
    table.push_str("];\n");
    schemas.push_str("];\n");
    table.push_str(&schemas);
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

/// The schema that lies beside a policy's source.
fn schema(name: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    let file = root
        .join("../../plugins")
        .join(name)
        .join("schema.json")
        .canonicalize();
    file.ok()
}

fn artifacts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "cwasm")
                && path.with_extension("wasm.zst").is_file()
        })
        .collect();
    found.sort();
    found
}
