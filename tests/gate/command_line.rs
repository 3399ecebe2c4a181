//! The binary's verbs, as a user types them.

use std::fs;

use tollgate_tests::gate::{guest, run};

fn folder_with(configuration: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    fs::write(&file, configuration).unwrap();
    let name = file.display().to_string();
    (folder, name)
}

#[test]
fn validate_is_silent_when_all_is_well() {
    let (_folder, file) = folder_with(
        "
receivers: {otlp: {protocols: {grpc: , http: }}}
processors: {probabilistic_sampler: {sampling_percentage: 15}}
exporters: {nop: }
service: {pipelines: {traces: {receivers: [otlp], processors: [probabilistic_sampler], exporters: [nop]}}}
",
    );
    assert_eq!(
        run(&["validate", "--config", &file]),
        (Some(0), String::new(), String::new())
    );
}

#[test]
fn a_policys_own_complaints_point_into_the_file_all_at_once() {
    let (_folder, file) = folder_with(
        "receivers: {otlp: {protocols: {grpc: }}}
processors:
  attributes:
    actions:
      - key: a
        action: explode
  redaction:
    allow_all_keys: true
    blocked_values:
      - 'fine'
      - '(unclosed'
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [attributes, redaction], exporters: [nop]}}}
",
    );
    let (status, _, said) = run(&["validate", "--config", &file]);
    assert_eq!(status, Some(78));
    for place in ["config.yaml:6:", "config.yaml:11:"] {
        assert!(said.contains(place), "{place} is not in: {said}");
    }
    assert!(said.contains("explode") && said.contains('^'), "{said}");
    let (status, _, same) = run(&["--config", &file]);
    assert_eq!(status, Some(78), "running it says the same");
    assert_eq!(same, said);
}

#[test]
fn a_missing_component_is_told_where_it_is_named() {
    let (_folder, file) = folder_with(
        "receivers: {otlp: {protocols: {grpc: }}}
processors:
  wasm/mine:
    component: ./mine.wasm
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [wasm/mine], exporters: [nop]}}}
",
    );
    let (status, _, said) = run(&["validate", "--config", &file]);
    assert_eq!(status, Some(78));
    assert!(
        said.contains("config.yaml:4:") && said.contains("mine.wasm"),
        "{said}"
    );
}

#[test]
fn inspect_shows_what_a_component_is_and_may_do() {
    let cost = guest("cost").display().to_string();
    let (status, said, _) = run(&["inspect", &cost]);
    assert_eq!(status, Some(0));
    for part in [
        "cost ",
        "sha-256 ",
        "bytes",
        "tollgate:policy/explainer@0.1.0",
        "imports",
        "prices_file",
    ] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    let (_folder, file) = folder_with(
        "receivers: {otlp: {protocols: {grpc: }}}
processors: {probabilistic_sampler: {sampling_percentage: 15}}
exporters: {nop: }
service: {pipelines: {traces: {receivers: [otlp], processors: [probabilistic_sampler], exporters: [nop]}}}
",
    );
    let (status, said, _) = run(&["inspect", "--config", &file]);
    assert_eq!(status, Some(0));
    assert!(
        said.contains("trace_id") && said.contains("may drop"),
        "{said}"
    );
    assert!(
        !said.contains("attributes[*]") && !said.contains("reads *"),
        "a sampler does not see prompts: {said}"
    );
}

#[test]
fn components_help_and_version_say_what_there_is() {
    let (status, said, _) = run(&["components"]);
    assert_eq!(status, Some(0));
    for name in [
        "otlp",
        "otlphttp",
        "file",
        "debug",
        "nop",
        "redaction",
        "attributes",
        "resource",
        "probabilistic_sampler",
        "wasm",
    ] {
        assert!(said.contains(name), "{name} is not in: {said}");
    }
    assert_eq!(run(&["--help"]).0, Some(0));
    let (status, said, _) = run(&["--version"]);
    assert_eq!((status, said.starts_with("tollgate ")), (Some(0), true));
}
