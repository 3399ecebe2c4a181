//! A policy's own complaints point into the file, wherever its configuration stands.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use support::load_with;
use tollgate_config::{ComponentId, Diagnostic, Loaded, Remark, Role, Severity};

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
