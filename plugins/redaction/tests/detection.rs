//! Detectors, actions and rules for fields, through the policy.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_redaction::Redaction;
use tollgate_sdk::testing::Harness;
use tollgate_sdk::{Compat, Signal};

const KEY: &[u8] = b"a key that the guest never sees";

fn policy(config: Value) -> Harness<Redaction> {
    Harness::<Redaction>::with_key("people", KEY)
        .configure(config)
        .unwrap()
}

/// What is left of a log record.
fn left(config: &Value, record: &Value) -> Value {
    let mut config = config.clone();
    config["allow_all_keys"] = json!(true);
    let payload = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]});
    let output = policy(config)
        .run_json(Signal::Logs, &payload.to_string())
        .unwrap();
    let text = output.json().to_string();
    let left: Value = serde_json::from_str(&text).unwrap();
    left["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0].clone()
}

fn body(text: &str) -> Value {
    json!({"body": {"stringValue": text}})
}

/// What is left of a body that is a text.
fn text(config: &Value, written: &str) -> String {
    left(config, &body(written))["body"]["stringValue"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn every_action_has_its_way() {
    let mail = "to jane.doe@example.com, now";
    for (entry, expected) in [
        (json!("email"), "to [email], now"),
        (
            json!({"detector": "email", "action": "mask"}),
            "to ********************, now",
        ),
        (
            json!({"detector": "email", "keep": "shape"}),
            "to ****.***@*******.***, now",
        ),
        (
            json!({"detector": "email", "keep": "last4"}),
            "to ****.***@******e.com, now",
        ),
        (
            json!({"detector": "email", "keep": "nothing"}),
            "to ****, now",
        ),
        (
            json!({"detector": "email", "text": "<mail>"}),
            "to <mail>, now",
        ),
        (json!({"detector": "email", "action": "remove"}), "to , now"),
        (
            json!({"detector": "email", "length": 4}),
            "to jane…[+16], now",
        ),
        (json!({"detector": "email", "action": "keep"}), mail),
        (
            json!({"detector": "email", "allow": ["@example\\.com", ".+@example.com"]}),
            mail,
        ),
        (
            json!({"name": "who", "pattern": "[a-z.]+@"}),
            "to [who]example.com, now",
        ),
    ] {
        let config = json!({"detect": [entry]});
        let once = text(&config, mail);
        assert_eq!(once, expected, "{config}");
        assert_eq!(text(&config, &once), once, "again under {config}");
    }
    assert_eq!(
        left(
            &json!({"detect": [{"detector": "email", "action": "drop"}]}),
            &body(mail)
        ),
        Value::Null
    );
    assert_eq!(
        text(
            &json!({"detect": [{"detector": "ipv4", "action": "truncate"}]}),
            "at 10.20.30.40"
        ),
        "at 10.20.30.0"
    );
    assert_eq!(
        text(
            &json!({"detect": [{"detector": "ipv6", "action": "truncate"}]}),
            "at 2001:db8:1:2::3"
        ),
        "at 2001:db8:1::"
    );
}

#[test]
fn pseudonyms_are_the_same_for_the_same_and_the_guest_has_no_key() {
    let config = json!({"detect": ["email"], "decode": ["url"], "action": "pseudonym", "pseudonym_key": "people"});
    let left = text(
        &config,
        "jane@example.com joe@example.com jane@example.com jane%40example.com",
    );
    let names: Vec<_> = left.split(' ').collect();
    assert!(
        names[0].starts_with("email_") && names[0].len() == 22,
        "{left}"
    );
    assert_eq!(names[0], names[2]);
    assert_eq!(names[0], names[3]);
    assert_ne!(names[0], names[1]);
    assert_eq!(text(&config, &left), left);
    let other = Harness::<Redaction>::with_key("people", *b"another").configure(json!({"allow_all_keys": true, "detect": [{"detector": "email", "action": "pseudonym"}], "pseudonym_key": "people"}));
    let payload =
        json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [body("jane@example.com")]}]}]});
    assert!(
        !other
            .unwrap()
            .run_json(Signal::Logs, &payload.to_string())
            .unwrap()
            .text()
            .contains(names[0])
    );
    let without = Harness::<Redaction>::configure(config)
        .map(drop)
        .unwrap_err();
    assert_eq!(without[0].at, "/pseudonym_key");
}

