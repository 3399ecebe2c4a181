//! The folders that queues are kept in: each is opened once, and stays open over reloads.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tollgate_config::{ComponentId, FileStorage, Storage};
use tollgate_queue::{OpenError, Recovery, Settings, Store};

/// The folders that are open.
#[derive(Default)]
pub(crate) struct Stores(Mutex<HashMap<PathBuf, (FileStorage, Store)>>);

impl Stores {
    /// The store of an extension, opened if it is not open yet. It waits for the disk.
    pub(crate) fn open(&self, storage: &Storage) -> Result<Store, OpenError> {
        let settings = &storage.settings;
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, store)) = open.get(&settings.directory) {
            if known != settings {
                tracing::warn!(target: "tollgate", extension = %storage.id, "other settings of a folder that is in use hold after a new start");
            }
            return Ok(store.clone());
        }
        let (store, recovery) = Store::open(&Settings {
            directory: settings.directory.clone(),
            create: settings.create_directory,
            permissions: settings.directory_permissions,
            fsync: settings.fsync,
            max_size: settings.max_size,
        })?;
        tell(&storage.id, &recovery);
        open.insert(
            settings.directory.clone(),
            (settings.clone(), store.clone()),
        );
        Ok(store)
    }

    /// Closes those that `is_used` does not want, and forgets them.
    pub(crate) fn retain(&self, is_used: impl Fn(&Store) -> bool) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (_, store)| {
            let used = is_used(store);
            if !used {
                store.close();
            }
            used
        });
    }
}

/// Says what was found. Names and numbers, never content.
fn tell(extension: &ComponentId, recovery: &Recovery) {
    let found = &recovery.found;
    if found.frames > 0 {
        let queues = recovery.queues.join(", ");
        tracing::info!(target: "tollgate", %extension, frames = found.frames, records = found.records, bytes = found.bytes, queues, "the queue goes on with what it held");
    }
    if recovery.torn > 0 {
        tracing::warn!(target: "tollgate", %extension, frames = recovery.torn, "the queue ended within a frame; its client was not told that it was taken");
    }
    for damage in &recovery.damage {
        tracing::error!(target: "tollgate", %extension, file = damage.file, offset = damage.offset, length = damage.length, "the queue is damaged there; the bytes are kept aside, and everything else goes on");
    }
    if !recovery.strangers.is_empty() {
        let files = recovery.strangers.join(", ");
        tracing::warn!(target: "tollgate", %extension, files, "the folder holds what is not the queue's; it is left alone");
    }
}
