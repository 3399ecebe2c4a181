//! Actions, where the Collector's own cases say too little: order, sources, types, access.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]
#![allow(
    clippy::needless_pass_by_value,
    reason = "reads best with `json!` at the place of use"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate_attributes::Attributes;
use tollgate_sdk::testing::{Harness, RecordBuilder, data_point, log_record, span};
use tollgate_sdk::{Compat, Signal};

/// The attributes of the only record after these actions.
fn after(actions: Value, record: RecordBuilder) -> BTreeMap<String, Value> {
    after_in(
        &mut Harness::<Attributes>::configure(json!({ "actions": actions })).unwrap(),
        record,
    )
}

fn after_in(policy: &mut Harness<Attributes>, record: RecordBuilder) -> BTreeMap<String, Value> {
    let output = policy.run(&record.build()).unwrap().json();
    let found = find(&output, "logRecords")
        .or_else(|| find(&output, "spans"))
        .or_else(|| find(&output, "dataPoints"))
        .unwrap();
    let attributes = found[0]["attributes"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    attributes
        .into_iter()
        .map(|entry| {
            (
                entry["key"].as_str().unwrap().to_owned(),
                entry["value"].clone(),
            )
        })
        .collect()
}

fn find<'j>(json: &'j Value, key: &str) -> Option<&'j Value> {
    match json {
        Value::Object(members) => members
            .get(key)
            .or_else(|| members.values().find_map(|member| find(member, key))),
        Value::Array(items) => items.iter().find_map(|item| find(item, key)),
        _ => None,
    }
}

fn text(text: &str) -> Value {
    json!({ "stringValue": text })
}

#[test]
fn an_action_sees_what_the_one_before_it_did() {
    let actions = json!([
        { "key": "a", "value": "1", "action": "insert" },
        { "key": "b", "from_attribute": "a", "action": "insert" },
        { "key": "a", "action": "delete" },
        { "key": "c", "from_attribute": "a", "default_value": "none", "action": "insert" },
        { "key": "b", "converted_type": "int", "action": "convert" },
    ]);
    let expected = BTreeMap::from([
        ("b".to_owned(), json!({ "intValue": "1" })),
        ("c".to_owned(), text("none")),
    ]);
    assert_eq!(after(actions, log_record()), expected);
}

#[test]
fn a_swap_needs_no_third_attribute_to_stay() {
    let actions = json!([
        { "key": "t", "from_attribute": "a", "action": "upsert" },
        { "key": "a", "from_attribute": "b", "action": "upsert" },
        { "key": "b", "from_attribute": "t", "action": "upsert" },
        { "key": "t", "action": "delete" },
    ]);
    let expected = BTreeMap::from([("a".to_owned(), text("B")), ("b".to_owned(), text("A"))]);
    assert_eq!(
        after(
            actions,
            log_record().attribute("a", "A").attribute("b", "B")
        ),
        expected
    );
}

