use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{ForgeError, Toolchain, build_guest, componentize};

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
}

/// Builds the policy in `dir` and writes its component to `out`, or else into `dir`, under the name of its module.
pub fn build_policy(dir: &Path, out: Option<&Path>) -> Result<Built, ForgeError> {
    if !dir.join("Cargo.toml").exists() {
        return Err(ForgeError::NoPackage {
            dir: dir.to_owned(),
        });
    }
    let toolchain = Toolchain::find(dir)?;
    let guest = build_guest(&toolchain, dir, None)?;
    let out = match (out, guest.module.file_name()) {
        (Some(out), _) => out.to_owned(),
        (None, Some(name)) => dir.join(name),
        (None, None) => {
            return Err(ForgeError::NoModule {
                dir: dir.to_owned(),
            });
        }
    };
    let component = component_of(&guest.module)?;
    let unchanged = write_if_changed(&out, &component)?;
    Ok(Built {
        path: out,
        size: component.len() as u64,
        digest: digest(&component),
        unchanged,
        toolchain: toolchain.describe(),
    })
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
