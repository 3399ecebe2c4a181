//! Everything that is asked of a disk, so that tests can put one there that fails.

use std::fs::{self, OpenOptions, TryLockError};
use std::io::{self, IoSlice, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::{OpenError, Settings};

/// How long a process that has the folder may take to end.
const ENDING: Duration = Duration::from_millis(500);

/// A folder.
pub trait Folder: Send + Sync + 'static {
    /// The names of what lies in it.
    fn list(&self) -> io::Result<Vec<String>>;
    /// A new file. One of that name must not be there.
    fn create(&self, name: &str) -> io::Result<Arc<dyn File>>;
    /// A file that is there.
    fn open(&self, name: &str) -> io::Result<Arc<dyn File>>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes sure that files that were made or removed are so after a power cut, too.
    fn sync(&self) -> io::Result<()>;
}

/// A file that grows at its end.
pub trait File: Send + Sync {
    /// Writes all of these at the end.
    fn append(&self, parts: &[&[u8]]) -> io::Result<()>;
    /// Makes sure that what was written is there after a power cut, too.
    fn sync(&self) -> io::Result<()>;
    /// Cuts off what stands behind `length`.
    fn truncate(&self, length: u64) -> io::Result<()>;
    /// How long it is.
    fn length(&self) -> io::Result<u64>;
    /// Reads up to the length of `buffer` from `offset`; less only at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

/// Has a folder to ourselves, for as long as what is returned is kept.
pub(crate) fn locked(settings: &Settings) -> Result<fs::File, OpenError> {
    let path = &settings.directory;
    let failed = |path: PathBuf| |source| OpenError::Folder { path, source };
    if settings.create {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(settings.permissions)
            .create(path)
            .map_err(failed(path.clone()))?;
    }
    let lock = path.join("lock");
    let locked = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&lock)
        .map_err(failed(lock.clone()))?;
    let since = Instant::now();
    loop {
        match locked.try_lock() {
            Ok(()) => return Ok(locked),
            Err(TryLockError::WouldBlock) if since.elapsed() < ENDING => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::Locked { path: path.clone() });
            }
            Err(TryLockError::Error(source)) => return Err(failed(lock)(source)),
        }
    }
}

/// A folder of the machine.
#[derive(Debug, Clone)]
pub struct RealFolder(PathBuf);

impl RealFolder {
    /// The folder at `path`, which is there.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }
}

impl Folder for RealFolder {
    fn list(&self) -> io::Result<Vec<String>> {
        let name = |entry: io::Result<fs::DirEntry>| {
            entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
        };
        fs::read_dir(&self.0)?.map(name).collect()
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let path = self.0.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        Ok(Arc::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let path = self.0.join(name);
        // A pipe would keep us waiting.
        if !fs::metadata(&path)?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        Ok(Arc::new(file))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    fn sync(&self) -> io::Result<()> {
        fs::File::open(&self.0)?.sync_all()
    }
}

impl File for fs::File {
    fn append(&self, parts: &[&[u8]]) -> io::Result<()> {
        let mut file = self;
        let mut slices: Vec<_> = parts.iter().map(|part| IoSlice::new(part)).collect();
        let mut left = slices.as_mut_slice();
        // Empty parts would look like a disk that takes nothing.
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match file.write_vectored(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut read = 0;
        while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            match std::os::unix::fs::FileExt::read_at(self, rest, at) {
                Ok(0) => break,
                Ok(more) => read = read.saturating_add(more),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }
}