#[test]
fn fields_have_rules_of_their_own() {
    let config = json!({
        "detect": ["email"],
        "fields": [
            {"path": "attributes[\"prompt\"]", "action": "remove"},
            {"path": "attributes[\"args\"]", "action": "replace"},
            {"path": "attributes[\"note\"]", "action": "truncate", "length": 5},
            {"path": "attributes[\"raw.*\"]", "action": "keep"},
            {"path": "attributes[\"host\"]", "detect": ["ipv4"], "keep": "nothing"},
            {"paths": ["*[\"who\"]", "name"], "action": "pseudonym"},
            {"path": "attributes[\"owner\"]", "allow": ["ops@example\\.com"]},
        ],
        "pseudonym_key": "people",
    });
    let attribute = |key: &str, value: Value| json!({"key": key, "value": value});
    let text = |text: &str| json!({"stringValue": text});
    let record = json!({"attributes": [
        attribute("prompt", text("Write a poem")),
        attribute("args", json!({"arrayValue": {"values": [text("-p"), text("Write"), {"intValue": "7"}]}})),
        attribute("note", text("a jane@example.com b")),
        attribute("raw.1", text("jane@example.com")),
        attribute("host", text("jane@example.com at 10.1.2.3")),
        attribute("owner", text("ops@example.com, jane@example.com")),
        attribute("deep", json!({"kvlistValue": {"values": [attribute("who", text("jane"))]}})),
    ]});
    let left = left(&config, &record);
    let by_key = |key: &str| {
        let attributes = left["attributes"].as_array().unwrap().iter();
        attributes
            .filter(|attribute| attribute["key"] == key)
            .map(|attribute| attribute["value"].clone())
            .next()
    };
    assert_eq!(by_key("prompt"), None);
    assert_eq!(
        by_key("args"),
        Some(
            json!({"arrayValue": {"values": [text("[redacted:2]"), text("[redacted:5]"), {"intValue": "7"}]}})
        )
    );
    assert_eq!(by_key("note"), Some(text("a [em…[+6]")));
    assert_eq!(by_key("raw.1"), Some(text("jane@example.com")));
    assert_eq!(by_key("host"), Some(text("jane@example.com at ****")));
    assert_eq!(by_key("owner"), Some(text("ops@example.com, [email]")));
    let deep = by_key("deep").unwrap()["kvlistValue"]["values"][0]["value"]["stringValue"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(deep.starts_with("who_"), "{deep}");
}

#[test]
fn what_goes_takes_what_is_in_it() {
    let map = json!({"kvlistValue": {"values": [{"key": "a", "value": {"stringValue": "jane@example.com"}}, {"key": "b", "value": {"intValue": "1"}}]}});
    let record = json!({"attributes": [{"key": "m", "value": map}, {"key": "n", "value": {"intValue": "2"}}, {"key": "a", "value": {"stringValue": "x"}}]});
    let config = json!({"detect": ["email"], "fields": [{"path": "attributes[\"m\"]", "action": "remove"}, {"path": "attributes[\"n\"]", "action": "remove"}]});
    assert_eq!(
        left(&config, &record)["attributes"],
        json!([{"key": "a", "value": {"stringValue": "x"}}])
    );
    let config = json!({"fields": [{"path": "attributes[\"m\"][\"a\"]", "action": "remove"}]});
    assert_eq!(
        left(&config, &record)["attributes"][0]["value"]["kvlistValue"]["values"],
        json!([{"key": "b", "value": {"intValue": "1"}}])
    );
}

#[test]
fn what_goes_goes_wherever_it_stands() {
    let entry = |key: &str, value: Value| json!({"key": key, "value": value});
    let mail = json!({"stringValue": "jane@example.com"});
    let bytes = json!({"bytesValue": "amFuZUBleGFtcGxlLmNvbQ=="});
    let list = json!({"arrayValue": {"values": [mail, bytes, {"intValue": "1"}]}});
    let inner =
        json!({"kvlistValue": {"values": [entry("a", mail.clone()), entry("b", list.clone())]}});
    let values = json!([
        entry("m", inner.clone()),
        entry("l", list),
        entry("k", json!({"kvlistValue": {"values": [entry("m", inner)]}})),
        entry("t", mail)
    ]);
    let point = json!({"attributes": values, "asInt": "1", "exemplars": [{"asInt": "1", "filteredAttributes": values}]});
    let payload = json!({"resourceMetrics": [{"resource": {"attributes": values}, "scopeMetrics": [{"scope": {"attributes": values}, "metrics": [
        {"name": "n", "metadata": values, "gauge": {"dataPoints": [point]}}]}]}]});
    for paths in [
        json!(["*[\"*\"]"]),
        json!(["*[\"m\"]", "*[\"l\"]", "*[\"t\"]"]),
        json!(["*[\"a\"]", "*[\"b\"]", "*[\"l\"][*]", "*[\"t\"]"]),
    ] {
        let config =
            json!({"allow_all_keys": true, "fields": [{"paths": paths, "action": "remove"}]});
        let output = policy(config).run_json(Signal::Metrics, &payload.to_string());
        assert!(output.is_ok(), "{paths}: {:?}", output.err());
        let output = output.unwrap();
        assert_eq!(output.failed(), [0; 0], "{paths}");
        let left = output.json().to_string();
        assert!(
            !left.contains("jane") && !left.contains("amFuZU"),
            "{paths}: {left}"
        );
    }
}

#[test]
fn a_record_is_dropped_for_what_stands_above_and_below_it() {
    let config =
        json!({"allow_all_keys": true, "detect": [{"detector": "email", "action": "drop"}]});
    let mail = json!([{"key": "who", "value": {"stringValue": "jane@example.com"}}]);
    let span = |event: Value| json!({"name": "s", "traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0102030405060708", "events": [{"name": "e", "attributes": event}]});
    let payload = json!({"resourceSpans": [
        {"scopeSpans": [{"spans": [span(json!([])), span(mail.clone())]}, {"scope": {"attributes": mail}, "spans": [span(json!([])), span(json!([]))]}]},
    ]});
    let output = policy(config)
        .run_json(Signal::Traces, &payload.to_string())
        .unwrap();
    assert_eq!(output.drops_of("detect.email"), 3);
}

#[test]
fn keys_and_bodies_are_looked_through_also_beside_rules_about_keys() {
    let config = json!({"allow_all_keys": true, "detect": ["email"], "ignored_keys": ["raw"], "fields": [{"path": "body[\"secret\"]", "action": "remove"}, {"path": "*[\"prompt\"]", "action": "replace"}]});
    let entry = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    let values = json!([
        entry("raw", "jane@example.com"),
        entry("secret", "x"),
        entry("prompt", "abc"),
        entry("jane@example.com", "1"),
        entry("b", "jane@example.com")
    ]);
    let left = left(
        &config,
        &json!({"body": {"kvlistValue": {"values": values}}}),
    );
    assert_eq!(
        left["body"]["kvlistValue"]["values"],
        json!([
            entry("raw", "jane@example.com"),
            entry("prompt", "[redacted:3]"),
            entry("[email]", "1"),
            entry("b", "[email]")
        ])
    );
}

#[test]
fn mistakes_say_where_and_what_instead() {
    for (config, at, help) in [
        (
            json!({"detect": ["e-mail"]}),
            "/detect/0",
            "did you mean `email`?",
        ),
        (
            json!({"detect": [{"detector": "emial"}]}),
            "/detect/0/detector",
            "did you mean `email`?",
        ),
        (
            json!({"detect": [{"name": "Staff", "pattern": "x"}]}),
            "/detect/0/name",
            "lower case letters, digits and underscores",
        ),
        (
            json!({"detect": [{"name": "email", "pattern": "x"}]}),
            "/detect/0/name",
            "give the pattern a name of its own",
        ),
        (
            json!({"detect": [{"name": "staff", "pattern": "("}]}),
            "/detect/0/pattern",
            "patterns are Go's",
        ),
        (
            json!({"detect": [{"action": "mask"}]}),
            "/detect/0",
            "write `detector: email`",
        ),
        (
            json!({"detect": [{"detector": "email", "action": "hide"}]}),
            "/detect/0/action",
            "one of keep, mask",
        ),
        (
            json!({"detect": [{"detector": "email", "action": "remove", "text": "x"}]}),
            "/detect/0/text",
            "leave it out",
        ),
        (
            json!({"detect": [{"detector": "email", "action": "pseudonym"}]}),
            "/detect/0/action",
            "name one in `pseudonym_key`",
        ),
        (
            json!({"detect": ["email"], "decode": ["rot13"]}),
            "/decode/0",
            "one of json, url, base64",
        ),
        (
            json!({"preset": "robots"}),
            "/preset",
            "`agents` is for coding agents",
        ),
        (
            json!({"preset": {"name": "agents", "content": "burn"}}),
            "/preset/content",
            "one of replace",
        ),
        (
            json!({"fields": [{"action": "remove"}]}),
            "/fields/0",
            "name one in `path`",
        ),
        (
            json!({"fields": [{"path": "body"}]}),
            "/fields/0",
            "say what is done",
        ),
        (
            json!({"fields": [{"path": "attributes[x]", "action": "remove"}]}),
            "/fields/0/path",
            "write OTTL's paths",
        ),
    ] {
        let problems = Harness::<Redaction>::configure(config.clone())
            .map(drop)
            .unwrap_err();
        assert_eq!(problems[0].at, at, "{config}: {problems:?}");
        assert!(
            problems[0]
                .help
                .as_deref()
                .unwrap_or_default()
                .starts_with(help),
            "{config}: {problems:?}"
        );
    }
    let collector = Harness::<Redaction>::with_compat(Compat::Collector)
        .configure(json!({"detect": ["email"]}));
    assert_eq!(collector.map(drop).unwrap_err()[0].at, "/detect");
}
