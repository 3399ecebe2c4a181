//! A policy's own complaints point into the file, wherever its configuration stands.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod support;

use support::load_with;
use tollgate_config::{ComponentId, Diagnostic, Loaded, Processor, Remark, Role, Severity};

const TEXT: &str = "\
processors:
  redaction:
    blocked_values:
      - '[0-9]'
      - '(?P<x'
    summary: debug
    gate: {time: 5ms}
  wasm/cost:
    component: ./cost.wasm
    config:
      prices: {'gpt/4~x': -1}
      empty:
  resource:
  attributes: {actions: \"${env:ACTIONS}\"}
receivers: {otlp: {protocols: {grpc: }}}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [redaction, wasm/cost, resource, attributes], exporters: [nop]}}}
";

fn loaded() -> Loaded {
    load_with(TEXT, &[("ACTIONS", "[{key: hidden}]")]).unwrap_or_else(|found| panic!("{found}"))
}

fn marked(stage: &str, pointer: &str) -> String {
    let problem = problem(stage, pointer, "no", None);
    TEXT.get(problem.span).unwrap().to_owned()
}

fn problem(stage: &str, at: &str, message: &str, help: Option<&str>) -> Diagnostic {
    loaded().map.remark(
        Severity::Error,
        Role::Processor,
        &ComponentId::parse(stage).unwrap(),
        &Remark {
            at,
            range: None,
            message,
            help,
        },
    )
}

#[test]
fn a_pointer_leads_to_a_value_or_to_the_key_of_what_is_more_than_one_value() {
    assert_eq!(marked("redaction", "/blocked_values/1"), "'(?P<x'");
    assert_eq!(marked("redaction", "/blocked_values"), "blocked_values");
    assert_eq!(marked("redaction", "/summary"), "debug");
    assert_eq!(marked("redaction", ""), "redaction");
    assert_eq!(marked("wasm/cost", ""), "config");
    assert_eq!(marked("wasm/cost", "/prices/gpt~14~0x"), "-1");
    assert_eq!(marked("wasm/cost", "/empty"), "empty");
}

#[test]
fn a_pointer_that_leads_nowhere_ends_at_what_there_is() {
    assert_eq!(marked("redaction", "/blocked_values/7"), "blocked_values");
    assert_eq!(marked("redaction", "/summary/deeper"), "debug");
    assert_eq!(marked("resource", "/attributes"), "resource");
    assert_eq!(marked("redaction", "not a pointer"), "redaction");
    assert_eq!(marked("attributes", "/actions/0/key"), "\"${env:ACTIONS}\"");
}

/// What is marked of a text below `blocked_values`, written as `scalar`, when a policy means `part` of what it was handed.
fn marked_part(scalar: &str, part: &str) -> String {
    let text = TEXT.replace("'[0-9]'", scalar);
    let loaded = load_with(&text, &[("ACTIONS", "[]"), ("PART", "beginning")])
        .unwrap_or_else(|found| panic!("{found}"));
    let Processor::Policy(stage) = &loaded.config.processors[0].1 else {
        panic!("it is no policy")
    };
    let handed = stage.config["blocked_values"][0].as_str().unwrap();
    let start = handed.find(part).unwrap();
    let problem = loaded.map.remark(
        Severity::Error,
        Role::Processor,
        &ComponentId::parse("redaction").unwrap(),
        &Remark {
            at: "/blocked_values/0",
            range: Some(start..start + part.len()),
            message: "no",
            help: None,
        },
    );
    text.get(problem.span).unwrap().to_owned()
}

#[test]
fn a_part_of_a_text_is_marked_however_it_is_written() {
    for scalar in [
        "set(a, 1) wher b",
        "'set(''a'', 1) wher b'",
        r#""set(\"a\", 1)\twher b""#,
        ">-\n        set(a, 1)\n        wher b",
        "|\n        set(a, 1)\n\n          wher b",
        "'$$a $$$$ wher b'",
    ] {
        assert_eq!(marked_part(scalar, "wher"), "wher", "{scalar}");
    }
    assert_eq!(marked_part("'a $$ b'", "$"), "$$");
    assert_eq!(
        marked_part("'${env:PART} wher'", "wher"),
        "'${env:PART} wher'",
        "what a variable brought stands in no file"
    );
}

#[test]
fn a_complaint_looks_like_every_other_mistake() {
    let problem = problem(
        "redaction",
        "/blocked_values/1",
        "the group is not closed",
        Some("add `)`"),
    );
    assert_eq!(problem.position(), (5, 9));
    assert_eq!(
        problem.to_string(),
        "config.yaml:5:9: error: processors::redaction: the group is not closed"
    );
    let expected = "error: processors::redaction: the group is not closed
 --> config.yaml:5:9
  |
5 |       - '(?P<x'
  |         ^^^^^^^
  = help: add `)`
";
    assert_eq!(problem.render(false), expected);
    assert!(problem.render(true).contains("\u{1b}[1;31merror\u{1b}[0m"));
}

#[test]
fn a_component_that_cannot_be_loaded_is_pointed_at() {
    let loaded = loaded();
    let wasm = loaded.map.component_problem(
        Role::Processor,
        &ComponentId::parse("wasm/cost").unwrap(),
        "it imports wasi:cli",
        None,
    );
    assert_eq!(TEXT.get(wasm.span).unwrap(), "./cost.wasm");
    let stock = loaded.map.component_problem(
        Role::Processor,
        &ComponentId::parse("resource").unwrap(),
        "no",
        None,
    );
    assert_eq!(TEXT.get(stock.span).unwrap(), "resource");
}
