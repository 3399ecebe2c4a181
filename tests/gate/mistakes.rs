//! Every kind of mistake that a configuration may hold, as `validate` tells of it: place, cure, exit status 78.
//!
//! What the host finds is held by the golden files of its crate, what policies find by those of `fixtures/mistakes`. `UPDATE=1` writes
//! the latter anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tollgate_tests::gate::binary;

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    cases.sort();
    cases
}

/// What `validate` says of a file, which it knows as `config.yaml`, and how it ends.
fn validate(case: &Path) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(case, folder.path().join("config.yaml")).unwrap();
    for file in fs::read_dir(case.with_file_name("files"))
        .into_iter()
        .flatten()
    {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    let started = Instant::now();
    let ended = Command::new(binary())
        .args(["validate", "--config", "config.yaml"])
        .current_dir(folder.path())
        .env("GATE_ADDRESS", "hidden-address")
        .env("GATE_TEXT", "hidden-text")
        .env("GATE_LOOP", "${env:GATE_LOOP}x")
        .env_remove("GATE_UNSET")
        .output()
        .unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{}: it took {:?}",
        case.display(),
        started.elapsed()
    );
    let said = String::from_utf8(ended.stderr).unwrap();
    (ended.status.code(), said)
}

#[test]
fn the_hosts_mistakes_are_told_with_place_and_cure() {
    let cases = cases("../host/config/tests/golden/config");
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    for case in cases {
        let golden = fs::read_to_string(case.with_extension("err")).unwrap();
        let (status, said) = validate(&case);
        let expected = if golden.contains("error: ") { 78 } else { 0 };
        assert_eq!(status, Some(expected), "{}: {said}", case.display());
        // Policies have their say besides, and the system's words for a file that is not there are its own.
        for part in golden.split("\n\n").filter(|part| part.contains(" --> ")) {
            let told = said.contains(part) || part.contains("cannot be read");
            assert!(told, "{}: {part}\nis not in: {said}", case.display());
        }
    }
}

#[test]
fn the_policies_mistakes_are_told_with_place_and_cure() {
    let cases = cases("fixtures/mistakes");
    let mut wrong = Vec::new();
    for case in &cases {
        let (status, said) = validate(case);
        let golden = case.with_extension("err");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&golden, &said).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if expected != said || (status == Some(78)) != said.contains("error: ") {
            wrong.push(format!("{} ends with {status:?}:\n{said}", case.display()));
        }
    }
    println!(
        "{} of {} mistakes of policies",
        cases.len() - wrong.len(),
        cases.len()
    );
    assert!(
        wrong.is_empty(),
        "{}\nUPDATE=1 takes what is said now",
        wrong.join("\n")
    );
}

#[test]
fn hostile_configurations_are_refused_in_time() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        let list = [before.as_str(); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{list}]\n"));
    }
    let circle = "processors: {redaction: '${file:config.yaml}'}\nservice: {pipelines: {}}\n";
    for (name, text, reason) in [
        ("large", "x: y\n".repeat(2 << 20), "bytes"),
        (
            "bomb",
            bomb,
            "values when its aliases and variables are expanded",
        ),
        ("circle", circle.to_owned(), "includes itself"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.yaml"), text).unwrap();
        let started = Instant::now();
        let ended = Command::new(binary())
            .args(["validate", "--config", "config.yaml"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(
            started.elapsed() < Duration::from_secs(2),
            "{name}: {:?}",
            started.elapsed()
        );
        assert_eq!(ended.status.code(), Some(78), "{name}: {said}");
        assert!(said.contains(reason), "{name}: {said}");
    }
}
