//! Folders that queues are kept in.

use std::path::{Path, PathBuf};

use super::section::Section;
use super::value;
use super::walk::Checker;
use crate::model::{ComponentId, FileStorage};
use crate::yaml::{Entry, Span};

/// Checks a `file_storage`.
pub(super) fn storage(
    checker: &mut Checker<'_>,
    path: &str,
    entry: &Entry,
    section: Section<'_>,
) -> FileStorage {
    let fsync = section.flag("fsync");
    if !fsync {
        let at = section.node("fsync").map_or(entry.span, |node| node.span);
        checker.warning(
            at,
            format!(
                "{path}::fsync: what was acknowledged last is lost when the machine loses its power"
            ),
            "remove it, or write `fsync: true`",
        );
    }
    FileStorage {
        directory: section.path("directory").unwrap_or_default(),
        create_directory: section.flag("create_directory"),
        directory_permissions: section
            .text("directory_permissions")
            .and_then(|text| value::permissions(&text))
            .unwrap_or(0o750),
        fsync,
        max_size: max_size(checker, path, section),
    }
}

/// The Collector's `max_size`, of which 0 is none, or the same under the key that storage had before the Collector's had one.
fn max_size(checker: &mut Checker<'_>, path: &str, section: Section<'_>) -> Option<u64> {
    let gate = section.section("gate");
    let upstream = section.size("max_size").filter(|size| *size > 0);
    let Some(node) = gate.node("max_size") else {
        return upstream;
    };
    let path = format!("{path}::gate::max_size");
    if upstream.is_some() {
        checker.error(
            node.span,
            format!("{path}: `max_size` says it already"),
            "keep one of the two",
        );
    }
    let own = gate.size("max_size");
    if own == Some(0) {
        checker.error(
            node.span,
            format!("{path}: nothing fits"),
            "write a size such as `10GiB`",
        );
    }
    own
}

/// Two storages that share a folder would each take the other's files for their own.
pub(super) fn folders<'a>(
    checker: &mut Checker<'_>,
    storages: impl Iterator<Item = (&'a ComponentId, &'a FileStorage, Span)>,
) {
    let mut taken: Vec<(PathBuf, &ComponentId)> = Vec::new();
    for (id, storage, span) in storages {
        let folder = plain(&storage.directory);
        match taken.iter().find(|(known, _)| *known == folder) {
            Some((_, other)) => checker.error(
                span,
                format!("extensions::{id}: `{other}` keeps its queues in the same folder"),
                "give one of them another `directory`; several queues may name one storage",
            ),
            None => taken.push((folder, id)),
        }
    }
}

/// A path without the parts of it that lead nowhere.
fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != std::path::Component::CurDir)
        .collect()
}
