//! Folders of the gates that tests start: one parent for all of them, searched for secrets when everything is over.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::canaries;

/// The file that a gate's configuration is in.
pub const CONFIGURATION: &str = "config.yaml";

/// How the names of files begin that hold what a gate wrote to the terminal.
pub const LOG: &str = "terminal";

/// How the names of files begin that hold what a gate showed of itself: metrics and accounts.
pub const PAGE: &str = "shown";

/// The parent of all folders, where everything is compiled.
#[must_use]
pub fn parent() -> PathBuf {
    let own = std::env::current_exe().expect("this process has an executable");
    // Cargo marks its folder so that backups leave it out.
    let is_target = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    let target = own.ancestors().find(is_target).expect("cargo built this");
    target.join("end-to-end")
}

/// A new folder, kept when everything is over.
#[must_use]
pub fn folder(name: &str) -> TempDir {
    let parent = parent();
    fs::create_dir_all(&parent).expect("the folder of all tests");
    let folder = tempfile::Builder::new()
        .prefix(&format!("{name}-"))
        .disable_cleanup(true)
        .tempdir_in(parent);
    folder.expect("a folder")
}

/// What was searched, and what was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Folders of gates.
    pub folders: usize,
    /// Files that were looked into.
    pub files: usize,
    /// Where secrets are, and which.
    pub found: Vec<String>,
}

impl Search {
    /// Searches what all gates of a run left behind.
    pub fn all(parent: &Path) -> std::io::Result<Self> {
        let mut search = Self::default();
        for entry in fs::read_dir(parent)? {
            let folder = entry?.path();
            if folder.is_dir() {
                search.gate(&folder)?;
            }
        }
        Ok(search)
    }

    /// Searches the folder of one gate. What its exporters wrote is what it was to let out, and checked by the tests that look there;
    /// what was queued without a redaction before it is as it came; and content is in a log where the configuration wants it there.
    fn gate(&mut self, folder: &Path) -> std::io::Result<()> {
        self.folders += 1;
        let text = fs::read_to_string(folder.join(CONFIGURATION)).unwrap_or_default();
        let rules = Rules {
            outputs: outputs(&text),
            is_redacted: text.contains("redaction"),
            is_told: text.contains("logs: true")
                || text.contains("debug:")
                || text.contains("debug/"),
        };
        self.folder(folder, &rules, true)
    }

    fn folder(&mut self, folder: &Path, rules: &Rules, is_top: bool) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                self.folder(&path, rules, false)?;
            } else if name == "core" || name.starts_with("core.") {
                self.found.push(format!("{}: a core", path.display()));
            } else if rules.wants(&path, &name, is_top) {
                self.files += 1;
                if let Some(secret) = canaries::first_in(&fs::read(&path)?) {
                    self.found
                        .push(format!("{}: `{secret}...`", path.display()));
                }
            }
        }
        Ok(())
    }
}

/// What may hold content in the folder of a gate.
struct Rules {
    outputs: Vec<String>,
    is_redacted: bool,
    is_told: bool,
}

impl Rules {
    fn wants(&self, path: &Path, name: &str, is_top: bool) -> bool {
        if is_top && name == CONFIGURATION {
            return false;
        }
        let path = path.display().to_string();
        if self.outputs.iter().any(|output| path.starts_with(output)) {
            return false;
        }
        if is_top && name.starts_with(LOG) {
            return !self.is_told;
        }
        (is_top && name.starts_with(PAGE)) || self.is_redacted
    }
}

/// The values of `path` in a configuration.
fn outputs(text: &str) -> Vec<String> {
    let values = text.split("path:").skip(1).filter_map(|rest| {
        let rest = rest.trim_start().trim_start_matches(['\'', '"']);
        rest.split(['\'', '"', ',', '}', '\n']).next()
    });
    values
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let parent = tempfile::tempdir().unwrap();
        let gate = parent.path().join("gate");
        fs::create_dir_all(gate.join("queue")).unwrap();
        for (name, text) in files {
            let text = text.replace("{folder}", &gate.display().to_string());
            fs::write(gate.join(name), text).unwrap();
        }
        let search = Search::all(parent.path()).unwrap();
        let names = search.found.iter().map(|found| {
            let behind = found.strip_prefix(&format!("{}/", gate.display())).unwrap();
            behind.split(':').next().unwrap().to_owned()
        });
        names.collect()
    }

    #[test]
    fn a_secret_is_found_where_it_must_not_be_and_nowhere_else() {
        let secret = canaries::PLANTED[0];
        let with = |configuration: &str| {
            let mut names = found(&[
                ("config.yaml", configuration),
                ("out", secret),
                ("terminal", secret),
                ("shown-metrics", secret),
                ("queue/segment", secret),
            ]);
            names.sort();
            names
        };
        let output = "exporters: {file: {path: '{folder}/out'}}";
        let of_all = ["queue/segment", "shown-metrics", "terminal"];
        assert_eq!(
            with(&format!("processors: {{redaction: }}\n{output}")),
            of_all
        );
        assert_eq!(with(output), ["shown-metrics", "terminal"]);
        assert_eq!(with("gate: {logs: true}"), ["shown-metrics"]);
    }

    #[test]
    fn a_core_is_found_whatever_it_holds() {
        assert_eq!(found(&[("core.12", ""), ("core", "")]).len(), 2);
        assert!(found(&[("terminal", "nothing")]).is_empty());
    }
}
