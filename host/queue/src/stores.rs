//! The folders that this process has open: a reloaded configuration goes on with the store that the one before it has.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::store::Shared;
use crate::{OpenError, Recovery, Settings, Store};

/// Stores by their folders. One folder is one store, for as long as anybody has it.
#[derive(Default)]
pub struct Stores(Mutex<HashMap<PathBuf, Weak<Shared>>>);

impl Stores {
    /// The store of a folder. What was found in it is told to whoever opens it first. It waits for the disk.
    pub fn open(&self, settings: &Settings) -> Result<(Store, Option<Recovery>), OpenError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, store| store.strong_count() > 0);
        // A folder has many spellings. One that is not there yet has no store.
        let known = std::fs::canonicalize(&settings.directory).ok();
        let store = known.and_then(|path| open.get(&path)?.upgrade());
        if let Some(shared) = store.filter(|shared| !shared.lock().closed) {
            let store = Store(shared);
            store.limited_to(settings.max_size);
            return Ok((store, None));
        }
        let (store, recovery) = Store::open(settings)?;
        let path = std::fs::canonicalize(&settings.directory);
        let path = path.unwrap_or_else(|_| settings.directory.clone());
        open.insert(path, Arc::downgrade(&store.0));
        Ok((store, Some(recovery)))
    }
}
