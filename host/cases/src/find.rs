//! Case files by their names.

use std::io;
use std::path::{Path, PathBuf};

/// How the names of case files end.
const ENDINGS: [&str; 2] = [".test.yaml", ".test.yml"];
/// Folders that hold what was built or fetched.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// The case files that are meant: files as they are named, and of folders every `*.test.yaml` in and below them, in the order of their
/// names.
pub fn find(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        if std::fs::metadata(path).map_err(named)?.is_dir() {
            folder(path, &mut found).map_err(named)?;
        } else {
            found.push(path.clone());
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|path| seen.insert(path.clone()));
    Ok(found)
}

fn folder(path: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        entries.push((entry.file_name(), entry.file_type()?));
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (name, kind) in entries {
        let text = name.to_string_lossy();
        // What was named as `.` is shown without it.
        let own = if path == Path::new(".") {
            PathBuf::from(&name)
        } else {
            path.join(&name)
        };
        if kind.is_dir() {
            if !text.starts_with('.') && !SKIPPED.contains(&&*text) {
                folder(&own, found)?;
            }
        } else if ENDINGS.iter().any(|ending| text.ends_with(ending)) {
            found.push(own);
        }
    }
    Ok(())
}
