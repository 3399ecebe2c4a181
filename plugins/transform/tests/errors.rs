//! What becomes of records whose statements fail, and of statements that are wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_sdk::testing::{Harness, Output, Request, log_record};
use tollgate_sdk::{Compat, Problem};
use tollgate_transform::Transform;

/// Sets `done` to an integer that only the first of two records has as a text.
fn config(mode: &str) -> Value {
    json!({
        "error_mode": mode,
        "log_statements": [
            r#"set(log.attributes["touched"], true)"#,
            r#"set(log.attributes["done"], ParseJSON(log.attributes["json"]))"#,
            r#"set(log.attributes["after"], true)"#,
        ],
    })
}

fn run(mode: &str, compat: Compat) -> Output {
    let mut policy = Harness::<Transform>::with_compat(compat)
        .configure(config(mode))
        .unwrap();
    let records = [
        log_record().attribute("json", r#"{"a": 1}"#),
        log_record().attribute("json", "SECRET{"),
        log_record().attribute("json", r#"{"b": 1}"#),
    ];
    policy.run(&Request::of(records).unwrap()).unwrap()
}

#[test]
fn ignore_goes_on_and_counts() {
    let output = run("ignore", Compat::Tollgate);
    assert!(output.failed().is_empty());
    assert_eq!(output.edits_of("log_statements[2]"), 3);
    let [(name, value, attributes)] = output.measurements() else {
        unreachable!("one series is measured")
    };
    assert_eq!((name.as_str(), *value), ("ottl.errors", 1.0));
    assert_eq!(
        attributes,
        &[("rule".to_owned(), "log_statements[1]".to_owned())]
    );
    let [(_, line)] = output.logs() else {
        unreachable!("one line is written")
    };
    assert!(line.contains("log_statements[1] failed 1 times"), "{line}");
    assert!(!line.contains("SECRET"), "{line}");
}

#[test]
fn silent_goes_on_and_tells_nothing() {
    let output = run("silent", Compat::Tollgate);
    assert!(output.failed().is_empty());
    assert!(output.logs().is_empty());
    assert_eq!(output.measurements().len(), 1);
}

#[test]
fn reject_and_propagate_fail_the_record_alone() {
    for mode in ["reject", "propagate"] {
        let output = run(mode, Compat::Tollgate);
        assert_eq!(output.failed(), [1], "{mode}");
        assert_eq!(output.edits_of("log_statements[2]"), 2, "{mode}");
    }
}

#[test]
fn propagate_fails_the_request_where_the_collector_is_asked_for() {
    assert_eq!(run("propagate", Compat::Collector).failed(), [0, 1, 2]);
    assert_eq!(run("ignore", Compat::Collector).failed(), [0; 0]);
}

fn problems(config: Value) -> Vec<Problem> {
    match Harness::<Transform>::configure(config) {
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    }
}

#[test]
fn mistakes_point_into_their_statements() {
    let problems = problems(json!({
        "log_statements": [
            { "context": "log", "statements": ["set(attributes[\"a\"], 1)", "set(nowhere, 1)"], "conditions": ["1 =="] },
            { "context": "span", "statements": ["set(name, \"x\")"] },
        ],
        "trace_statements": ["set(span.name, Upper(span.name))"],
    }));
    let found: Vec<_> = problems.iter().map(|problem| problem.at.as_str()).collect();
    let expected = [
        "/log_statements/0/conditions/0",
        "/log_statements/0/statements/1",
        "/log_statements/1/context",
        "/trace_statements/0",
    ];
    assert_eq!(found, expected);
    assert_eq!(problems[1].span, Some(4..11));
}

#[test]
fn what_takes_text_away_is_warned_of() {
    let warnings = |mode: &str| {
        let config = json!({ "error_mode": mode, "log_statements": [
            r#"set(log.attributes["a"], 1)"#,
            r#"replace_pattern(log.body, "a", "b")"#,
            r#"delete_key(log.attributes, "x")"#,
        ] });
        let policy = Harness::<Transform>::configure(config).unwrap();
        policy
            .warnings()
            .iter()
            .map(|warning| warning.at.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        warnings("ignore"),
        ["/log_statements/1", "/log_statements/2"]
    );
    assert!(warnings("reject").is_empty());
}

#[test]
fn what_a_collector_does_not_offer_either_is_refused() {
    let at = |config| {
        problems(config)
            .into_iter()
            .map(|problem| problem.at)
            .collect::<Vec<_>>()
    };
    assert_eq!(at(json!({ "flatten_data": true })), ["/flatten_data"]);
    let both = json!({ "error_mode": "often", "log_statements": ["set(log.bodi, 1)"] });
    assert_eq!(at(both), ["/error_mode", "/log_statements/0"]);
    assert_eq!(
        at(json!({ "log_statements": ["set(log.body, 1)", { "statements": [] }] })),
        ["/log_statements/1"]
    );
}
