//! Which rules looked at a text, which won and why.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_redaction::Redaction;
use tollgate_sdk::Compat;
use tollgate_sdk::testing::{Harness, Request, log_record};

const CARD: &str = "[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{4}";
const MAIL: &str = r"[a-z.]+@[a-z.]+";

fn told(mut redaction: Harness<Redaction>, request: &Request, path: &str) -> Vec<String> {
    let sighted = redaction.explain(request).unwrap();
    let of_path = sighted.iter().filter(|sighted| sighted.path == path);
    of_path.map(tollgate_sdk::testing::Sighted::line).collect()
}

fn policy(config: Value) -> Harness<Redaction> {
    Harness::configure(config).unwrap()
}

fn note(text: &str) -> Request {
    log_record().attribute("note", text).build()
}

const NOTE: &str = r#"attributes["note"]"#;

fn puzzle() -> Value {
    json!({"allow_all_keys": true, "blocked_values": [CARD, MAIL], "allowed_values": [r"[a-z.]+@ourshop\.example"]})
}

#[test]
fn an_allowed_value_spares_what_it_covers_and_no_more() {
    let request = note("ann@ourshop.example paid with 4111-1111-1111-1111");
    assert_eq!(
        told(policy(puzzle()), &request, NOTE),
        [
            r#"allowed_values[0]: attributes["note"]: applied "ann@ourshop.example" (it spares what it covers)"#,
            r#"blocked_values[0]: attributes["note"]: applied "4111-1111-1111-1111""#,
            r#"blocked_values[1]: attributes["note"]: spared "ann@ourshop.example" by allowed_values[0]"#,
        ]
    );
}

#[test]
fn to_the_collector_it_spares_all() {
    let request = note("ann@ourshop.example paid with 4111-1111-1111-1111");
    let redaction = Harness::with_compat(Compat::Collector)
        .configure(puzzle())
        .unwrap();
    let told = told(redaction, &request, NOTE);
    assert!(
        told.contains(
            &r#"blocked_values[0]: attributes["note"]: spared "4111-1111-1111-1111" by allowed_values[0]"#
                .to_owned()
        ),
        "{told:?}"
    );
}

#[test]
fn of_patterns_that_overlap_the_first_wins() {
    let config =
        json!({"allow_all_keys": true, "blocked_values": ["[0-9]{6,}", CARD, "id-[0-9]+"]});
    let request = note("id-12345678");
    assert_eq!(
        told(policy(config), &request, NOTE),
        [
            r#"blocked_values[0]: attributes["note"]: applied "12345678""#,
            r#"blocked_values[1]: attributes["note"]: missed"#,
            r#"blocked_values[2]: attributes["note"]: overridden "id-12345678" by blocked_values[0]"#,
        ]
    );
}

#[test]
fn a_rule_about_the_key_puts_an_end_to_the_matter() {
    let config =
        json!({"allowed_keys": ["kept"], "blocked_values": [MAIL], "ignored_keys": ["raw"]});
    let request = log_record()
        .attribute("raw", "ann@x.example")
        .attribute("gone", "ann@x.example")
        .attribute("kept", "ann@x.example")
        .build();
    let lines = |key: &str| {
        told(
            policy(config.clone()),
            &request,
            &format!("attributes[\"{key}\"]"),
        )
    };
    assert_eq!(
        lines("raw"),
        [
            r#"ignored_keys: attributes["raw"]: applied (by the key `raw`)"#,
            r#"blocked_values[0]: attributes["raw"]: skipped by ignored_keys"#,
        ]
    );
    assert_eq!(
        lines("gone"),
        [
            r#"ignored_keys: attributes["gone"]: missed (by the key `gone`)"#,
            r#"allowed_keys: attributes["gone"]: applied (by the key `gone`)"#,
            r#"blocked_values[0]: attributes["gone"]: skipped by allowed_keys"#,
        ]
    );
    assert_eq!(
        lines("kept"),
        [
            r#"ignored_keys: attributes["kept"]: missed (by the key `kept`)"#,
            r#"allowed_keys: attributes["kept"]: missed (by the key `kept`)"#,
            r#"blocked_values[0]: attributes["kept"]: applied "ann@x.example""#,
        ]
    );
}

