//! `tollgate diff`: what a change of a configuration, or of a component, changes for whom.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tollgate_tests::gate::{guest, run};

const LOGS: &str = r#"{"resourceLogs": [{"scopeLogs": [{"logRecords": [
    {"body": {"stringValue": "started"}, "severityText": "DEBUG"},
    {"body": {"stringValue": "mail ali@example.com, key AKIAIOSFODNN7EXAMPLE"}},
    {"body": {"stringValue": "again ali@example.com"}},
    {"body": {"stringValue": "nothing"}}
]}]}]}"#;

const BEFORE: &str = "
receivers: {otlp: {protocols: {grpc: }}}
processors:
  redaction: {allow_all_keys: true, blocked_values: ['AKIA[0-9A-Z]{16}', '[a-z]+@example[.]com']}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [redaction], exporters: [nop]}}}
";
const AFTER: &str = "
receivers: {otlp: {protocols: {grpc: }}}
processors:
  redaction: {allow_all_keys: true, blocked_values: ['AKIA[0-9A-Z]{16}']}
  filter: {log_conditions: ['log.severity_text == \"DEBUG\"']}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [filter, redaction], exporters: [nop]}}}
";

fn compared(folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let path = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (before, after) = (path("before.yaml", BEFORE), path("after.yaml", AFTER));
    let telemetry = path("logs.json", LOGS);
    let arguments = [&["diff", &before, &after, &telemetry], more].concat();
    let (status, out, err) = run(&arguments);
    (status, out.replace(&folder.display().to_string(), ""), err)
}

#[test]
fn records_that_change_in_one_way_are_one_group() {
    let folder = tempfile::tempdir().unwrap();
    let (status, out, err) = compared(folder.path(), &[]);
    assert_eq!((status, err), (Some(0), String::new()));
    let stages = "\
redaction may see and do something else
  - rule blocked_values[1]

filter is new
  + logs may be dropped
  + logs reads severity_text
  + measures ottl.errors
  + rule log_conditions[0]
  + rule metrics
";
    assert!(out.starts_with(stages), "{out}");
    let ending = "\
1 record ends elsewhere
  - leaves logs
  + dropped by filter, log_conditions[0]
  /logs.json record 1
";
    assert!(out.contains(ending), "{out}");
    // Of the record with both secrets the first rule is told, which is there still.
    let field = "\
1 record leaves logs with another body
  - set by redaction, blocked_values[1]
  + as it came
  /logs.json record 3
    - again ****
    + again ali@example.com
";
    assert!(out.contains(field), "{out}");
    assert!(out.ends_with("\n3 different of 4 records\n"), "{out}");
}

#[test]
fn as_json_it_counts_and_names_examples() {
    let folder = tempfile::tempdir().unwrap();
    let (status, out, _) = compared(folder.path(), &["--json", "--exit-code"]);
    assert_eq!(status, Some(1), "something is different");
    let all: Value = serde_json::from_str(&out).unwrap();
    let telemetry = &all["telemetry"];
    assert_eq!(
        json!([telemetry["records"], telemetry["changed"]]),
        json!([4, 3])
    );
    let groups = telemetry["groups"].as_array().unwrap();
    let ending = groups
        .iter()
        .find(|group| group["what"] == "ending")
        .unwrap();
    assert_eq!(
        *ending,
        json!({
            "what": "ending", "before": ["leaves logs"], "after": ["dropped by filter, log_conditions[0]"], "records": 1,
            "examples": [{"source": "/logs.json", "record": 1}],
        })
    );
    let stage = &all["stages"][0];
    assert_eq!(
        json!([stage["stage"], stage["gone"]]),
        json!(["redaction", ["rule blocked_values[1]"]])
    );
}

#[test]
fn the_same_twice_is_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("same.yaml");
    fs::write(&file, BEFORE).unwrap();
    let file = file.display().to_string();
    let (status, out, _) = run(&["diff", &file, &file, "--sample", "codex", "--exit-code"]);
    assert_eq!(status, Some(0), "{out}");
    assert!(out.starts_with("no difference of "), "{out}");
}

#[test]
fn versions_of_a_component_are_compared_with_the_same_settings() {
    let component = guest("cost").display().to_string();
    let settings = r#"{"prices": {"gpt-5-codex": {"input": 1.0, "output": 2.0}}}"#;
    let arguments = [
        "diff",
        &component,
        &component,
        "--sample",
        "codex",
        "--settings",
        settings,
    ];
    let (status, out, err) = run(&arguments);
    assert_eq!((status, err), (Some(0), String::new()));
    assert!(out.starts_with("no difference of "), "{out}");
}
