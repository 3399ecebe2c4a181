//! The languages that policies are written in, and how a folder tells which it is.

use std::path::Path;

use crate::ForgeError;

/// A language with an SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Compiled by cargo.
    Rust,
    /// CPython within the component, by componentize-py.
    Python,
    /// QuickJS within the component, by jco.
    JavaScript,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rust, Self::Python, Self::JavaScript];

    /// As people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
        }
    }

    /// The file that makes a folder a package of it.
    pub(crate) fn manifest(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::Python => "pyproject.toml",
            Self::JavaScript => "package.json",
        }
    }

    /// The language of the package in `folder`.
    pub fn of(folder: &Path) -> Result<Self, ForgeError> {
        let mut all = Self::ALL.into_iter();
        all.find(|language| folder.join(language.manifest()).exists())
            .ok_or_else(|| ForgeError::NoPackage {
                dir: folder.to_owned(),
            })
    }
}
