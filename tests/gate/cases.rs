//! `tollgate test`: case files that hold, that do not, and that are wrong. `UPDATE=1` writes the golden files anew.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;
use tollgate_tests::gate::guest;
use tollgate_tests::typed::{Said, command, typed};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixtures() -> PathBuf {
    root().join("tests/fixtures/cases")
}

fn tested(arguments: &[&str]) -> Said {
    typed(&fixtures(), &[&["test"], arguments].concat())
}

/// Times are not the same twice, and neither are sizes of a guest's memory from one compiler to the next.
fn timeless(said: &str) -> String {
    let replaced = [
        (r"finished in [0-9.]+s", "finished in TIME"),
        (r#"time="[0-9.]+""#, "time=\"TIME\""),
        (r#""milliseconds": [0-9]+"#, "\"milliseconds\": 0"),
        (r#""memory": [1-9][0-9]*"#, "\"memory\": 1"),
        (r#""fuel_per_record": [0-9]+"#, "\"fuel_per_record\": 1"),
        (
            r"holds [0-9]+ bytes of memory",
            "holds SIZE bytes of memory",
        ),
    ];
    replaced
        .iter()
        .fold(said.to_owned(), |said, (pattern, with)| {
            Regex::new(pattern)
                .unwrap()
                .replace_all(&said, *with)
                .into_owned()
        })
}

fn golden(name: &str, said: &str) {
    let said = timeless(said);
    let file = fixtures().join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &said).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(said, expected, "{name}");
}

#[test]
fn cases_that_hold_are_counted() {
    let said = tested(&["passing"]);
    assert_eq!(said.err, "");
    golden("passing.txt", &said.out);
    assert_eq!(said.status, Some(0), "{}", said.out);
    let covered = tested(&["passing", "--coverage"]);
    golden("coverage.txt", &covered.out);
}

#[test]
fn what_does_not_hold_is_told_with_what_is_there_instead() {
    let said = tested(&["failing"]);
    assert_eq!((said.status, said.err.as_str()), (Some(1), ""));
    golden("failing.txt", &said.out);
    let github = tested(&["failing", "--github", "-k", "written down"]);
    golden("failing.github.txt", &github.out);
    let mut in_a_workflow = command(&fixtures(), &["test", "failing", "-k", "written down"]);
    let in_a_workflow = in_a_workflow
        .env("GITHUB_ACTIONS", "true")
        .output()
        .unwrap();
    assert_eq!(
        timeless(&String::from_utf8(in_a_workflow.stdout).unwrap()),
        timeless(&github.out)
    );
}

#[test]
fn other_programs_read_what_came() {
    let junit = tested(&[
        "failing", "passing", "--format", "junit", "-k", "expected", "-k", "holds", "-k", "not yet",
    ]);
    assert_eq!(junit.status, Some(1), "{}", junit.err);
    golden("junit.xml", &junit.out);
    let json = tested(&["failing", "passing", "--format", "json", "--coverage"]);
    let document: Value = serde_json::from_str(&json.out).unwrap();
    golden("report.json", &json.out);
    let cases = document["cases"].as_array().unwrap();
    let count = |verdict: &str| {
        cases
            .iter()
            .filter(|case| case["verdict"] == verdict)
            .count()
    };
    let summary = &document["summary"];
    assert_eq!(summary["failed"], count("failed"));
    assert_eq!(summary["passed"], count("passed"));
    assert_eq!(summary["ignored"], 1);
}

#[test]
fn mistakes_of_case_files_are_told_all_at_once() {
    let keys = tested(&["wrong/keys.test.yaml"]);
    assert_eq!((keys.status, keys.out.as_str()), (Some(2), ""));
    golden("wrong/keys.err", &keys.err);
    let names = tested(&["wrong/shop.test.yaml"]);
    assert_eq!((names.status, names.out.as_str()), (Some(2), ""));
    golden("wrong/shop.err", &names.err);
    let nowhere = tested(&["nowhere.test.yaml"]);
    assert_eq!(nowhere.status, Some(2));
    assert!(nowhere.err.contains("nowhere.test.yaml"), "{}", nowhere.err);
}

#[test]
fn cases_are_chosen_by_name() {
    let listed = tested(&["passing", "failing", "--list", "-k", "a rule"]);
    assert_eq!(listed.out, "passing/shop.test.yaml: a rule is named\n");
    let one = tested(&["passing", "-k", "a rule is named", "--exact"]);
    assert!(one.out.contains("1 passed; 0 failed"), "{}", one.out);
    let none = tested(&["passing", "-k", "a rule", "--exact"]);
    assert_eq!(none.status, Some(2));
    assert!(none.err.contains("--list"), "{}", none.err);
}

#[test]
fn a_guest_that_breaks_fails_its_case_with_what_it_said_and_where_it_was() {
    let guest = guest("hostile");
    let mut command = command(&fixtures(), &["test", "hostile"]);
    let output = command.env("GUEST", guest).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let remarks = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}{remarks}");
    assert!(said.contains("it may ... ok"), "{said}");
    assert!(said.contains("1 passed; 2 failed"), "{said}");
    assert!(said.contains("wasm/guest failed: "), "{said}");
    // Where it was, by name.
    assert!(said.contains("tollgate_hostile::act::panic_with"), "{said}");
    assert!(said.contains("ran out of time"), "{said}");
}

#[test]
fn golden_outputs_are_written_and_nothing_else_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::copy(fixtures().join("shop.yaml"), path.join("shop.yaml")).unwrap();
    let before = "# kept\nconfig: shop.yaml\ncases:\n  - name: inline   # kept, too\n    stage: redaction\n    input: {body: call a@example.com}\n    expect:\n      golden:\n      kept: true\n\n  - name: beside\n    stage: redaction\n    input: {body: \"a\\n\\u0007b\"}\n    expect: {golden: out.golden}\n";
    fs::write(path.join("a.test.yaml"), before).unwrap();
    let failed = typed(path, &["test"]);
    assert_eq!(failed.status, Some(1), "{}", failed.out);
    assert!(failed.out.contains("--update"), "{}", failed.out);
    let written = typed(path, &["test", "--update"]);
    assert_eq!(written.status, Some(0), "{}{}", written.out, written.err);
    assert!(
        written.out.contains("+     - body: \"call ****\"")
            || written.out.contains("+   - body: \"call ****\""),
        "{}",
        written.out
    );
    let after = fs::read_to_string(path.join("a.test.yaml")).unwrap();
    let block = "      golden: |\n        logs:\n          - body: \"call ****\"\n";
    assert_eq!(after, before.replace("      golden:\n", block));
    let again = typed(path, &["test"]);
    assert_eq!(again.status, Some(0), "{}", again.out);
    fs::write(path.join("out.golden"), "logs:\n  - body: \"b\"\n").unwrap();
    let differs = typed(path, &["test", "-k", "beside"]);
    assert!(differs.out.contains("-   - body: \"b\""), "{}", differs.out);
}

/// On a terminal each difference is shown, and what is not wanted is not written.
#[test]
fn where_somebody_looks_somebody_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.test.yaml");
    let before = "policy: redaction\nsettings: {allow_all_keys: true}\ncases:\n  - name: one\n    input: {body: first}\n    expect:\n      golden:\n  - name: two\n    input: {body: second}\n    expect:\n      golden:\n";
    fs::write(&file, before).unwrap();
    let typed = format!("{} test --update", tollgate_tests::gate::binary().display());
    let mut script = std::process::Command::new("script")
        .args(["-qec", &typed, "/dev/null"])
        .current_dir(folder.path())
        .env("XDG_CACHE_HOME", folder.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut script.stdin.take().unwrap(), b"maybe\nn\ny\n").unwrap();
    let output = script.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said.matches("write this?").count(), 3, "{said}");
    let after = fs::read_to_string(&file).unwrap();
    assert!(!after.contains("\"first\""), "{after}");
    assert!(after.contains("\"second\""), "{after}");
}

#[test]
fn the_examples_hold() {
    for example in ["redact", "codex", "agents", "cost", "stock"] {
        let folder = root().join("examples").join(example);
        let mut command = command(&folder, &["test"]);
        if example == "cost" || example == "agents" {
            command.env("COST_WASM", guest("cost"));
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let remarks = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{example}: {said}{remarks}");
    }
}

#[test]
fn the_schema_of_case_files_is_printed() {
    let said = typed(&fixtures(), &["schema", "--cases"]);
    golden("../../../docs/cases.schema.json", &said.out);
    let schema: Value = serde_json::from_str(&said.out).unwrap();
    assert!(schema["$defs"]["expect"]["properties"]["dropped_by"].is_object());
}