#[test]
fn values_have_the_types_of_the_configuration() {
    let actions = json!([
        { "key": "text", "value": "x", "action": "insert" },
        { "key": "int", "value": 9_007_199_254_740_993_i64, "action": "insert" },
        { "key": "double", "value": 1.5, "action": "insert" },
        { "key": "truth", "value": false, "action": "insert" },
        { "key": "list", "value": ["a", 1, null], "action": "insert" },
        { "key": "map", "value": { "k": [true] }, "action": "insert" },
    ]);
    let after = after(actions, log_record());
    assert_eq!(after["int"], json!({ "intValue": "9007199254740993" }));
    assert_eq!(after["double"], json!({ "doubleValue": 1.5 }));
    assert_eq!(after["truth"], json!({ "boolValue": false }));
    assert_eq!(
        after["list"]["arrayValue"]["values"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(after["map"]["kvlistValue"]["values"][0]["key"], "k");
}

#[test]
fn nested_values_are_copied_whole() {
    let record = log_record().attribute("a", json!({ "k": [1, "x", { "deep": true }] }));
    let after = after(
        json!([{ "key": "b", "from_attribute": "a", "action": "insert" }]),
        record,
    );
    assert_eq!(after["a"], after["b"]);
}

#[test]
fn anything_becomes_text() {
    let actions = json!([{ "key": "a", "converted_type": "string", "action": "convert" }]);
    for (value, expected) in [
        (json!(1), "1"),
        (json!(1.5), "1.5"),
        (json!(true), "true"),
        (json!(["a", 1]), r#"["a",1]"#),
    ] {
        assert_eq!(
            after(actions.clone(), log_record().attribute("a", value))["a"],
            text(expected)
        );
    }
}

#[test]
fn what_is_no_number_stays_as_it_is() {
    let actions = json!([{ "key": "a", "converted_type": "int", "action": "convert" }]);
    assert_eq!(
        after(actions.clone(), log_record().attribute("a", "12x"))["a"],
        text("12x")
    );
    assert_eq!(
        after(actions, log_record().attribute("a", 1e300))["a"],
        json!({ "intValue": i64::MAX.to_string() })
    );
}

#[test]
fn the_client_is_a_source() {
    let actions = json!([
        { "key": "tenant", "from_context": "metadata.X-Tenant", "action": "insert" },
        { "key": "old", "from_context": "X-Tenant", "action": "insert" },
        { "key": "absent", "from_context": "metadata.none", "action": "insert" },
        { "key": "absent_with_default", "from_context": "auth.sub", "default_value": "anyone", "action": "insert" },
    ]);
    let mut policy = Harness::<Attributes>::configure(json!({ "actions": actions })).unwrap();
    policy.metadata("x-tenant", ["a", "b"]);
    let expected = BTreeMap::from([
        ("tenant".to_owned(), text("a;b")),
        ("old".to_owned(), text("a;b")),
        ("absent_with_default".to_owned(), text("anyone")),
    ]);
    assert_eq!(after_in(&mut policy, log_record()), expected);
}

#[test]
fn patterns_find_attributes_that_no_action_names() {
    let actions = json!([
        { "key": "secret.new", "value": 1, "action": "insert" },
        { "pattern": "^secret", "action": "delete" },
        { "pattern": "^user\\.", "action": "hash" },
    ]);
    let record = log_record()
        .attribute("secret.a", 1)
        .attribute("user.id", "x")
        .attribute("other", "o");
    let after = after(actions, record);
    assert_eq!(after.keys().collect::<Vec<_>>(), ["other", "user.id"]);
    assert_eq!(
        after["user.id"],
        text("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
    );
}

#[test]
fn a_doubled_key_is_deleted_as_often_as_it_stands_there() {
    let record = || log_record().attribute("a", "one").attribute("a", "two");
    assert!(after(json!([{ "key": "a", "action": "delete" }]), record()).is_empty());
    assert!(after(json!([{ "pattern": "^a$", "action": "delete" }]), record()).is_empty());
}

#[test]
fn spans_and_data_points_are_records_too() {
    let actions = json!([{ "key": "a", "value": 1, "action": "upsert" }]);
    assert_eq!(
        after(actions.clone(), span("s").attribute("a", "x"))["a"],
        json!({ "intValue": "1" })
    );
    assert_eq!(
        after(actions, data_point("m", 1.0))["a"],
        json!({ "intValue": "1" })
    );
}

#[test]
fn no_more_is_read_than_the_actions_name() {
    let actions = json!([
        { "key": "env", "value": "prod", "action": "upsert" },
        { "key": "user.email", "action": "hash" },
        { "key": "thread", "action": "delete" },
        { "key": "copy", "from_attribute": "original", "action": "upsert" },
    ]);
    let policy = Harness::<Attributes>::configure(json!({ "actions": actions })).unwrap();
    let reads = [
        r#"attributes["user.email"]"#,
        r#"attributes["thread"]"#,
        r#"attributes["original"]"#,
    ];
    assert_eq!(policy.manifest().reads(Signal::Logs), reads);
    let writes = policy.manifest().writes(Signal::Logs);
    assert_eq!(writes.len(), 4);
    assert!(!writes.contains(&r#"attributes["original"]"#.to_owned()));
}

#[test]
fn an_edit_names_the_last_action_that_touched_the_attribute() {
    let actions = json!([
        { "key": "a", "value": "1", "action": "upsert" },
        { "key": "a", "converted_type": "int", "action": "convert" },
    ]);
    let mut policy = Harness::<Attributes>::configure(json!({ "actions": actions })).unwrap();
    let output = policy.run(&log_record().build()).unwrap();
    assert_eq!(
        (output.edits_of("actions[0]"), output.edits_of("actions[1]")),
        (0, 1)
    );
}

#[test]
fn hashes_of_many_texts_are_their_own() {
    let actions = json!([{ "key": "a", "action": "hash" }]);
    let mut policy = Harness::<Attributes>::configure(json!({ "actions": actions })).unwrap();
    let mut hashes = BTreeMap::new();
    for round in 0..2 {
        for number in 0..5000 {
            let user = format!("user-{number}");
            let hash =
                after_in(&mut policy, log_record().attribute("a", user.as_str()))["a"].clone();
            let known = hashes.insert(user, hash.clone());
            assert!(known.map_or(round == 0, |known| known == hash));
        }
    }
    assert_eq!(
        hashes["user-0"],
        text("7fad6a4d0041a9375e2ef646ad05bae1e67f204792f921e6bf39f1de369192ad")
    );
}

#[test]
fn mistakes_point_at_the_key_and_say_the_cure() {
    let actions = json!([
        { "key": "a", "action": "insert" },
        { "key": "a", "action": "insert", "value": 1, "from_attribute": "b" },
        { "key": "a", "action": "shout" },
        { "action": "hash" },
        { "key": "a", "action": "extract", "pattern": "(a)" },
        { "key": "a", "action": "extract", "pattern": "(" },
        { "key": "a", "action": "convert", "converted_type": "bool" },
        { "key": "a", "action": "delete", "from_context": "metadata.x" },
    ]);
    let problems = Harness::<Attributes>::configure(json!({ "actions": actions }))
        .err()
        .unwrap();
    let at: Vec<&str> = problems.iter().map(|problem| problem.at.as_str()).collect();
    let expected = [
        "/actions/0",
        "/actions/1/from_attribute",
        "/actions/2/action",
        "/actions/3",
        "/actions/4/pattern",
        "/actions/5/pattern",
        "/actions/6/converted_type",
        "/actions/7/from_context",
    ];
    assert_eq!(at, expected);
    assert!(problems.iter().all(|problem| problem.help.is_some()));
}

#[test]
fn what_the_collector_passes_over_is_passed_over_for_it() {
    let actions = json!([{ "key": "a", "action": "delete", "from_context": "metadata.x", "default_value": 1 }]);
    assert!(
        Harness::<Attributes>::with_compat(Compat::Collector)
            .configure(json!({ "actions": actions }))
            .is_ok()
    );
}

#[test]
fn a_key_that_its_own_pattern_matches_is_hashed_twice() {
    let actions = json!([{ "key": "a", "pattern": "^a", "action": "hash" }]);
    let twice = after(
        json!([{ "key": "a", "action": "hash" }, { "key": "a", "action": "hash" }]),
        log_record().attribute("a", "x"),
    );
    assert_eq!(after(actions, log_record().attribute("a", "x")), twice);
}
