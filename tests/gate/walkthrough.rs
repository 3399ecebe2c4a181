//! `docs/policies.md`, followed word for word from an empty folder: its commands are run in their order, in one shell, and what it
//! shows under them has to be in what they print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// The part of the document that is to be followed; behind it stands the reference.
fn walkthrough() -> String {
    let text = fs::read_to_string(root().join("docs/policies.md")).unwrap();
    let (walkthrough, _) = text.split_once("\n## Reference").unwrap();
    walkthrough.to_owned()
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

#[test]
fn the_document_leads_from_an_empty_folder_to_a_policy_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let document = walkthrough();
    let commands = blocks(&document, "sh");
    assert!(commands.len() >= 9, "the commands are found");
    // Whatever happens, the gate that the document starts does not outlive this test.
    let script = format!(
        "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{}\n",
        commands.join("\n")
    );
    let mut path = vec![binary().parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let output = Command::new("bash")
        .args(["-e", "-c", &format!("exec 2>&1\n{script}")])
        .current_dir(folder.path())
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("TOLLGATE_SOURCE", root())
        .env("GATE_HTTP", free().to_string())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        // What the other policies were compiled with is there already.
        .env("CARGO_TARGET_DIR", root().join("target/wasm"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}\n{said}", output.status);

    // In any order: tests end as they like, and the gate speaks while the shell does.
    for shown in blocks(&document, "text") {
        for shown in shown.lines() {
            assert!(
                said.lines().any(|line| is_shown(shown, line.trim_end())),
                "`{shown}` is not there:\n{said}"
            );
        }
    }
}

#[test]
fn what_the_document_quotes_stands_in_the_example() {
    // Line breaks, and the commas before them, are the formatter's.
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|c| !c.is_whitespace() && *c != ',')
            .collect()
    };
    let source = plain(&fs::read_to_string(root().join("examples/cost/src/lib.rs")).unwrap());
    let quoted = blocks(&walkthrough(), "rust");
    assert!(!quoted.is_empty());
    for block in quoted {
        assert!(
            source.contains(&plain(&block)),
            "this is not in examples/cost:\n{block}"
        );
    }
}
