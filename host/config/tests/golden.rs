//! Every kind of mistake: `golden/config/x.yaml` and what is said about it, `x.err`. `UPDATE=1` writes the latter anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use support::{Around, load_all, text};

/// Nothing of these values may be in any `.err`.
const ENV: [(&str, &str); 3] = [
    ("GATE_ADDRESS", "hidden-address"),
    ("GATE_TEXT", "hidden-text"),
    ("GATE_LOOP", "${env:GATE_LOOP}x"),
];

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/config");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    cases.sort();
    cases
}

fn said(path: &Path) -> String {
    let written = fs::read_to_string(path).unwrap();
    let mut around = Around::new(&ENV, &[]);
    for file in fs::read_dir(path.with_file_name("files")).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().to_str().unwrap().to_owned();
        around
            .files
            .insert(name, fs::read_to_string(file.path()).unwrap());
    }
    match load_all(&[text(&written)], &around) {
        Ok(loaded) => loaded.warnings.render(false),
        Err(found) => found.render(false),
    }
}

#[test]
fn each_mistake_is_explained_as_its_golden_file_says() {
    let cases = cases();
    assert!(cases.len() >= 90, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for path in cases {
        let (golden, actual) = (path.with_extension("err"), said(&path));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&golden, &actual).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if expected != actual {
            let diff = TextDiff::from_lines(&expected, &actual);
            wrong.push(format!("{}\n{}", path.display(), diff.unified_diff()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nUPDATE=1 takes what is said now",
        wrong.join("\n")
    );
}

#[test]
fn no_explanation_shows_a_secret_or_what_a_variable_holds() {
    for path in cases() {
        let said = said(&path);
        assert!(
            !said.is_empty(),
            "{}: there is no mistake in it",
            path.display()
        );
        for hidden in ["hidden", "c2VjcmV0", "PRIVATE"] {
            assert!(
                !said.contains(hidden),
                "{} shows `{hidden}`:\n{said}",
                path.display()
            );
        }
    }
}
