//! The folder that requests are stored in.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use tokio::sync::Notify;
use tollgate_json::{count, encode};
use tollgate_otlp::{Answer, Gate, Request};
use tollgate_record::Signal;

use super::Format;
use crate::terminal;

/// Stores every request as a file of its own.
pub(super) struct Store {
    folder: PathBuf,
    format: Format,
    /// The number of the next file. It counts on where an earlier capture ended.
    next: AtomicU64,
    taken: AtomicU64,
    stored: AtomicU64,
    most: Option<u64>,
    full: Notify,
}

impl Store {
    pub(super) fn open(folder: &Path, format: Format, most: Option<u64>) -> anyhow::Result<Self> {
        let name = folder.display();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| format!("cannot make the folder {name}"))?;
        let last = last(folder).with_context(|| format!("cannot read the folder {name}"))?;
        Ok(Self {
            folder: folder.to_owned(),
            format,
            next: AtomicU64::new(last.saturating_add(1)),
            taken: AtomicU64::new(0),
            stored: AtomicU64::new(0),
            most,
            full: Notify::new(),
        })
    }

    /// Requests that lie in files.
    pub(super) fn stored(&self) -> u64 {
        self.stored.load(Ordering::Acquire)
    }

    /// Completes when as many are stored as were wanted.
    pub(super) async fn is_full(&self) {
        self.full.notified().await;
    }

    /// Whether this request is one of those that are wanted.
    fn takes(&self) -> bool {
        let before = self.taken.fetch_add(1, Ordering::AcqRel);
        self.most.is_none_or(|most| before < most)
    }

    /// Writes a file that is there whole or not at all.
    fn write(&self, signal: Signal, bytes: &[u8]) -> io::Result<String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("{signal}-{number:06}.{}", self.format.ending());
        let part = self.folder.join(format!(".{name}.part"));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(bytes)?;
        fs::rename(&part, self.folder.join(&name))?;
        Ok(name)
    }

    fn told(&self, name: &str, signal: Signal, wire: &[u8]) {
        let records = count(signal, wire).map_or(0, |counts| counts.records);
        let kind = signal.record_kind();
        let plural = if records == 1 { "" } else { "s" };
        terminal::remark(&format!(
            "{name}  {records} {kind}{plural}, {} bytes",
            wire.len()
        ));
        let stored = self.stored.fetch_add(1, Ordering::AcqRel).saturating_add(1);
        if self.most.is_some_and(|most| stored >= most) {
            self.full.notify_one();
        }
    }
}

impl Gate for Store {
    async fn admit(&self, request: Request) -> Answer {
        let Request { signal, wire, .. } = request;
        let mut json = Vec::new();
        // What is no request of the signal cannot be tried either.
        if let Err(error) = encode(signal, &wire, &mut json) {
            return Answer::Malformed(error.to_string());
        }
        if !self.takes() {
            return Answer::Retry {
                after: None,
                message: "enough requests are captured",
            };
        }
        let bytes = match self.format {
            Format::Binpb => &*wire,
            Format::Json => {
                json.push(b'\n');
                &*json
            }
        };
        // Files are written one after the other, on a laptop's own disk.
        match tokio::task::block_in_place(|| self.write(signal, bytes)) {
            Ok(name) => {
                self.told(&name, signal, &wire);
                Answer::DONE
            }
            Err(error) => {
                terminal::remark(&format!(
                    "error: a request cannot be stored in {}: {error}",
                    self.folder.display()
                ));
                self.taken.fetch_sub(1, Ordering::AcqRel);
                Answer::Retry {
                    after: None,
                    message: "the request cannot be stored",
                }
            }
        }
    }
}

/// The greatest number of the files of a folder.
fn last(folder: &Path) -> io::Result<u64> {
    let mut last = 0;
    for entry in folder.read_dir()? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let number = name
            .split_once('-')
            .and_then(|(_, rest)| rest.split_once('.'));
        let number = number.and_then(|(number, _)| number.parse::<u64>().ok());
        last = last.max(number.unwrap_or_default());
    }
    Ok(last)
}
