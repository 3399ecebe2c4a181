//! What left, against what is written down.

use std::path::PathBuf;

use similar::TextDiff;

use crate::golden::written;
use crate::model::{Case, Golden};
use crate::output::Produced;
use crate::run::Failure;

/// A golden output that is not what left, and what did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compared {
    /// The file that it stands in, if it is one of its own.
    pub(crate) file: Option<PathBuf>,
    /// What was written down; none if nothing was.
    pub(crate) expected: Option<String>,
    /// What came.
    pub(crate) actual: String,
}

/// Compares; none where there is nothing to compare with, or no difference.
pub(crate) fn golden(case: &Case, produced: &Produced) -> Option<(Failure, Compared)> {
    let golden = case.expect.golden.as_ref()?;
    let actual = written(produced);
    let (file, expected) = match &golden.value {
        Golden::Inline(text) => (None, text.clone()),
        Golden::File(path) => (
            Some(path.clone()),
            std::fs::read_to_string(path)
                .ok()
                .map(|text| text.replace("\r\n", "\n")),
        ),
    };
    let trimmed = expected.as_deref().map(str::trim_end);
    if trimmed == Some(actual.trim_end()) {
        return None;
    }
    let message = match &expected {
        Some(_) => "what came is not what is written down",
        None => "nothing is written down yet: --update writes what came",
    };
    let failure = Failure::new(golden.place, message)
        .with(difference(expected.as_deref().unwrap_or_default(), &actual));
    Some((
        failure,
        Compared {
            file,
            expected,
            actual,
        },
    ))
}

/// Lines that differ, with those around them.
pub(crate) fn difference(before: &str, after: &str) -> Vec<String> {
    let before = format!("{}\n", before.trim_end());
    let after = format!("{}\n", after.trim_end());
    let before = if before == "\n" { "" } else { &before };
    let diff = TextDiff::from_lines(before, after.as_str());
    let mut lines = Vec::new();
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        if !lines.is_empty() {
            lines.push("...".to_owned());
        }
        for change in hunk.iter_changes() {
            let sign = match change.tag() {
                similar::ChangeTag::Delete => '-',
                similar::ChangeTag::Insert => '+',
                similar::ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign} {}", change.value().trim_end_matches('\n')));
        }
    }
    lines
}
