//! What a configuration asks for: no more than it needs, and every mistake in it is pointed at.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_redaction::Redaction;
use tollgate_sdk::testing::Harness;
use tollgate_sdk::{Compat, Problem, Signal};

fn configured(config: Value) -> Harness<Redaction> {
    Harness::configure(config).unwrap()
}

fn problems(config: Value) -> Vec<Problem> {
    Harness::<Redaction>::configure(config).err().unwrap()
}

#[test]
fn blocked_values_alone_need_every_text_and_the_numbers_of_bodies() {
    let policy = configured(json!({"allow_all_keys": true, "blocked_values": ["x"]}));
    let manifest = policy.manifest();
    assert_eq!(manifest.reads(Signal::Traces), ["*"]);
    assert_eq!(manifest.writes(Signal::Traces), ["*"]);
    assert_eq!(manifest.reads(Signal::Logs), ["*", "body", "body[**]"]);
    assert!(!manifest.drops(Signal::Logs));
}

#[test]
fn the_scope_of_upstream_needs_what_the_collector_touches() {
    let policy =
        configured(json!({"allow_all_keys": true, "blocked_values": ["x"], "scope": "upstream"}));
    let manifest = policy.manifest();
    let writes = [
        "resource.attributes[*]",
        "scope.attributes[*]",
        "attributes[*]",
    ];
    assert_eq!(manifest.writes(Signal::Metrics), writes);
    assert_eq!(
        manifest.writes(Signal::Traces),
        [writes.as_slice(), &["spanevent.attributes[*]"]].concat()
    );
    assert_eq!(
        manifest.writes(Signal::Logs),
        [writes.as_slice(), &["body"]].concat()
    );
}

#[test]
fn rules_about_keys_need_no_texts() {
    let policy = configured(json!({"allowed_keys": ["a"]}));
    assert!(
        !policy
            .manifest()
            .reads(Signal::Traces)
            .iter()
            .any(|path| path == "*" || path == "name" || path == "status.message")
    );
}

#[test]
fn nothing_to_do_asks_for_nothing_and_fits_every_pipeline() {
    let policy = configured(json!({"allow_all_keys": true}));
    for signal in Signal::ALL {
        assert!(policy.manifest().access(*signal).is_empty());
        assert!(policy.manifest().access(*signal).takes);
    }
}

#[test]
fn every_mistake_is_pointed_at() {
    let found = problems(json!({
        "blocked_values": ["ok", "a(?=b)"],
        "blocked_key_patterns": ["["],
        "hash_function": "crc32",
        "allowed_values": "a{2,3}",
    }));
    let at: Vec<_> = found.iter().map(|problem| problem.at.as_str()).collect();
    assert_eq!(
        at,
        [
            "/allowed_values",
            "/blocked_key_patterns/0",
            "/blocked_values/1",
            "/hash_function"
        ]
    );
    assert!(
        found.iter().all(|problem| problem.help.is_some()),
        "{found:?}"
    );
    assert!(
        problems(json!({"hash_function": "hmac-sha256", "hmac_key": "too short"}))[0].at
            == "/hmac_key"
    );
    assert_eq!(
        problems(json!({"block_values": ["x"]}))[0].at,
        "/block_values"
    );
    assert_eq!(
        problems(json!({"blocked_values": [5]}))[0].at,
        "/blocked_values/0"
    );
}

#[test]
fn one_text_with_a_comma_is_split_only_where_the_collector_is_asked_for() {
    let config = json!({"allow_all_keys": true, "blocked_values": "aa,bb"});
    assert_eq!(problems(config.clone())[0].at, "/blocked_values");
    let policy = Harness::<Redaction>::with_compat(Compat::Collector)
        .configure(config)
        .unwrap();
    assert!(
        policy
            .manifest()
            .rules()
            .iter()
            .any(|rule| rule == "blocked_values[1]")
    );
}
