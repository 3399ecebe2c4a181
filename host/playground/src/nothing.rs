//! What a configuration in the page may refer to.

use tollgate_config::Surroundings;

/// Neither variables nor files: a configuration that somebody sent must not read this machine.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Surroundings for Nothing {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, _: &str) -> Result<String, String> {
        Err("the playground reads no files: paste the text here".to_owned())
    }
}
