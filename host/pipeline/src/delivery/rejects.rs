//! Dead letters: what a destination will never take, kept in a file for people.
//!
//! A line of JSON a request: when, for which exporter, which signal, how many records, why, which configuration cleared it, and the request
//! itself as OTLP/JSON. Everything in it has passed every stage, as what is exported has.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use tollgate_config::OnRejected;
use tollgate_otlp::Refused;

use super::destination::Destination;
use crate::passage::Cleared;

/// How long a file that cannot be written is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Where dead letters go.
pub(super) struct Rejects(Option<Arc<Letters>>);

struct Letters {
    path: PathBuf,
    open: Mutex<Option<File>>,
}

impl Rejects {
    pub(super) fn new(on_rejected: &OnRejected) -> Self {
        Self(match on_rejected {
            OnRejected::Drop => None,
            OnRejected::File(path) => Some(Arc::new(Letters {
                path: path.clone(),
                open: Mutex::default(),
            })),
        })
    }

    /// Whether what is refused is kept somewhere.
    pub(super) fn are_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Keeps what was refused. It returns when the disk has it, and tries until it does.
    pub(super) async fn keep(
        &self,
        destination: &Destination,
        whole: &Cleared,
        refused: &[Refused],
    ) {
        let Some(letters) = &self.0 else {
            return;
        };
        for part in refused {
            let line: Arc<[u8]> = line(&destination.id.to_string(), whole, part).into();
            loop {
                let (own, line) = (Arc::clone(letters), Arc::clone(&line));
                let written = tokio::task::spawn_blocking(move || own.write(&line)).await;
                let error = match written {
                    Ok(Ok(())) => break,
                    Ok(Err(error)) => error,
                    Err(_) => io::ErrorKind::Other.into(),
                };
                tracing::error!(target: "tollgate", exporter = %destination.id, path = %letters.path.display(), %error, "dead letters cannot be written; it is tried again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn line(exporter: &str, whole: &Cleared, part: &Refused) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_nanos());
    let letter = json!({
        "time_unix_nano": now.to_string(),
        "exporter": exporter,
        "signal": whole.signal().as_str(),
        "records": part.records,
        "reason": part.reason,
        "generation": whole.stamp().generation,
    });
    let mut line = letter.to_string().into_bytes();
    // The request becomes the last member of the object.
    line.pop();
    line.extend_from_slice(b",\"request\":");
    if tollgate_json::encode(whole.signal(), &part.wire, &mut line).is_err() {
        // It was encoded here, and is what it should be.
        line.extend_from_slice(b"null");
    }
    line.extend_from_slice(b"}\n");
    line
}

impl Letters {
    fn write(&self, line: &[u8]) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match open.take() {
            // A file that was moved away, to be read or rotated, is made anew.
            Some(file) if is_at(&file, &self.path) => file,
            _ => {
                if let Some(folder) = self.path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                let options = OpenOptions::new()
                    .create(true)
                    .append(true)
                    .mode(0o600)
                    .clone();
                options.open(&self.path)?
            }
        };
        (&file).write_all(line)?;
        file.sync_data()?;
        *open = Some(file);
        Ok(())
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = file.metadata().ok().zip(std::fs::metadata(path).ok());
    same.is_some_and(|(open, there)| (open.dev(), open.ino()) == (there.dev(), there.ino()))
}
