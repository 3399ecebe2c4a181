//! Builds what lies in tollgate's own source: the stock policies, which the binary holds as machine code, and the guests that tests
//! are run against.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use tollgate_sandbox::{Options, Sandbox};

use crate::{
    ForgeError, Say, build_guests,
    policy::{component_of, digest, write_if_changed},
    setup,
};

/// The policies inside the binary. Each lies in the folder of plugins/ that bears its name; those that are connectors stand in
/// host/cli/src/stock.rs, too.
pub const STOCK: &[&str] = &[
    "redaction",
    "attributes",
    "resource",
    "probabilistic_sampler",
    "lookup",
    "routing",
    "signaltometrics",
    "sum",
    "count",
    "filter",
    "transform",
];

/// As small as it gets in a second: the binary holds it all.
const COMPRESSION: i32 = 19;

/// The guest that misbehaves as it is told to, in plugins/testing.
const HOSTILE: &str = "testing";

/// The folder that `dir` lies in and that holds wit/ and plugins/.
pub fn source_root(dir: &Path) -> Result<PathBuf, ForgeError> {
    let here = dir.canonicalize().map_err(ForgeError::file("find", dir))?;
    here.ancestors()
        .find(|folder| {
            folder.join("wit/policy.wit").exists() && folder.join("plugins/Cargo.toml").exists()
        })
        .map(Path::to_owned)
        .ok_or(ForgeError::NoSource { dir: here })
}

/// Builds stock policies: `NAME.wasm`, the component, `NAME.wasm.zst`, the same compressed, and `NAME.cwasm`, its machine code for
/// `target`, in `out`.
pub fn stock(
    root: &Path,
    names: &[&str],
    out: &Path,
    target: &str,
    say: Say<'_>,
) -> Result<(), ForgeError> {
    let folders: Vec<_> = names
        .iter()
        .map(|name| root.join("plugins").join(name))
        .collect();
    let components = components(root, &folders, say)?;
    for (name, component) in names.iter().zip(components) {
        let started = Instant::now();
        let unchanged = write_if_changed(&out.join(format!("{name}.wasm")), &component)?;
        let compressed = out.join(format!("{name}.wasm.zst"));
        if !unchanged || !compressed.exists() {
            let smaller = zstd::encode_all(component.as_slice(), COMPRESSION)
                .map_err(ForgeError::file("compress", &compressed))?;
            write_if_changed(&compressed, &smaller)?;
        }
        let compiled = out.join(format!("{name}.cwasm"));
        if is_current(&compiled, &component) {
            continue;
        }
        let refused = |error: tollgate_sandbox::LoadError| ForgeError::Compile {
            name: (*name).to_owned(),
            detail: error.to_string(),
        };
        let artifact = Sandbox::compile_stock(&component, target).map_err(refused)?;
        write_if_changed(&compiled, &artifact)?;
        say(&format!(
            "{name}: {} KiB of wasm, compiled in {:.1} s",
            component.len() / 1024,
            started.elapsed().as_secs_f32()
        ));
    }
    Ok(())
}

/// Builds what the tests call: the hostile guest and the policies of examples/, as `NAME.wasm` in `out`.
pub fn guests(root: &Path, out: &Path, say: Say<'_>) -> Result<(), ForgeError> {
    let hostile = root.join("plugins").join(HOSTILE);
    let mut folders = vec![vec![hostile]];
    // Each example is a workspace of its own, as a user's policy is.
    folders.extend(examples(root)?.into_iter().map(|example| vec![example]));
    for folder in folders {
        let components = components(root, &folder, say)?;
        for (folder, component) in folder.iter().zip(components) {
            let name = match folder.file_name() {
                Some(name) if name == HOSTILE => "hostile".into(),
                Some(name) => name.to_string_lossy(),
                None => continue,
            };
            if !write_if_changed(&out.join(format!("{name}.wasm")), &component)? {
                say(&format!("{name}: {} KiB of wasm", component.len() / 1024));
            }
        }
    }
    Ok(())
}

/// The components of packages of one workspace, in their order.
fn components(root: &Path, folders: &[PathBuf], say: Say<'_>) -> Result<Vec<Vec<u8>>, ForgeError> {
    let Some(first) = folders.first() else {
        return Ok(Vec::new());
    };
    let toolchain = setup::install(first, say)?;
    // One folder for all guests: the standard library, where it is built along, is built once.
    let target_dir = root.join("target/wasm");
    if !target_dir.exists() {
        let how = toolchain.describe();
        say(&format!(
            "building policies with {how}: two to four minutes the first time, seconds later"
        ));
    }
    build_guests(&toolchain, folders, Some(&target_dir))?
        .iter()
        .map(|guest| component_of(&guest.module))
        .collect()
}

fn examples(root: &Path) -> Result<Vec<PathBuf>, ForgeError> {
    let folder = root.join("examples");
    let entries = fs::read_dir(&folder).map_err(ForgeError::file("read", &folder))?;
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|example| example.join("Cargo.toml").exists())
        .collect();
    found.sort();
    Ok(found)
}

/// Whether the machine code in a file is that of this component, and such as this version's sandbox takes.
fn is_current(compiled: &Path, component: &[u8]) -> bool {
    let Ok(artifact) = fs::read(compiled) else {
        return false;
    };
    let Ok(sandbox) = Sandbox::new(Options::default()) else {
        return false;
    };
    sandbox
        .load_stock(&artifact)
        .is_ok_and(|loaded| loaded.digest() == digest(component))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_found_from_any_folder_in_it() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().canonicalize()?;
        fs::create_dir_all(root.join("plugins/redaction/src"))?;
        fs::create_dir_all(root.join("wit"))?;
        fs::write(root.join("wit/policy.wit"), "")?;
        fs::write(root.join("plugins/Cargo.toml"), "")?;
        assert_eq!(source_root(&root.join("plugins/redaction/src"))?, root);
        assert!(matches!(
            source_root(Path::new("/")),
            Err(ForgeError::NoSource { .. })
        ));
        Ok(())
    }

    #[test]
    fn damaged_machine_code_is_built_anew() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let compiled = folder.path().join("redaction.cwasm");
        assert!(!is_current(&compiled, b"component"), "none yet");
        fs::write(&compiled, b"not what the sandbox wrote")?;
        assert!(!is_current(&compiled, b"component"));
        Ok(())
    }
}
