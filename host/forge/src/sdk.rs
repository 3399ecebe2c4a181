//! The SDKs that the program brings along.
//!
//! They are written into the policy's own folder, below `.tollgate`: what a policy was tested with is what it is built with, wherever that
//! is done, and a later tollgate changes nothing of it unless asked.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{ForgeError, Language, policy::write_if_changed};

include!(concat!(env!("OUT_DIR"), "/sdks.rs"));

/// The folder within a policy's that holds what tollgate wrote.
pub(crate) const OWN_FOLDER: &str = ".tollgate";

/// Writes the SDK of a language into the folder of a policy. Returns the folder that the policy names, relative to its own.
pub fn write_sdk(language: Language, policy: &Path) -> Result<PathBuf, ForgeError> {
    let own = policy.join(OWN_FOLDER);
    // What an earlier version had, and this one has not, does not stay.
    for part in ["host", "plugins", "wit"] {
        let part = own.join(part);
        if part.exists() {
            fs::remove_dir_all(&part).map_err(ForgeError::file("replace", part))?;
        }
    }
    let (files, named) = match language {
        Language::Rust => (RUST, "plugins/sdk"),
        Language::Python => (PYTHON, "plugins/sdk-python"),
        Language::JavaScript => (JAVASCRIPT, "plugins/sdk-js"),
    };
    for (name, content) in files.iter().chain(INTERFACE) {
        write_if_changed(&own.join(name), content)?;
    }
    if language == Language::Rust {
        write_if_changed(&own.join("Cargo.toml"), ROOT_MANIFEST.as_bytes())?;
        write_if_changed(&own.join("plugins/Cargo.toml"), PLUGINS_MANIFEST.as_bytes())?;
    }
    Ok(Path::new(OWN_FOLDER).join(named))
}

/// The interface that policies of this version are built for, as a folder of WIT below `folder`.
pub(crate) fn write_interface(folder: &Path) -> Result<PathBuf, ForgeError> {
    for (name, content) in INTERFACE {
        write_if_changed(&folder.join(name), content)?;
    }
    Ok(folder.join("wit"))
}
