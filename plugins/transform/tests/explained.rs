//! Which statements ran on a record, and which of them wins where two write to one place.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_sdk::testing::{Harness, Request, Sighted, log_record};
use tollgate_transform::Transform;

fn told(config: Value, request: &Request) -> Vec<String> {
    let mut transform = Harness::<Transform>::configure(config).unwrap();
    let sighted = transform.explain(request).unwrap();
    sighted.iter().map(Sighted::line).collect()
}

#[test]
fn the_last_statement_that_writes_to_a_place_wins() {
    let config = json!({"log_statements": [
        r#"set(log.attributes["env"], "test")"#,
        r#"set(log.attributes["env"], "prod") where log.attributes["host"] == "a""#,
        r#"set(log.attributes["env"], "none") where log.attributes["host"] == nil"#,
    ]});
    let request = log_record().attribute("host", "a").build();
    assert_eq!(
        told(config, &request),
        [
            r#"log_statements[0]: attributes["env"]: overridden by log_statements[1] (writes it)"#,
            "log_statements[1]: applied",
            r#"log_statements[1]: attributes["host"]: applied (reads it)"#,
            r#"log_statements[1]: attributes["env"]: applied (writes it)"#,
            "log_statements[2]: missed",
            r#"log_statements[2]: attributes["host"]: missed (reads it)"#,
        ]
    );
}

#[test]
fn a_statement_that_fails_says_why_and_what_comes_of_it() {
    let config = |mode: &str| {
        json!({"error_mode": mode, "log_statements": [
            r#"set(log.attributes["a"], ParseJSON(log.body))"#,
            r#"set(log.attributes["b"], "b")"#,
        ]})
    };
    let request = log_record().body("no json").build();
    let ignored = told(config("ignore"), &request);
    assert!(
        ignored[0].starts_with("log_statements[0]: failed (")
            && ignored[0].contains("by its error_mode the next one has its turn"),
        "{ignored:?}"
    );
    assert!(
        ignored.contains(&r#"log_statements[1]: attributes["b"]: applied (writes it)"#.to_owned()),
        "{ignored:?}"
    );
    let propagated = told(config("propagate"), &request);
    assert!(
        propagated[0].contains("by its error_mode the record fails"),
        "{propagated:?}"
    );
    assert!(
        !propagated
            .iter()
            .any(|line| line.starts_with("log_statements[1]")),
        "{propagated:?}"
    );
}

#[test]
fn statements_behind_conditions_that_do_not_hold_had_no_turn() {
    let config = json!({"log_statements": [{
        "context": "log",
        "conditions": [r#"severity_text == "DEBUG""#],
        "statements": [r#"set(attributes["a"], "b")"#],
    }]});
    let lines = told(config, &log_record().build());
    assert!(
        lines.iter().any(|line| line.contains(": skipped by ")),
        "{lines:?}"
    );
}
