//! Case files with mistakes: each is a golden file beside it. `UPDATE=1` writes them anew.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use std::fs;
use std::path::Path;

use tollgate_cases::{Configuration, json_schema, read};

#[test]
fn every_mistake_is_told_at_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let mut seen = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".test.yaml") {
            continue;
        }
        seen += 1;
        let text = fs::read_to_string(&path).unwrap();
        let said = read(&name, &text).unwrap_err().render(false);
        let golden = path.with_extension("").with_extension("err");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&golden, &said).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(said, expected, "{name}");
    }
    assert!(seen >= 5, "{seen} files");
}

#[test]
fn what_stands_inline_keeps_its_text_and_its_lines() {
    let text = "# a comment\nconfig: |\n  receivers:\n    # kept\n    otlp:\n\ncases:\n  - name: a\n    input:\n      text: |\n        one\n        two\n    expect: {kept: 2}\n";
    let file = read("some/a.test.yaml", text).unwrap();
    assert_eq!(
        file.configuration_text(),
        Some("receivers:\n  # kept\n  otlp:\n")
    );
    assert_eq!(file.cases[0].input_text(), Some("one\ntwo\n"));
    let Configuration::Inline { padded, .. } = &file.subject.unwrap().configuration else {
        panic!("it is inline");
    };
    assert_eq!(padded.lines().nth(4), Some("    otlp:"));
}

#[test]
fn the_schema_knows_what_the_reader_knows() {
    let schema = json_schema();
    let expect = &schema["$defs"]["expect"]["properties"];
    for key in [
        "golden",
        "dropped_by",
        "absent",
        "config_error",
        "cost",
        "holds",
    ] {
        assert!(expect[key].is_object(), "{key}");
    }
    // A key that the schema has is one that the reader takes: an unknown one would be told.
    for key in expect.as_object().unwrap().keys() {
        let text =
            format!("config: a\ncases:\n  - name: a\n    input: x\n    expect: {{{key}: [[]]}}\n");
        let said = read("a.test.yaml", &text).map_err(|found| found.render(false));
        assert!(
            !said.is_err_and(|said| said.contains("has no key")),
            "{key}"
        );
    }
}
