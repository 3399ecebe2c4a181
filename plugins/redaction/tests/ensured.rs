//! `ensure: redaction` and the policy mean the same: what the policy has redacted never breaks the rules, and what it has not does.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_conformance::Case;
use tollgate_ensure::{Rule, scan, without};
use tollgate_record::testing::{Dice, request};
use tollgate_redaction::Redaction;
use tollgate_sdk::Compat;
use tollgate_sdk::testing::Harness;

fn wires(signal: tollgate_record::Signal) -> tollgate_sdk::Signal {
    match signal {
        tollgate_record::Signal::Logs => tollgate_sdk::Signal::Logs,
        tollgate_record::Signal::Traces => tollgate_sdk::Signal::Traces,
        tollgate_record::Signal::Metrics => tollgate_sdk::Signal::Metrics,
    }
}

/// The breaches in what the policy leaves of a request.
fn breaches(
    config: &Value,
    compat: Compat,
    signal: tollgate_record::Signal,
    wire: Vec<u8>,
) -> Vec<String> {
    let mut policy = Harness::<Redaction>::with_compat(compat)
        .configure(config.clone())
        .unwrap();
    // What the host refuses is rejected as a whole: nothing of it leaves.
    let Ok(output) = policy.run_wire(wires(signal), wire) else {
        return Vec::new();
    };
    let rule = Rule::redaction(config, compat == Compat::Collector).unwrap();
    let found = scan(signal, output.wire(), &[&rule]).unwrap();
    found
        .breaches
        .into_iter()
        .map(|breach| format!("{} of {}", breach.place, output.text()))
        .collect()
}

