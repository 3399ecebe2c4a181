//! A policy in JavaScript: QuickJS and the policy's modules in one component, made by `jco` without WASI.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    ForgeError, Say,
    policy::write_if_changed,
    program::{Program, on_path},
};

/// What makes components; the scaffold's `package.json` pins the same.
const JCO: &str = "@bytecodealliance/jco@1.35.0";

/// A component, and what it was made by.
pub(crate) fn build(folder: &Path, say: Say<'_>) -> Result<(String, Vec<u8>, String), ForgeError> {
    // jco resolves relative paths twice.
    let folder = &folder
        .canonicalize()
        .map_err(ForgeError::file("find", folder))?;
    let package = Package::read(folder)?;
    install(folder, &package, say)?;
    let jco = tool(folder, "jco")?;
    let scratch =
        tempfile::tempdir().map_err(ForgeError::file("make a folder in", std::env::temp_dir()))?;
    let interface = scratch.path().join("wit");
    for (name, text) in tollgate_script::WIT {
        write_if_changed(&interface.join(name), text.as_bytes())?;
    }
    let bundle = scratch.path().join("bundle.js");
    // jco brings this one along. Its own option for bundles depends on the version of node.
    Program::new(tool(folder, "rolldown")?, folder)
        .arg(&package.entry)
        .args([
            "--format",
            "esm",
            "--external",
            "tollgate:policy/host@0.1.0",
        ])
        .args(["--log-level", "warn", "--file"])
        .arg(&bundle)
        .run()?;
    let made = scratch.path().join("script.wasm");
    Program::new(&jco, folder)
        .arg("componentize")
        .arg(&bundle)
        .arg("--wit")
        .arg(&interface)
        .args(["-n", tollgate_script::WORLD, "--backend", "qjs"])
        .args([
            "--backend-qjs-stub-wasi",
            "--backend-qjs-disable-async",
            "-o",
        ])
        .arg(&made)
        .run()?;
    let script = fs::read(&made).map_err(ForgeError::file("read", &made))?;
    let component =
        tollgate_script::gatekeeper(&script).map_err(|error| ForgeError::Component {
            detail: error.to_string(),
        })?;
    Ok((package.name, component, package.jco))
}

/// What of `package.json` matters here.
struct Package {
    name: String,
    entry: PathBuf,
    /// The tool and the version that the package asks for.
    jco: String,
}

impl Package {
    fn read(folder: &Path) -> Result<Self, ForgeError> {
        let path = folder.join("package.json");
        let text = fs::read_to_string(&path).map_err(ForgeError::file("read", &path))?;
        let read: Value = serde_json::from_str(&text).map_err(|error| ForgeError::Manifest {
            path: path.clone(),
            detail: error.to_string(),
        })?;
        let text = |key: &str| read.get(key).and_then(Value::as_str);
        let entry = folder.join(text("main").unwrap_or("component.js"));
        if !entry.is_file() {
            return Err(ForgeError::NoEntry {
                dir: folder.to_owned(),
                wanted: "the file that `main` of package.json names: it imports \"@tollgate/sdk/component\" and exports `policy`",
            });
        }
        let name = text("name").unwrap_or("policy");
        let asked = ["devDependencies", "dependencies"]
            .into_iter()
            .find_map(|key| read.get(key)?.get("@bytecodealliance/jco")?.as_str());
        Ok(Self {
            // A scope is no part of a file's name.
            name: name.rsplit('/').next().unwrap_or(name).to_owned(),
            entry,
            jco: asked.map_or_else(
                || JCO.to_owned(),
                |asked| format!("@bytecodealliance/jco@{asked}"),
            ),
        })
    }
}

/// What the package depends on, where it is not there yet.
fn install(folder: &Path, package: &Package, say: Say<'_>) -> Result<(), ForgeError> {
    let has_tools = tool(folder, "jco").is_ok() && tool(folder, "rolldown").is_ok();
    let has_sdk = folder
        .ancestors()
        .any(|above| above.join("node_modules/@tollgate/sdk").exists());
    let npm = |arguments: &[&str]| {
        Program::new("npm", folder)
            .args(arguments)
            .args(["--no-audit", "--no-fund", "--loglevel", "error"])
            .run()
    };
    match (has_sdk, has_tools) {
        (true, true) => Ok(()),
        (false, true) => {
            say(
                "what package.json depends on is not there: `npm install --omit=dev`, as jco is on PATH",
            );
            npm(&["install", "--omit=dev"])
        }
        (_, false) => {
            say(&format!(
                "what package.json depends on is not all there: `npm install` in {} (a download of 60 MB, under a minute)",
                folder.display()
            ));
            npm(&["install"])?;
            if tool(folder, "jco").is_err() {
                say(&format!(
                    "package.json does not ask for jco: `npm install --no-save {}`",
                    package.jco
                ));
                npm(&["install", "--no-save", &package.jco])?;
            }
            Ok(())
        }
    }
}

/// A tool: that of the package, or of a folder above it, or on PATH.
fn tool(folder: &Path, name: &'static str) -> Result<PathBuf, ForgeError> {
    let mut above = folder
        .ancestors()
        .map(|above| above.join("node_modules/.bin").join(name));
    above
        .find(|program| program.exists())
        .or_else(|| on_path(name))
        .ok_or(ForgeError::NoTool {
            program: name,
            cure: "list `@bytecodealliance/jco` under devDependencies of package.json, and call `npm install`",
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_says_its_name_its_entry_and_its_tool() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let manifest = folder.path().join("package.json");
        fs::write(
            &manifest,
            r#"{"name": "@acme/cost", "main": "entry.js", "devDependencies": {"@bytecodealliance/jco": "1.30.0"}}"#,
        )?;
        let missing = Package::read(folder.path()).err().ok_or("read")?;
        assert!(missing.to_string().contains("`main`"), "{missing}");
        fs::write(folder.path().join("entry.js"), "")?;
        let package = Package::read(folder.path())?;
        assert_eq!(package.name, "cost");
        assert_eq!(package.entry, folder.path().join("entry.js"));
        assert_eq!(package.jco, "@bytecodealliance/jco@1.30.0");
        fs::write(&manifest, "{\"name\": ")?;
        let broken = Package::read(folder.path()).err().ok_or("read")?;
        assert!(broken.to_string().contains("package.json"), "{broken}");
        Ok(())
    }
}
