//! `--watch`: the files that a configuration is made of, looked at now and then.
//!
//! They are looked at, and no notification is asked for: a folder that is mounted into a container is replaced by a symbolic link, a
//! network's file system tells nothing, and notifications run out. A look at a few files costs nothing.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tollgate_config::{Component, Config, Surroundings};

use crate::here::Here;

/// The time between two looks. What has changed has to look the same twice: nobody wants half of what an editor writes.
const PAUSE: Duration = Duration::from_secs(1);

/// What a file looks like from outside; none where there is no file.
type Look = Option<(SystemTime, u64, u64)>;

/// Files, and what they looked like before they were read: what changes while they are read counts as changed.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    files: Mutex<BTreeMap<PathBuf, Look>>,
}

/// Every file that is read for a configuration is watched, whether it is there or not.
impl Surroundings for Watch {
    fn variable(&self, name: &str) -> Option<String> {
        Here.variable(name)
    }

    fn file(&self, path: &str) -> Result<String, String> {
        self.add(Path::new(path));
        Here.file(path)
    }
}

impl Watch {
    /// Adds the components and files that the stages of a configuration name. They are not read yet.
    pub(crate) fn add_stages(&self, config: &Config) {
        for stage in config.stages() {
            if let Component::File(path) = &stage.component {
                self.add(path);
            }
            for (_, path) in &stage.gate.files {
                self.add(path);
            }
        }
    }

    /// Completes when something has changed and does not go on changing.
    pub(crate) async fn changed(&self) {
        self.changed_within(PAUSE).await;
    }

    /// Likewise, with another time between two looks.
    pub(crate) async fn changed_within(&self, pause: Duration) {
        let mut last = self.files().clone();
        let mut has_changed = false;
        loop {
            tokio::time::sleep(pause).await;
            let mut now = BTreeMap::new();
            for path in last.keys() {
                let look = tokio::fs::metadata(path).await;
                now.insert(path.clone(), look.ok().and_then(|found| look_of(&found)));
            }
            let is_still = now == last;
            if has_changed && is_still {
                return;
            }
            has_changed |= !is_still;
            last = now;
        }
    }

    /// The files that are watched.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.files().keys().cloned().collect()
    }

    /// When one of the files was written last, as they are now.
    pub(crate) fn last_change(&self) -> Option<SystemTime> {
        let paths = self.paths().into_iter();
        let times = paths.filter_map(|path| std::fs::metadata(path).ok()?.modified().ok());
        times.max()
    }

    /// Adds a file, whether it is there or not.
    pub(crate) fn add(&self, path: &Path) {
        let look = std::fs::metadata(path).ok();
        let look = look.and_then(|found| look_of(&found));
        // What it looked like first counts.
        self.files().entry(path.to_owned()).or_insert(look);
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Look>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look_of(found: &std::fs::Metadata) -> Look {
    let modified = found.modified().ok()?;
    Some((modified, found.len(), found.ino()))
}
