//! The file exporter: a request a line, in OTLP/JSON.
//!
//! A line is with the operating system before its export returns: whoever was told that the file has it need not fear for it when the
//! process ends. Exporters of one file share it, also those of a configuration that replaces another.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use tollgate_config::FileExporter as Settings;
use tollgate_record::Signal;

use crate::exporter::{Delivered, ExporterError, Setback};

/// Files that are written to now, by their paths.
static OPEN: LazyLock<Mutex<HashMap<PathBuf, Weak<Mutex<Lines>>>>> = LazyLock::new(Mutex::default);

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
        Ok(Self { lines, path })
    }

    pub(crate) async fn export(&self, signal: Signal, wire: Bytes) -> Result<Delivered, Setback> {
        let lines = Arc::clone(&self.lines);
        tokio::task::spawn_blocking(move || {
            let mut line = Vec::with_capacity(wire.len().saturating_mul(2));
            tollgate_json::encode(signal, &wire, &mut line)
                .map_err(|error| Setback::permanent(error.to_string()))?;
            line.push(b'\n');
            lock(&lines).write(&line).map_err(|error| {
                Setback::retryable(format!("the file cannot be written: {}", error.kind()))
            })
        })
        .await
        .unwrap_or_else(|_| Err(Setback::retryable("the file cannot be written")))?;
        Ok(Delivered::default())
    }

    /// Brings what was written to the disk itself.
    pub(crate) async fn flush(&self) -> Result<(), ExporterError> {
        let lines = Arc::clone(&self.lines);
        tokio::task::spawn_blocking(move || match lock(&lines).file.sync_data() {
            // Pipes and terminals have no disk behind them.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            synced => synced,
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

struct Lines {
    file: File,
    /// Bytes of the file that are whole lines.
    written: u64,
}

impl Lines {
    /// Writes a line: all of it, or the file stays as it was.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(line) {
            // Half a line would spoil the next one; what is no plain file cannot be cut.
            let _ = self.file.set_len(self.written);
            let _ = self.file.seek(SeekFrom::Start(self.written));
            return Err(error);
        }
        self.written = self.written.saturating_add(line.len() as u64);
        Ok(())
    }
}

/// The lines of a file that is written to already, or of one that is opened now.
fn open(settings: &Settings) -> io::Result<Arc<Mutex<Lines>>> {
    if settings.create_directory
        && let Some(folder) = settings.path.parent()
    {
        create_folder(folder, settings.directory_permissions)?;
    }
    let mut all = lock(&OPEN);
    all.retain(|_, lines| lines.strong_count() > 0);
    let name = std::path::absolute(&settings.path)?;
    if let Some(lines) = all.get(&name).and_then(Weak::upgrade) {
        return Ok(lines);
    }
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(!settings.append);
    let mut file = options.open(&settings.path)?;
    // A pipe or a terminal has no end to go to.
    let written = file.seek(SeekFrom::End(0)).unwrap_or_default();
    let mut lines = Lines { file, written };
    if written > 0 && !ends_with_a_line(&settings.path) {
        // What was cut off in the middle must not spoil what comes now.
        lines.write(b"\n")?;
    }
    let lines = Arc::new(Mutex::new(lines));
    all.insert(name, Arc::downgrade(&lines));
    Ok(lines)
}

fn ends_with_a_line(path: &Path) -> bool {
    let last = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        Ok::<_, io::Error>(last == *b"\n")
    };
    // Who may write and not read has to trust that it does.
    last().unwrap_or(true)
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

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
