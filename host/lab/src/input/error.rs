//! What is wrong with a file of telemetry.

use std::fmt;

use super::LARGEST;

/// A file is not what it was taken for: which one, where, what it looks like instead, and what can be done. Nothing of a record stands
/// in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// The file.
    pub file: String,
    /// Line and column from 1, where the mistake has a place.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What can be done about it.
    pub help: Option<String>,
}

impl InputError {
    pub(super) fn of(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            place: None,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn unreadable(file: &str, error: &std::io::Error) -> Self {
        Self::of(file, format!("it cannot be read: {error}"))
    }

    pub(super) fn too_large(file: &str) -> Self {
        Self::of(file, format!("it holds more than {} MiB", LARGEST >> 20))
            .help("take a part of it")
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub(super) fn at(mut self, line: usize, column: usize) -> Self {
        self.place = Some((line, column));
        self
    }

    /// Likewise, for a place in a text that is given in bytes.
    #[must_use]
    pub(super) fn at_offset(self, text: &[u8], offset: usize) -> Self {
        let (line, column) = position(text, offset);
        self.at(line, column)
    }
}

/// Line and column, from 1.
pub(super) fn position(text: &[u8], offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let lines = memchr::memchr_iter(b'\n', before).count();
    let start = memchr::memrchr(b'\n', before);
    let start = start.map_or(0, |at| at.saturating_add(1));
    let column = before.len().saturating_sub(start).saturating_add(1);
    (lines.saturating_add(1), column)
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for InputError {}
