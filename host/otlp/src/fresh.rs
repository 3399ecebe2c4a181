//! A value that a file holds, and that is read again when the file changes: tokens and passwords are replaced while the gate runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How often a file is looked at, at the most.
const INTERVAL: Duration = Duration::from_secs(1);

/// Why the value of a file is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct FileError {
    /// Which file.
    pub path: String,
    /// Why: what the system says, or what is wrong with its form; never what it holds.
    pub reason: String,
}

/// The value of a file.
pub(crate) struct Fresh<T> {
    path: PathBuf,
    parse: Box<Parse<T>>,
    kept: Mutex<Kept<T>>,
}

type Parse<T> = dyn Fn(&[u8]) -> Result<T, String> + Send + Sync;

struct Kept<T> {
    value: Arc<T>,
    /// The file when it was read last.
    seen: Option<Mark>,
    looked: Instant,
}

impl<T> Fresh<T> {
    /// Reads the file for the first time.
    pub(crate) fn read(
        path: &Path,
        parse: impl Fn(&[u8]) -> Result<T, String> + Send + Sync + 'static,
    ) -> Result<Self, FileError> {
        let seen = Mark::of(path);
        let value = load(path, &parse)?;
        Ok(Self {
            path: path.to_owned(),
            parse: Box::new(parse),
            kept: Mutex::new(Kept {
                value: Arc::new(value),
                seen,
                looked: Instant::now(),
            }),
        })
    }

    /// The value now. While the file cannot be read, or holds what is none, it stays what it was.
    pub(crate) fn get(&self) -> Arc<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.looked.elapsed() < INTERVAL {
            return Arc::clone(&kept.value);
        }
        kept.looked = Instant::now();
        // Looked at before it is read: what is written meanwhile is noticed the next time.
        let mark = Mark::of(&self.path);
        if mark != kept.seen {
            kept.seen = mark;
            match load(&self.path, &self.parse) {
                Ok(value) => kept.value = Arc::new(value),
                Err(error) => tracing::warn!(
                    target: "tollgate",
                    %error,
                    "a file has changed and cannot be used: what it held before counts"
                ),
            }
        }
        Arc::clone(&kept.value)
    }
}

fn load<T>(path: &Path, parse: impl Fn(&[u8]) -> Result<T, String>) -> Result<T, FileError> {
    let error = |reason| FileError {
        path: path.display().to_string(),
        reason,
    };
    let content = fs::read(path).map_err(|source| error(source.to_string()))?;
    parse(&content).map_err(error)
}

/// What changes when a file does.
#[derive(PartialEq, Eq)]
pub(crate) struct Mark {
    modified: Option<SystemTime>,
    length: u64,
    file: u64,
}

impl Mark {
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            file: identity(&metadata),
        })
    }
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> u64 {
    0
}

/// A value that was written, or that a file holds.
pub(crate) enum Held<T> {
    Written(Arc<T>),
    File(Fresh<T>),
}

impl<T> Held<T> {
    pub(crate) fn written(value: T) -> Self {
        Self::Written(Arc::new(value))
    }

    pub(crate) fn get(&self) -> Arc<T> {
        match self {
            Self::Written(value) => Arc::clone(value),
            Self::File(file) => file.get(),
        }
    }
}

/// What a file holds as one text, without the white space around it that editors leave.
pub(crate) fn text(content: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(content).map_err(|_| "it is no text".to_owned())?;
    match text.trim() {
        "" => Err("it is empty".to_owned()),
        text => Ok(text),
    }
}
