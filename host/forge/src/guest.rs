use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;
use wit_component::ComponentEncoder;

use crate::{ForgeError, Toolchain, toolchain::cargo};

/// A guest that was compiled, and not yet made a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The folder it was built from.
    pub dir: PathBuf,
    /// The core wasm module that cargo left.
    pub module: PathBuf,
}

/// Compiles the package in `dir`. With `target_dir`, cargo builds there instead of where it would.
pub fn build_guest(
    toolchain: &Toolchain,
    dir: &Path,
    target_dir: Option<&Path>,
) -> Result<Guest, ForgeError> {
    let mut guests = build_guests(toolchain, &[dir.to_owned()], target_dir)?;
    guests.pop().ok_or_else(|| ForgeError::NoModule {
        dir: dir.to_owned(),
    })
}

/// Compiles several packages of one workspace by one call of cargo, which then keeps all cores busy. The answer is in the order
/// of `dirs`.
pub fn build_guests(
    toolchain: &Toolchain,
    dirs: &[PathBuf],
    target_dir: Option<&Path>,
) -> Result<Vec<Guest>, ForgeError> {
    let Some(first) = dirs.first() else {
        return Ok(Vec::new());
    };
    let dirs = dirs
        .iter()
        .map(|dir| canonical(dir))
        .collect::<Result<Vec<_>, _>>()?;
    let packages = packages_of(first)?;
    let root = packages.root.clone();
    let mut build = toolchain.cargo_build(&root);
    for dir in &dirs {
        let name = packages
            .name_in(dir)
            .ok_or_else(|| ForgeError::NoPackage { dir: dir.clone() })?;
        build.args(["--package", name]);
    }
    if let Some(target_dir) = target_dir {
        build.arg("--target-dir").arg(target_dir);
    }
    // Diagnostics go to standard error as text, and the paths of what was built come back as JSON.
    build.args(["--message-format", "json-render-diagnostics"]);
    let output = build
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| ForgeError::Start {
            program: "cargo".to_owned(),
            source,
        })?;
    if !output.status.success() {
        return Err(ForgeError::Cargo { dir: root });
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    dirs.into_iter()
        .map(|dir| match module_of(&messages, &dir) {
            Some(module) => Ok(Guest { dir, module }),
            None => Err(ForgeError::NoModule { dir }),
        })
        .collect()
}

/// Makes a component of a core module. The module carries the interface that it was compiled for, so nothing else is needed; no
/// adapter is given, as no policy may import WASI.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>, ForgeError> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| ForgeError::Component {
            detail: format!("{error:#}"),
        })
}

/// What cargo knows about the workspace that a folder belongs to.
struct Packages {
    root: PathBuf,
    /// Folder and name of each member.
    members: Vec<(PathBuf, String)>,
}

impl Packages {
    fn name_in(&self, dir: &Path) -> Option<&str> {
        self.members
            .iter()
            .find(|(member, _)| member == dir)
            .map(|(_, name)| name.as_str())
    }
}

fn packages_of(dir: &Path) -> Result<Packages, ForgeError> {
    if !dir.join("Cargo.toml").exists() {
        return Err(ForgeError::NoPackage {
            dir: dir.to_owned(),
        });
    }
    let output = cargo(dir)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| ForgeError::Start {
            program: "cargo".to_owned(),
            source,
        })?;
    if !output.status.success() {
        return Err(ForgeError::Cargo {
            dir: dir.to_owned(),
        });
    }
    let strange = |detail| ForgeError::CargoAnswer {
        dir: dir.to_owned(),
        detail,
    };
    let answer: Value = serde_json::from_slice(&output.stdout).map_err(|_| strange("no JSON"))?;
    let root = answer
        .get("workspace_root")
        .and_then(Value::as_str)
        .ok_or_else(|| strange("no workspace_root"))?;
    let packages = answer
        .get("packages")
        .and_then(Value::as_array)
        .ok_or_else(|| strange("no packages"))?;
    let members = packages
        .iter()
        .filter_map(|package| {
            Some((
                folder_of(package)?,
                package.get("name")?.as_str()?.to_owned(),
            ))
        })
        .collect();
    Ok(Packages {
        root: PathBuf::from(root),
        members,
    })
}

/// The .wasm file of the package in `dir`, from cargo's messages.
fn module_of(messages: &str, dir: &Path) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            message.get("reason").and_then(Value::as_str) == Some("compiler-artifact")
        })
        .filter(|message| folder_of(message).as_deref() == Some(dir))
        .filter_map(|message| {
            let files = message.get("filenames")?.as_array()?;
            files
                .iter()
                .filter_map(Value::as_str)
                .map(PathBuf::from)
                .find(|file| file.extension() == Some("wasm".as_ref()))
        })
        .next_back()
}

fn folder_of(package: &Value) -> Option<PathBuf> {
    let manifest = package.get("manifest_path")?.as_str()?;
    Path::new(manifest).parent().map(Path::to_owned)
}

fn canonical(dir: &Path) -> Result<PathBuf, ForgeError> {
    dir.canonicalize().map_err(|_| ForgeError::NoPackage {
        dir: dir.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_found_among_cargo_s_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","manifest_path":"/a/dep/Cargo.toml","filenames":["/t/libdep.rlib"]}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","manifest_path":"/a/cost/Cargo.toml","filenames":["/t/cost.wasm","/t/libcost.rlib"]}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(
            module_of(messages, Path::new("/a/cost")),
            Some(PathBuf::from("/t/cost.wasm"))
        );
        assert_eq!(
            module_of(messages, Path::new("/a/dep")),
            None,
            "a library that is no cdylib leaves no module"
        );
    }

    #[test]
    fn a_module_that_is_no_policy_is_refused_with_the_cure() {
        let error = componentize(b"not wasm at all")
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(error.contains("export!"), "{error}");
    }
}
