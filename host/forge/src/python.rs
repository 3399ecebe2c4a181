//! A policy in Python: CPython and the policy's modules in one component, made by `componentize-py` without WASI.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    ForgeError, Language, Say,
    program::{Program, on_path},
    sdk::{OWN_FOLDER, write_interface, write_sdk},
};

/// What makes components. Another version makes other bytes, so it is pinned; the scaffold's `requirements.txt` names the same.
pub(crate) const COMPONENTIZE_PY: &str = "componentize-py==0.25.1";
/// The line of a policy's module that makes it one.
const EXPORT: &str = "Policy = ";

/// A component, and what it was made by.
pub(crate) fn build(folder: &Path, say: Say<'_>) -> Result<(String, Vec<u8>, String), ForgeError> {
    let module = match named(folder, "module") {
        Some(module) => module,
        None => module_in(folder)?,
    };
    let scratch =
        tempfile::tempdir().map_err(ForgeError::file("make a folder in", std::env::temp_dir()))?;
    let sdk = sdk(folder, scratch.path())?;
    let tool = componentize_py(folder, say)?;
    let interface = write_interface(scratch.path())?;
    let made = scratch.path().join("component.wasm");
    Program::new(&tool, folder)
        .arg("--wit-path")
        .arg(&interface)
        .args(["--world", "gatekeeper", "componentize", "--stub-wasi"])
        .args(["--python-path", ".", "--python-path"])
        .arg(&sdk)
        .arg(&module)
        .arg("-o")
        .arg(&made)
        .run()?;
    let component = fs::read(&made).map_err(ForgeError::file("read", &made))?;
    Ok((module, component, COMPONENTIZE_PY.to_owned()))
}

/// The folder with the package `tollgate`: what the project names, what lies in it, or what this program brings.
fn sdk(folder: &Path, scratch: &Path) -> Result<PathBuf, ForgeError> {
    let own = folder.join(OWN_FOLDER).join("plugins/sdk-python");
    let sdk = match named(folder, "sdk") {
        Some(named) => folder.join(named),
        None if own.is_dir() => own,
        None => scratch.join(write_sdk(Language::Python, scratch)?),
    };
    let source = sdk.join("src");
    if source.join("tollgate/__init__.py").is_file() {
        absolute(&source)
    } else {
        Err(ForgeError::NoSdk { sdk })
    }
}

/// The module that exports the policy: the one with the line `Policy = tollgate.export(...)`.
fn module_in(folder: &Path) -> Result<String, ForgeError> {
    let entries = fs::read_dir(folder).map_err(ForgeError::file("read", folder))?;
    let mut found: Vec<String> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "py"))
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap_or_default();
            text.lines()
                .any(|line| line.starts_with(EXPORT) && line.contains("export("))
        })
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    found.sort();
    match found.as_slice() {
        [module] => Ok(module.clone()),
        [] => Err(ForgeError::NoEntry {
            dir: folder.to_owned(),
            wanted: "a module with the line `Policy = tollgate.export(YourPolicy)`",
        }),
        several => Err(ForgeError::SeveralEntries {
            dir: folder.to_owned(),
            found: several.to_vec(),
        }),
    }
}

/// A text that `pyproject.toml` has under `[tool.tollgate]`.
fn named(folder: &Path, key: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join("pyproject.toml")).ok()?;
    let (_, section) = text.split_once("[tool.tollgate]")?;
    let section = section.split("\n[").next()?;
    let value = section.lines().find_map(|line| {
        let (found, value) = line.split_once('=')?;
        (found.trim() == key).then_some(value.trim())
    })?;
    Some(value.trim_matches(['"', '\'']).to_owned())
}

/// The tool: of the environment that is active, of the policy's own, or of an environment that is made for the policy.
fn componentize_py(folder: &Path, say: Say<'_>) -> Result<PathBuf, ForgeError> {
    const TOOL: &str = "componentize-py";
    let own = folder.join(".venv");
    let active = std::env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    let environments = active.into_iter().chain([own.clone()]);
    let there = environments
        .map(|environment| environment.join("bin").join(TOOL))
        .find(|program| program.is_file())
        .or_else(|| on_path(TOOL));
    if let Some(tool) = there {
        return Ok(tool);
    }
    let requirements = folder.join("requirements.txt");
    let pins = if requirements.is_file() {
        vec!["-r".to_owned(), "requirements.txt".to_owned()]
    } else {
        vec![COMPONENTIZE_PY.to_owned()]
    };
    say(&format!(
        "there is no {TOOL}: making {} and installing {} there (a download of 45 MB, about a minute)",
        own.display(),
        pins.join(" ")
    ));
    Program::new("python3", folder)
        .args(["-m", "venv", ".venv"])
        .run()?;
    let python = own.join("bin/python");
    Program::new(absolute(&python)?, folder)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(pins)
        .run()?;
    let tool = own.join("bin").join(TOOL);
    if tool.is_file() {
        absolute(&tool)
    } else {
        Err(ForgeError::NoTool {
            program: TOOL,
            cure: "list `componentize-py==0.25.1` in requirements.txt, and remove .venv",
        })
    }
}

/// An environment's python is a link, which is not to be followed.
fn absolute(path: &Path) -> Result<PathBuf, ForgeError> {
    std::path::absolute(path).map_err(ForgeError::file("find", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_s_module_is_found_by_what_it_exports() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("prices.py"), "PRICES = {}\n")?;
        let none = module_in(folder.path()).err().ok_or("found")?;
        assert!(none.to_string().contains("tollgate.export("), "{none}");
        fs::write(
            folder.path().join("cost.py"),
            "class Cost: ...\nPolicy = tollgate.export(Cost)\n",
        )?;
        assert_eq!(module_in(folder.path())?, "cost");
        fs::write(folder.path().join("other.py"), "Policy = export(Other)\n")?;
        let several = module_in(folder.path()).err().ok_or("found one")?;
        assert!(several.to_string().contains("cost, other"), "{several}");
        Ok(())
    }

    #[test]
    fn an_sdk_elsewhere_is_named_in_the_project() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let project = folder.path().join("pyproject.toml");
        fs::write(&project, "[project]\nname = \"cost\"\n")?;
        assert_eq!(named(folder.path(), "sdk"), None);
        fs::write(
            &project,
            "[tool.tollgate]\nsdk = \"../sdk\"\n\n[tool.other]\nsdk = \"wrong\"\n",
        )?;
        assert_eq!(named(folder.path(), "sdk").as_deref(), Some("../sdk"));
        assert_eq!(named(folder.path(), "module"), None);
        Ok(())
    }
}
