//! Which conditions looked at a record, and which one dropped it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_filter::Filter;
use tollgate_sdk::testing::{Harness, Request, Sighted, log_record, span};

fn told(config: Value, request: &Request) -> Vec<String> {
    let mut filter = Harness::<Filter>::configure(config).unwrap();
    let sighted = filter.explain(request).unwrap();
    sighted.iter().map(Sighted::line).collect()
}

#[test]
fn the_first_condition_that_holds_wins_and_the_others_are_told_of() {
    let config = json!({"log_conditions": [
        r#"log.attributes["a"] == "x""#,
        r#"log.severity_text == "DEBUG""#,
        r#"IsMatch(log.body, "started")"#,
    ]});
    let request = log_record()
        .field("severityText", "DEBUG")
        .body("it started")
        .build();
    assert_eq!(
        told(config, &request),
        [
            "log_conditions[0]: missed",
            r#"log_conditions[0]: attributes["a"]: missed (reads it)"#,
            "log_conditions[1]: applied",
            "log_conditions[1]: severity_text: applied (reads it)",
            "log_conditions[2]: overridden by log_conditions[1]",
            "log_conditions[2]: body: overridden by log_conditions[1] (reads it)",
        ]
    );
}

#[test]
fn a_condition_that_fails_says_why_and_what_comes_of_it() {
    let request = log_record().body("text").build();
    let conditions = |mode: &str| json!({"error_mode": mode, "log_conditions": [r#"ParseJSON(log.body)["a"] == 1"#, "log.body != nil"]});
    let ignored = told(conditions("ignore"), &request);
    assert!(
        ignored[0].starts_with("log_conditions[0]: failed")
            && ignored[0].contains("by its error_mode the next one has its turn"),
        "{ignored:?}"
    );
    assert!(
        ignored.contains(&"log_conditions[1]: applied".to_owned()),
        "{ignored:?}"
    );
    let propagated = told(conditions("propagate"), &request);
    assert!(
        propagated[0].contains("by its error_mode the record fails"),
        "{propagated:?}"
    );
    assert!(
        propagated.contains(&"log_conditions[1]: skipped by log_conditions[0]".to_owned()),
        "{propagated:?}"
    );
}

#[test]
fn what_stands_under_a_dropped_resource_is_not_asked() {
    let config = json!({"traces": {
        "resource": [r#"attributes["env"] == nil"#],
        "span": [r#"name == "x""#],
    }});
    let lines = told(config, &span("x").build());
    assert!(
        lines.contains(&"traces.span[0]: skipped by traces.resource[0]".to_owned()),
        "{lines:?}"
    );
}
