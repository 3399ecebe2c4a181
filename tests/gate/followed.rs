//! Documents, followed word for word from an empty folder: their commands are run in their order, in one shell, and what they show
//! under them has to be in what they print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use tollgate_tests::gate::{binary, free};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// The blocks of a language in a Markdown text, in their order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}");
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while lines.any(|line| line == opening) {
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(block.join("\n"));
    }
    blocks
}

/// Whether a line of output is what the document shows, where `...` stands for anything.
fn is_shown(shown: &str, line: &str) -> bool {
    let mut parts = shown.split("...");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else {
            return false;
        };
        rest = behind;
    }
    rest.is_empty() || shown.ends_with("...")
}

/// Gates that documents start listen where a new user's would: there can be one at a time.
static ONE: Mutex<()> = Mutex::new(());

/// Does what a document says, as a new user would: with the binary, and in an empty folder.
fn follow(document: &str) {
    let folder = tempfile::tempdir().unwrap();
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = fs::read_to_string(root().join("docs").join(document)).unwrap();
    let commands = blocks(&text, "sh");
    assert!(!commands.is_empty(), "{document}: the commands are found");
    // Whatever happens, what the document starts does not outlive this test.
    let script = format!(
        "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{}\n",
        commands.join("\n")
    );
    let mut path = vec![binary().parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let output = Command::new("bash")
        .args([
            "-e",
            "-o",
            "pipefail",
            "-c",
            &format!("exec 2>&1\n{script}"),
        ])
        .current_dir(folder.path())
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("GATE_HTTP", free().to_string())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        // What the other policies were compiled with is there already.
        .env("CARGO_TARGET_DIR", root().join("target/wasm"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{document}: {}\n{said}",
        output.status
    );

    // In any order: tests end as they like, and a gate speaks while the shell does.
    for shown in blocks(&text, "text") {
        for shown in shown.lines() {
            assert!(
                said.lines().any(|line| is_shown(shown.trim(), line.trim())),
                "{document}: `{shown}` is not there:\n{said}"
            );
        }
    }
}

#[test]
fn a_policy_is_written_in_rust() {
    follow("tutorials/first-policy-rust.md");
}

#[test]
fn a_policy_is_written_in_python() {
    follow("tutorials/first-policy-python.md");
}

#[test]
fn a_redaction_is_proved() {
    follow("tutorials/prove-a-redaction.md");
}

#[test]
fn a_change_is_reviewed() {
    follow("tutorials/review-in-ci.md");
}

/// Who adds commands to a document adds it above.
#[test]
fn every_document_with_commands_is_followed() {
    let own = fs::read_to_string(root().join("tests/gate/followed.rs")).unwrap();
    for folder in ["docs", "docs/tutorials"] {
        for file in fs::read_dir(root().join(folder)).unwrap() {
            let path = file.unwrap().path();
            let name = path
                .strip_prefix(root().join("docs"))
                .unwrap()
                .display()
                .to_string();
            let is_document = path.extension().is_some_and(|ending| ending == "md");
            if is_document && !blocks(&fs::read_to_string(&path).unwrap(), "sh").is_empty() {
                assert!(
                    own.contains(&format!("follow(\"{name}\")")),
                    "{name} is not followed"
                );
            }
        }
    }
}
