//! What a configuration may refer to: the environment and the files of this machine.

use std::fs::File;
use std::io::Read as _;

use tollgate_config::{LARGEST, Surroundings};

/// This process, where it runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Here;

impl Surroundings for Here {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn file(&self, path: &str) -> Result<String, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        // A device may have no end, and a large file need not be read to be refused.
        let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
        file.take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| error.to_string())?;
        if bytes.len() > LARGEST {
            // Cut within a character or not: it is refused for its size.
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
        String::from_utf8(bytes).map_err(|_| "it is no text in UTF-8".to_owned())
    }
}
