//! The file exporter: a request a line, in OTLP/JSON.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tollgate_config::FileExporter as Settings;
use tollgate_record::Signal;

use crate::exporter::{Delivered, ExporterError, Setback};

/// Lines that are held before they are written.
const BUFFER: usize = 64 << 10;

/// Writes requests to a file.
pub(crate) struct FileExporter {
    lines: Arc<Mutex<Lines>>,
    path: String,
}

impl FileExporter {
    pub(crate) async fn open(settings: &Settings) -> Result<Self, ExporterError> {
        let path = settings.path.display().to_string();
        let owned = settings.clone();
        let opened = tokio::task::spawn_blocking(move || open(&owned)).await;
        let lines = opened
            .map_err(io::Error::other)
            .and_then(|opened| opened)
            .map_err(|source| ExporterError::File {
                path: path.clone(),
                source,
            })?;
        let lines = Arc::new(Mutex::new(lines));
        if !settings.flush_interval.is_zero() {
            tokio::spawn(flush_often(Arc::downgrade(&lines), settings.flush_interval));
        }
        Ok(Self { lines, path })
    }

    pub(crate) fn export(&self, signal: Signal, wire: &[u8]) -> Result<Delivered, Setback> {
        let mut lines = lock(&self.lines);
        let before = lines.pending.len();
        tollgate_json::encode(signal, wire, &mut lines.pending)
            .map_err(|error| Setback::permanent(error.to_string()))?;
        lines.pending.push(b'\n');
        if lines.pending.len() > BUFFER && lines.write().is_err() {
            // This line is given back; those before it are tried again with the next.
            lines.pending.truncate(before);
            return Err(Setback::retryable("the file cannot be written"));
        }
        Ok(Delivered::default())
    }

    pub(crate) async fn flush(&self) -> Result<(), ExporterError> {
        let lines = Arc::clone(&self.lines);
        tokio::task::spawn_blocking(move || {
            let mut lines = lock(&lines);
            lines.write()?;
            lines.file.sync_data()
        })
        .await
        .map_err(io::Error::other)
        .and_then(|flushed| flushed)
        .map_err(|source| ExporterError::File {
            path: self.path.clone(),
            source,
        })
    }
}

impl Drop for FileExporter {
    fn drop(&mut self) {
        // Who wants to know whether this works calls flush.
        let _ = lock(&self.lines).write();
    }
}

struct Lines {
    file: File,
    /// Bytes of the file that are whole lines.
    written: u64,
    /// Whole lines that are not in the file yet.
    pending: Vec<u8>,
}

impl Lines {
    /// Writes what is pending: all of it, or the file stays as it was.
    fn write(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.file.write_all(&self.pending) {
            // Half a line would spoil the next one; what is no plain file cannot be cut.
            let _ = self.file.set_len(self.written);
            let _ = self.file.seek(SeekFrom::Start(self.written));
            return Err(error);
        }
        self.written = self.written.saturating_add(self.pending.len() as u64);
        self.pending.clear();
        Ok(())
    }
}

fn open(settings: &Settings) -> io::Result<Lines> {
    if settings.create_directory
        && let Some(folder) = settings.path.parent()
    {
        create_folder(folder, settings.directory_permissions)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(!settings.append);
    let mut file = options.open(&settings.path)?;
    // A pipe or a terminal has no end to go to.
    let written = file.seek(SeekFrom::End(0)).unwrap_or_default();
    Ok(Lines {
        file,
        written,
        pending: Vec::with_capacity(BUFFER),
    })
}

#[cfg(unix)]
fn create_folder(folder: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(folder)
}

#[cfg(not(unix))]
fn create_folder(folder: &Path, _: u32) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// Writes what is pending, again and again, for as long as the exporter is there.
async fn flush_often(lines: Weak<Mutex<Lines>>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let Some(lines) = lines.upgrade() else {
            return;
        };
        // What fails stays pending, and the next export or flush meets the same error.
        let written = tokio::task::spawn_blocking(move || lock(&lines).write()).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(%error, "a file exporter cannot write");
        }
    }
}

fn lock(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}
