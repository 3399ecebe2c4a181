//! Commands that documents show by the way: each can be typed as it stands, by somebody who has the files that it names.
//!
//! Tutorials are followed word for word elsewhere; `new` and `build` are tried there, and with each language.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tollgate_tests::gate::{binary, guest};

const CONFIGURATION: &str = "
receivers: {otlp: {protocols: {http: {endpoint: 'localhost:0'}}}}
processors: {redaction: {allow_all_keys: true, detect: [email]}}
exporters: {debug: }
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    logs: {receivers: [otlp], processors: [redaction], exporters: [debug]}
    traces: {receivers: [otlp], processors: [redaction], exporters: [debug]}
    metrics: {receivers: [otlp], processors: [redaction], exporters: [debug]}
";
const LOGS: &str = r#"{"resourceLogs": [{"scopeLogs": [{"logRecords": [
{"body": {"stringValue": "one"}, "attributes": [{"key": "note", "value": {"stringValue": "ask ali@example.com"}}]},
{"body": {"stringValue": "two"}}, {"body": {"stringValue": "three"}}]}]}]}"#;
const CASES: &str = "
config: gate.yaml
cases:
  - {name: mail addresses are masked, input: {body: ali@example.com}, expect: {equals: {body: '[email]'}}}
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// What a reader has at hand.
fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["gate.yaml", "before.yaml", "config.yaml", "collector.yaml"] {
        fs::write(path.join(name), CONFIGURATION).unwrap();
    }
    fs::write(
        path.join("redaction.yaml"),
        "{allow_all_keys: true, detect: [email]}",
    )
    .unwrap();
    fs::write(
        path.join("settings.yaml"),
        "{prices: {gpt-5-codex: {input: 1.0, output: 2.0}}}",
    )
    .unwrap();
    fs::write(
        path.join("app.log"),
        "started\nmail to ali@example.com\nGET /health\n",
    )
    .unwrap();
    for name in ["gate.test.yaml", "playground.test.yaml"] {
        fs::write(path.join(name), CASES).unwrap();
    }
    for folder in [
        "raw",
        "requests",
        ".local/share/bash-completion/completions",
        ".config/fish/completions",
    ] {
        fs::create_dir_all(path.join(folder)).unwrap();
    }
    for name in [
        "telemetry.json",
        "calls.jsonl",
        "raw/logs-000001.json",
        "requests/logs-000001.json",
    ] {
        fs::write(path.join(name), LOGS.replace('\n', " ")).unwrap();
    }
    for name in ["cost-1.wasm", "cost-2.wasm"] {
        fs::copy(guest("cost"), path.join(name)).unwrap();
    }
    symlink(root().join("examples"), path.join("examples")).unwrap();
    folder
}

/// The commands of a document: lines of a console, and indented lines of the README.
fn commands(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| {
        let typed = line
            .strip_prefix("$ ")
            .or_else(|| line.strip_prefix("    tollgate ").map(|_| line.trim()))?;
        let (typed, _) = typed.split_once(" #").unwrap_or((typed, ""));
        Some(typed.trim().replace("kubectl logs shop", "cat app.log"))
    });
    // Whoever starts or builds a policy goes on in its folder; and a gate on the usual ports may meet another one.
    let elsewhere = ["tollgate new ", "tollgate build", "tollgate --config"];
    let here = lines.filter(|line| {
        line.contains("tollgate") && !elsewhere.iter().any(|verb| line.starts_with(verb))
    });
    here.map(|line| line.replace("--seconds 10", "--seconds 1"))
        .collect()
}

/// Whether it goes on until somebody stops it.
fn stays(command: &str) -> bool {
    ["playground", "capture", "--watch", "tollgate run"]
        .iter()
        .any(|word| command.contains(word))
        && !command.contains("playground.test.yaml")
}

#[test]
fn commands_of_documents_can_be_typed() {
    let documents = fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let documents = documents.chain([root().join("README.md")]);
    let mut wrong = Vec::new();
    let mut tried = 0;
    for document in documents.filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let folder = prepared();
        for command in commands(&fs::read_to_string(&document).unwrap()) {
            let limited = if stays(&command) {
                command.replacen("tollgate", "timeout --signal INT 2 tollgate", 1)
            } else {
                command.clone()
            };
            let mut path = vec![binary().parent().unwrap().to_owned()];
            path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
            let output = Command::new("bash")
                .args(["-c", &format!("fpath=(none \"$HOME\")\n{limited}")])
                .current_dir(folder.path())
                .env("PATH", std::env::join_paths(path).unwrap())
                .env("HOME", folder.path())
                .stdin(Stdio::null())
                .output()
                .unwrap();
            tried += 1;
            // 1 says that something was found, 124 that it was stopped.
            let is_fine = matches!(output.status.code(), Some(0 | 1))
                || stays(&command) && output.status.code() == Some(124);
            let said = String::from_utf8_lossy(&output.stderr);
            if !is_fine || said.contains("error: unexpected argument") {
                wrong.push(format!(
                    "{}: {command}: {}\n{said}",
                    document.display(),
                    output.status
                ));
            }
        }
    }
    assert!(tried > 20, "the commands are found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