#[test]
fn the_collectors_own_cases_raise_no_alarm() {
    let cases = include_str!("vectors/cases.jsonl");
    let mut tried = 0;
    for line in cases.lines().filter(|line| !line.trim().is_empty()) {
        let case: Case = serde_json::from_str(line).unwrap();
        for compat in [Compat::Tollgate, Compat::Collector] {
            let Ok(mut policy) =
                Harness::<Redaction>::with_compat(compat).configure(case.config.clone())
            else {
                continue;
            };
            let rule = Rule::redaction(&case.config, compat == Compat::Collector).unwrap();
            for input in case.inputs() {
                let output = policy.run_json(case.signal(), &input.to_string()).unwrap();
                let signal = case.signal().as_str();
                let signal = tollgate_record::Signal::ALL
                    .into_iter()
                    .find(|known| known.as_str() == signal)
                    .unwrap();
                let found = scan(signal, output.wire(), &[&rule]).unwrap();
                assert_eq!(
                    found.breaches,
                    [],
                    "{} under {compat:?}: {}\n{}",
                    case.name,
                    case.config,
                    output.json()
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried} cases");
}

/// What configurations of the law are put together of. The patterns match texts that generated requests have, masks, hashes, keys.
fn configurations() -> impl Strategy<Value = Value> {
    let patterns = prop::sample::subsequence(
        vec![
            "sk-[a-z]+",
            "01234",
            "quoted|secret",
            "mod.l|^tok",
            r"\w+",
            r"\bkey",
            "^a",
            "e.?a",
            ".*secret.*",
            r"(?s).+",
            "[0-9a-f]{8,}",
            r"\*+",
            "a|b",
        ],
        0..4,
    );
    let allowed = prop::sample::subsequence(vec!["a[a-z]", "ke", r"\d+"], 0..3);
    let keys = prop::sample::subsequence(vec!["^k", "a", "[0-9]"], 0..2);
    let hash = prop::sample::select(vec!["", "md5", "sha1", "sha3"]);
    let summary = prop::sample::select(vec!["debug", "info", "silent"]);
    let scope = prop::sample::select(vec!["everywhere", "upstream"]);
    let flags = any::<[bool; 4]>();
    (patterns, allowed, keys, hash, summary, scope, flags).prop_map(
        |(blocked, allowed, keys, hash, summary, scope, [all, ignored, types, urls])| {
            json!({
                "allow_all_keys": all,
                "allowed_keys": ["key", "a", "service.name"],
                "ignored_keys": if ignored { vec!["b"] } else { vec![] },
                "blocked_values": blocked,
                "allowed_values": allowed,
                "blocked_key_patterns": keys,
                "hash_function": hash,
                "summary": summary,
                "scope": scope,
                "redact_all_types": types,
                "url_sanitizer": {"enabled": urls, "attributes": ["key"]},
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_was_redacted_raises_no_alarm(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        config in configurations(),
        collector in any::<bool>(),
    ) {
        let compat = if collector { Compat::Collector } else { Compat::Tollgate };
        for signal in tollgate_record::Signal::ALL {
            let wire = request(signal, &mut Dice::new(&bytes));
            prop_assert_eq!(breaches(&config, compat, signal, wire), Vec::<String>::new(), "{}", config);
        }
    }
}

#[test]
fn what_was_not_redacted_does() {
    let secret = "joe@example.com";
    let config = json!({"allow_all_keys": true, "blocked_values": ["[a-z]+@[a-z.]+[a-z]"], "blocked_key_patterns": ["^token$"], "allowed_values": ["ops@[a-z.]+"]});
    let rule = Rule::redaction(&config, false).unwrap();
    let text = json!({"stringValue": format!("to {secret}")});
    let records = [
        (json!({"body": text}), Some("log.body")),
        (json!({"eventName": secret}), Some("log.event_name")),
        (
            json!({"attributes": [{"key": "k", "value": {"kvlistValue": {"values": [{"key": "k", "value": text}]}}}]}),
            Some("log.attributes"),
        ),
        (
            json!({"attributes": [{"key": secret, "value": {"intValue": "1"}}]}),
            Some("log.attributes (a key)"),
        ),
        (
            json!({"attributes": [{"key": "token", "value": {"stringValue": "hunter2"}}]}),
            Some("log.attributes"),
        ),
        (
            json!({"attributes": [{"key": "b", "value": {"bytesValue": "dG8gam9lQGV4YW1wbGUuY29tIQ=="}}]}),
            Some("log.attributes"),
        ),
        // Beside a mask it is a secret as well.
        (
            json!({"body": {"stringValue": format!("**** {secret}****")}}),
            Some("log.body"),
        ),
        (json!({"body": {"stringValue": "ops@example.com"}}), None),
        (
            json!({"attributes": [{"key": "token", "value": {"stringValue": "****"}}]}),
            None,
        ),
    ];
    for (record, place) in records {
        let payload = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": "fine"}}, record]}]}]});
        let wire = wire_of(&payload);
        let found = scan(tollgate_record::Signal::Logs, &wire, &[&rule]).unwrap();
        let places: Vec<_> = found
            .breaches
            .iter()
            .map(|breach| breach.place.as_str())
            .collect();
        assert_eq!(places, place.into_iter().collect::<Vec<_>>(), "{payload}");
        let expected: &[u32] = if place.is_some() { &[1] } else { &[] };
        assert_eq!(found.records, expected);
        let rest = without(tollgate_record::Signal::Logs, &wire, &found.records).unwrap();
        assert!(
            scan(tollgate_record::Signal::Logs, &rest, &[&rule])
                .unwrap()
                .is_nothing()
        );
        assert_eq!(
            tollgate_record::count(tollgate_record::Signal::Logs, &rest).unwrap(),
            if place.is_some() { 1 } else { 2 }
        );
    }
}

#[test]
fn what_stands_above_records_takes_all_of_them() {
    let config = json!({"allow_all_keys": true, "blocked_values": ["secret"]});
    let rule = Rule::redaction(&config, false).unwrap();
    let records = json!([{"body": {"stringValue": "1"}}, {"body": {"stringValue": "2"}}]);
    let payload = json!({"resourceLogs": [
        {"scopeLogs": [{"logRecords": records}]},
        {"scopeLogs": [{"scope": {"name": "a secret"}, "logRecords": records}, {"logRecords": records}]},
    ]});
    let found = scan(tollgate_record::Signal::Logs, &wire_of(&payload), &[&rule]).unwrap();
    assert_eq!(
        (found.records, found.is_beyond_records),
        (vec![2, 3], false)
    );
    let payload = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}, {"schemaUrl": "secret"}]});
    let found = scan(tollgate_record::Signal::Logs, &wire_of(&payload), &[&rule]).unwrap();
    assert_eq!((found.records, found.is_beyond_records), (vec![], true));
}

fn wire_of(payload: &Value) -> Bytes {
    let idle = json!({"allow_all_keys": true});
    let mut policy = Harness::<Redaction>::configure(idle).unwrap();
    let output = policy
        .run_json(tollgate_sdk::Signal::Logs, &payload.to_string())
        .unwrap();
    output.wire().clone()
}

/// Detectors, actions and rules for fields, put together.
fn detections() -> impl Strategy<Value = Value> {
    let entries = prop::sample::subsequence(
        vec![
            json!("email"),
            json!({"detector": "credit_card", "keep": "last4"}),
            json!({"detector": "ipv4", "action": "truncate"}),
            json!({"detector": "high_entropy", "keep": "shape"}),
            json!({"detector": "us_ssn", "action": "remove"}),
            json!({"detector": "command_line_password", "length": 3}),
            json!({"detector": "phone", "action": "drop"}),
            json!({"name": "quoted", "pattern": "quoted|secret|tok.n"}),
        ],
        0..8,
    );
    let fields = prop::sample::subsequence(
        vec![
            json!({"path": "attributes[\"a\"]", "action": "remove"}),
            json!({"path": "*[\"key\"]", "action": "replace"}),
            json!({"paths": ["name", "body"], "action": "truncate", "length": 4}),
            json!({"path": "resource.attributes[\"b\"]", "action": "mask"}),
            json!({"path": "metric.description", "text": "gone"}),
            json!({"path": "*[\"*e*\"]", "action": "remove"}),
            json!({"path": "metric.metadata", "action": "remove"}),
            json!({"path": "*[\"k*\"]", "detect": ["email"], "keep": "nothing"}),
        ],
        0..5,
    );
    let preset = prop::sample::select(vec![
        Value::Null,
        json!("agents"),
        json!({"name": "agents", "strict": false, "content": "truncate"}),
    ]);
    (entries, fields, preset, any::<[bool; 3]>()).prop_map(
        |(detect, fields, preset, [all, blocked, upstream])| {
            json!({
                "allow_all_keys": all,
                "allowed_keys": ["key", "a", "service.name"],
                "blocked_values": if blocked { vec!["sk-[a-z]+"] } else { vec![] },
                "detect": detect,
                "fields": fields,
                "preset": preset,
                "decode": ["json", "url", "base64"],
                "scope": if upstream { "upstream" } else { "everywhere" },
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_was_detected_raises_no_alarm(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        config in detections(),
    ) {
        for signal in tollgate_record::Signal::ALL {
            let wire = request(signal, &mut Dice::new(&bytes));
            prop_assert_eq!(breaches(&config, Compat::Tollgate, signal, wire), Vec::<String>::new(), "{}", config);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// What a policy answers beyond what it may is refused as a whole, with all records of the batch.
    #[test]
    fn no_answer_is_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        config in detections(),
    ) {
        let mut idle = Harness::<Redaction>::configure(json!({"allow_all_keys": true})).unwrap();
        let mut policy = Harness::<Redaction>::configure(config.clone()).unwrap();
        for signal in tollgate_record::Signal::ALL {
            let wire = Bytes::from(request(signal, &mut Dice::new(&bytes)));
            if idle.run_wire(wires(signal), wire.clone()).is_ok() {
                let answer = policy.run_wire(wires(signal), wire);
                prop_assert!(answer.is_ok(), "{:?} under {}", answer.err(), config);
            }
        }
    }
}

#[test]
fn what_detectors_would_find_does() {
    let attribute = |key: &str, text: &str| json!({"attributes": [{"key": key, "value": {"stringValue": text}}]});
    let config = json!({"allow_all_keys": true, "preset": "agents", "fields": [{"path": "attributes[\"gone\"]", "action": "remove"}]});
    let rule = Rule::redaction(&config, false).unwrap();
    for (record, place) in [
        (
            attribute("user.email", "jane@example.com"),
            Some("log.attributes"),
        ),
        (
            attribute("a", "amFuZUBleGFtcGxlLmNvbQ=="),
            Some("log.attributes"),
        ),
        (attribute("a", "Write a poem"), Some("log.attributes")),
        (attribute("prompt", "hunter2"), Some("log.attributes")),
        (attribute("gone", "x"), Some("log.attributes (a key)")),
        (
            json!({"attributes": [{"key": "gone", "value": {"intValue": "1"}}]}),
            Some("log.attributes (a key)"),
        ),
        (
            attribute("jane@example.com", "x"),
            Some("log.attributes (a key)"),
        ),
        (
            json!({"eventName": "4111111111111111"}),
            Some("log.event_name"),
        ),
        (json!({"severityText": "a b"}), Some("log.severity_text")),
        (attribute("prompt", "[redacted:7]"), None),
        (attribute("user.email", "[email]"), None),
        (attribute("a", "codex.tool_result"), None),
    ] {
        let payload = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]});
        let found = scan(tollgate_record::Signal::Logs, &wire_of(&payload), &[&rule]).unwrap();
        let places: Vec<_> = found
            .breaches
            .iter()
            .map(|breach| breach.place.as_str())
            .collect();
        assert_eq!(places, place.into_iter().collect::<Vec<_>>(), "{payload}");
    }
}
