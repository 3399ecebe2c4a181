//! Compiled code of users' components, kept between runs.
//!
//! Whoever can write here decides what machine code runs, so the folder is private to the user, and so is every file in it.
//! An entry is found by the digest of the component and the fingerprint of the compiler, written as a whole or not at all, and
//! believed only when its own digest is right. Whatever is wrong with an entry, the component is compiled again.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::artifact::{Identity, unpack};
use crate::engine::fingerprint;

/// Entries that are kept; the ones that were not used for the longest time go.
const ENTRIES: usize = 64;
const EXTENSION: &str = "cwasm";

#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Opens the cache below `folder`, and makes it private.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let folder = folder.join("compiled");
        fs::create_dir_all(&folder)?;
        if !fs::symlink_metadata(&folder)?.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::NotADirectory,
                "it is not a folder",
            ));
        }
        private::close_folder(&folder)?;
        Ok(Self { folder })
    }

    /// The compiled component, if it is here and can be believed.
    pub(crate) fn load(&self, identity: &Identity, engine: &Engine) -> Option<Component> {
        let path = self.path(identity, engine);
        let file = File::open(&path).ok()?;
        if !private::is_ours(&file, &self.folder) {
            return None;
        }
        let artifact = fs::read(&path).ok()?;
        let (found, component) = unpack(&artifact, engine).ok()?;
        if found != *identity {
            return None;
        }
        // Keeps what is used from being swept out; if it does not work, the entry is compiled again some day.
        let _ = file.set_modified(SystemTime::now());
        Some(component)
    }

    /// Keeps an artifact. It appears under its name only when it is complete.
    pub(crate) fn store(
        &self,
        identity: &Identity,
        engine: &Engine,
        artifact: &[u8],
    ) -> io::Result<()> {
        let path = self.path(identity, engine);
        let partial = path.with_extension(format!("{}.partial", std::process::id()));
        let written = write_private(&partial, artifact).and_then(|()| fs::rename(&partial, &path));
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        }
        self.sweep();
        written
    }

    fn path(&self, identity: &Identity, engine: &Engine) -> PathBuf {
        let component = hex(&identity.digest);
        let settings = hex(&fingerprint(engine));
        let settings = settings.get(..16).unwrap_or_default();
        self.folder
            .join(format!("{component}-{settings}.{EXTENSION}"))
    }

    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let mut found: Vec<(SystemTime, PathBuf)> = entries
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|end| end == EXTENSION))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        found.sort();
        let superfluous = found.len().saturating_sub(ENTRIES);
        for (_, path) in found.into_iter().take(superfluous) {
            // Another process may have been faster.
            let _ = fs::remove_file(path);
        }
    }
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    private::for_us_alone(&mut options);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Owner and mode, where there are such.
#[cfg(unix)]
mod private {
    use std::fs::{self, File, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    /// Takes the folder away from everybody else. Only its owner can, so a folder of somebody else's is refused here.
    pub(super) fn close_folder(folder: &Path) -> io::Result<()> {
        fs::set_permissions(folder, Permissions::from_mode(0o700))
    }

    pub(super) fn for_us_alone(options: &mut OpenOptions) {
        options.mode(0o600);
    }

    /// Whether the file belongs to the owner of the folder, and nobody else may write to it.
    pub(super) fn is_ours(file: &File, folder: &Path) -> bool {
        let (Ok(file), Ok(folder)) = (file.metadata(), fs::metadata(folder)) else {
            return false;
        };
        file.is_file() && file.uid() == folder.uid() && file.mode() & 0o022 == 0
    }
}

/// Elsewhere the folder is in the user's profile, which the system keeps for the user.
#[cfg(not(unix))]
mod private {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(super) fn close_folder(_folder: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn for_us_alone(_options: &mut OpenOptions) {}

    pub(super) fn is_ours(file: &File, _folder: &Path) -> bool {
        file.metadata().is_ok_and(|file| file.is_file())
    }
}
