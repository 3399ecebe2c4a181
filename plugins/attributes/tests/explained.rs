//! Which actions did something to an attribute, and which of them stands at the end.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_attributes::Attributes;
use tollgate_sdk::testing::{Harness, Request, Sighted, log_record};

fn told(config: Value, request: &Request) -> Vec<String> {
    let mut attributes = Harness::<Attributes>::configure(config).unwrap();
    let sighted = attributes.explain(request).unwrap();
    sighted.iter().map(Sighted::line).collect()
}

#[test]
fn the_last_action_on_an_attribute_stands() {
    let config = json!({"actions": [
        {"key": "env", "value": "test", "action": "insert"},
        {"key": "env", "value": "prod", "action": "upsert"},
        {"key": "env", "value": "lab", "action": "insert"},
        {"key": "user", "action": "hash"},
        {"key": "gone", "action": "delete"},
    ]});
    let request = log_record().attribute("user", "ann").build();
    assert_eq!(
        told(config, &request),
        [
            r#"actions[0]: attributes["env"]: overridden by actions[1]"#,
            r#"actions[1]: attributes["env"]: applied"#,
            r#"actions[2]: attributes["env"]: missed (it inserts, and the attribute is there already)"#,
            r#"actions[3]: attributes["user"]: applied"#,
            r#"actions[4]: attributes["gone"]: missed (the attribute is not there)"#,
        ]
    );
}

#[test]
fn a_record_that_is_not_chosen_is_passed_over() {
    let config = json!({
        "include": {"match_type": "strict", "log_bodies": ["other"]},
        "actions": [{"key": "env", "value": "test", "action": "insert"}],
    });
    assert_eq!(
        told(config, &log_record().body("this").build()),
        ["actions[0]: missed (`include` and `exclude` do not choose the record)"]
    );
}
