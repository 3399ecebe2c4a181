//! Other people's programs: started in a folder, their messages left where an author looks for them.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::ForgeError;

/// A program that is about to be started.
pub(crate) struct Program {
    command: Command,
    name: String,
    folder: PathBuf,
}

impl Program {
    pub(crate) fn new(program: impl AsRef<OsStr>, folder: &Path) -> Self {
        let mut command = Command::new(program.as_ref());
        command.current_dir(folder).stdin(Stdio::null());
        let name = Path::new(program.as_ref()).file_name();
        Self {
            name: name
                .unwrap_or(program.as_ref())
                .to_string_lossy()
                .into_owned(),
            command,
            folder: folder.to_owned(),
        }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Runs it. What it says is kept, and told only if it fails: a tool that works has nothing to tell an author.
    pub(crate) fn run(mut self) -> Result<(), ForgeError> {
        let output = self.command.output().map_err(|source| ForgeError::Start {
            program: self.name.clone(),
            source,
        })?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr]
            .iter()
            .map(|said| String::from_utf8_lossy(said).trim().to_owned())
            .filter(|said| !said.is_empty())
            .collect::<Vec<_>>()
            .join("\n");
        Err(ForgeError::Tool {
            program: self.name,
            dir: self.folder,
            said,
        })
    }
}

/// A program on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