#[test]
fn detectors_say_what_they_found() {
    let config = json!({"allow_all_keys": true, "detect": ["email", "credit_card"], "allowed_values": [r"[a-z.]+@ourshop\.example"]});
    let request = note("ann@ourshop.example paid with 4111-1111-1111-1111");
    assert_eq!(
        told(policy(config), &request, NOTE),
        [
            r#"allowed_values[0]: attributes["note"]: applied "ann@ourshop.example" (it spares what it covers)"#,
            r#"detect.email: attributes["note"]: idle "ann@ourshop.example" (what it finds is allowed, or a mark, or shall be kept)"#,
            r#"detect.credit_card: attributes["note"]: applied "4111-1111-1111-1111""#,
        ]
    );
}

#[test]
fn entries_of_a_body_are_told_of_where_it_is_worked_on_as_a_whole() {
    let config = json!({"allow_all_keys": true, "blocked_values": [MAIL], "blocked_key_patterns": ["secret"]});
    let request = log_record()
        .field(
            "body",
            json!({"kvlistValue": {"values": [
                {"key": "who", "value": {"stringValue": "ann@x.example"}},
                {"key": "secret", "value": {"stringValue": "ann@x.example"}},
            ]}}),
        )
        .build();
    assert_eq!(
        told(policy(config.clone()), &request, r#"body["who"]"#),
        [
            r#"blocked_key_patterns[0]: body["who"]: missed (by the key `who`)"#,
            r#"blocked_values[0]: body["who"]: applied "ann@x.example""#,
        ]
    );
    assert_eq!(
        told(policy(config), &request, r#"body["secret"]"#),
        [
            r#"blocked_key_patterns[0]: body["secret"]: applied (by the key `secret`)"#,
            r#"blocked_values[0]: body["secret"]: skipped by blocked_key_patterns[0]"#,
        ]
    );
}

mod law {
    use proptest::prelude::*;
    use serde_json::json;
    use tollgate_redaction::Redaction;
    use tollgate_sdk::testing::Harness;

    fn texts() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "ann@x.example",
            "ann@ourshop.example",
            "1234",
            "12345678",
            "id-12",
            "*",
            "****",
            " ",
            "key",
            "é",
        ]);
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    fn patterns() -> impl Strategy<Value = Vec<&'static str>> {
        let pattern = prop::sample::select(vec![
            "[0-9]{4}",
            "[0-9]+",
            "id-[0-9*]+",
            "[a-z.]+@[a-z.]+",
            "\\*+",
            "k.*y",
            ".+",
        ]);
        prop::collection::vec(pattern, 1..4)
    }

    proptest! {
        /// What is told is what is done: a text changes if and only if a rule says that it did something to it, and to ask changes nothing.
        #[test]
        fn what_is_told_is_what_is_done(text in texts(), blocked in patterns(), spares in any::<bool>()) {
            let allowed = if spares { vec!["[a-z.]+@ourshop\\.example"] } else { Vec::new() };
            let config = json!({"allow_all_keys": true, "blocked_values": blocked, "allowed_values": allowed});
            let request = super::note(&text);
            let left = |asked: bool| {
                let mut redaction = Harness::<Redaction>::configure(config.clone()).unwrap();
                let told = asked.then(|| redaction.explain(&request).unwrap());
                (redaction.run(&request).unwrap().json().to_string(), told)
            };
            let (plain, _) = left(false);
            let (after, told) = left(true);
            prop_assert_eq!(&plain, &after);
            let did = told.unwrap().iter().any(|told| {
                told.effect == "applied" && told.path == super::NOTE && told.rule.starts_with("blocked_values")
            });
            let value = format!("\"stringValue\":{}", serde_json::Value::from(text.as_str()));
            let is_changed = !plain.contains(&value);
            // A mask in the place of a mask is a deed that nobody sees.
            prop_assert!(did || !is_changed, "changed, and nobody says so");
            prop_assert!(!did || is_changed || text.contains('*'), "told, and not done");
        }
    }
}
