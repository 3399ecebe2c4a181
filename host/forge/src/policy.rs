use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    About, ForgeError, Language, Say, Toolchain, build_guest, component, componentize, javascript,
    python,
};

/// A policy that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Where the component lies.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub digest: String,
    /// Whether the file was there already, with just these bytes.
    pub unchanged: bool,
    /// How it was compiled, for the terminal.
    pub toolchain: String,
    /// In which language it is written.
    pub language: Language,
    /// What it imports and exports.
    pub about: About,
}

/// A component before anybody has looked at it.
struct Raw {
    name: String,
    component: Vec<u8>,
    toolchain: String,
}

/// Builds the policy in `dir` by its language's own tool, looks at the result, and writes it to `out` (a file, or a folder that is
/// there), or else into `dir`, under the name of its package.
pub fn build_policy(dir: &Path, out: Option<&Path>, say: Say<'_>) -> Result<Built, ForgeError> {
    let language = Language::of(dir)?;
    let raw = match language {
        Language::Rust => rust(dir)?,
        Language::Python => raw(python::build(dir, say)?),
        Language::JavaScript => raw(javascript::build(dir, say)?),
    };
    let file = format!("{}.wasm", raw.name);
    let path = match out {
        None => dir.join(file),
        Some(folder) if folder.is_dir() => folder.join(file),
        Some(path) => path.to_owned(),
    };
    let misfit = |misfit| ForgeError::Misfit {
        path: path.clone(),
        misfit,
    };
    let about = About::read(&raw.component).map_err(misfit)?;
    about.check().map_err(misfit)?;
    let component = component::signed(&raw.component, language, &raw.toolchain)?;
    let unchanged = write_if_changed(&path, &component)?;
    Ok(Built {
        path,
        size: component.len() as u64,
        digest: digest(&component),
        unchanged,
        toolchain: raw.toolchain,
        language,
        about,
    })
}

fn rust(dir: &Path) -> Result<Raw, ForgeError> {
    let toolchain = Toolchain::find(dir)?;
    let guest = build_guest(&toolchain, dir, None)?;
    let name = guest
        .module
        .file_stem()
        .ok_or_else(|| ForgeError::NoModule {
            dir: dir.to_owned(),
        })?;
    Ok(Raw {
        name: name.to_string_lossy().into_owned(),
        component: component_of(&guest.module)?,
        toolchain: toolchain.describe(),
    })
}

fn raw((name, component, toolchain): (String, Vec<u8>, String)) -> Raw {
    Raw {
        name,
        component,
        toolchain,
    }
}

/// Reads a core module and makes a component of it.
pub(crate) fn component_of(module: &Path) -> Result<Vec<u8>, ForgeError> {
    componentize(&fs::read(module).map_err(ForgeError::file("read", module))?)
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// Leaves a file alone that holds these bytes already, so that whoever watches its time does no work for nothing. True if so.
pub(crate) fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<bool, ForgeError> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(true);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(ForgeError::file("make the folder", folder))?;
    }
    fs::write(path, bytes).map_err(ForgeError::file("write", path))?;
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_the_same_bytes_is_not_written_again() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("new/cost.wasm");
        assert!(
            !write_if_changed(&path, b"one")?,
            "a new file, in a new folder"
        );
        assert!(write_if_changed(&path, b"one")?, "nothing to do");
        assert!(!write_if_changed(&path, b"two")?);
        assert_eq!(fs::read(&path)?, b"two");
        Ok(())
    }

    #[test]
    fn digests_are_sha_256_in_hex() {
        assert_eq!(
            digest(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
