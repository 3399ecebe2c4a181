//! A patch makes of a request what left in its place, and says it as it happened.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test may panic"
)]

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tollgate_lab::patch::{Operation, diff, of_requests};
use tollgate_lab::samples::{NAMES, sample, text};

fn applied(before: &Json, patch: &[Operation]) -> Json {
    let patch: json_patch::Patch =
        serde_json::from_value(serde_json::to_value(patch).unwrap()).unwrap();
    let mut after = before.clone();
    json_patch::patch(&mut after, &patch).unwrap();
    after
}

/// Objects whose members have few names, so that two of them have something in common.
fn values() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (0..4i64).prop_map(Json::from),
        "[a-c]{0,2}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 60, 6, |inner| {
        let entry =
            ("[ab]", inner.clone()).prop_map(|(key, value)| json!({"key": key, "value": value}));
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec(entry, 0..6).prop_map(Json::from),
            prop::collection::btree_map("[a-c~/]{1,2}", inner, 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn applying_the_patch_of_two_values_to_the_one_gives_the_other(before in values(), after in values()) {
        let patch = diff(&before, &after);
        prop_assert_eq!(applied(&before, &patch), after.clone());
        prop_assert_eq!(patch.is_empty(), before == after);
    }

    /// What a policy does: some records are dropped, some attributes edited or removed.
    #[test]
    fn applying_the_patch_of_an_edited_sample_gives_what_it_was_edited_to(
        name in prop::sample::select(NAMES.to_vec()),
        choices in prop::collection::vec(0..6u8, 200),
    ) {
        for line in text(name).unwrap().lines() {
            let before: Json = serde_json::from_str(line).unwrap();
            let mut after = before.clone();
            edit(&mut after, &mut choices.iter().copied().cycle());
            let patch = diff(&before, &after);
            prop_assert_eq!(applied(&before, &patch), after);
        }
    }
}

fn edit(value: &mut Json, choices: &mut impl Iterator<Item = u8>) {
    match value {
        Json::Array(values) => {
            values.retain(|_| choices.next() != Some(0));
            for value in values.iter_mut() {
                edit(value, choices);
            }
        }
        Json::Object(members) => members.values_mut().for_each(|value| edit(value, choices)),
        Json::String(text) if choices.next() == Some(1) => "****".clone_into(text),
        _ => {}
    }
}

fn steps(before: &Json, after: &Json) -> Json {
    let patch = diff(before, after);
    assert_eq!(applied(before, &patch), *after);
    serde_json::to_value(patch).unwrap()
}

fn demo() -> Json {
    serde_json::from_str(text("otel-demo").unwrap().lines().next().unwrap()).unwrap()
}

#[test]
fn a_dropped_record_is_one_removal_and_an_edited_attribute_one_replacement() {
    let before = demo();
    let mut after = before.clone();
    let payment = &mut after["resourceLogs"][1]["scopeLogs"][0]["logRecords"];
    payment.as_array_mut().unwrap().remove(1);
    let card = &mut payment[0]["attributes"][1]["value"]["kvlistValue"]["values"][0]["value"]["stringValue"];
    *card = json!("****");
    assert_eq!(
        steps(&before, &after),
        json!([
            {
                "op": "replace",
                "path": "/resourceLogs/1/scopeLogs/0/logRecords/0/attributes/1/value/kvlistValue/values/0/value/stringValue",
                "value": "****"
            },
            {"op": "remove", "path": "/resourceLogs/1/scopeLogs/0/logRecords/1"}
        ])
    );
}

#[test]
fn the_right_records_are_paired_when_all_are_edited_and_one_is_dropped() {
    let before = demo();
    let mut after = before.clone();
    for resource in after["resourceLogs"].as_array_mut().unwrap() {
        resource["resource"]["attributes"]
            .as_array_mut()
            .unwrap()
            .remove(4);
    }
    let records = after["resourceLogs"][1]["scopeLogs"][0]["logRecords"]
        .as_array_mut()
        .unwrap();
    records.remove(0);
    for record in records {
        record["body"]["stringValue"] = json!("****");
    }
    let steps = steps(&before, &after);
    let paths: Vec<_> = steps
        .as_array()
        .unwrap()
        .iter()
        .map(|step| format!("{} {}", step["op"], step["path"]))
        .collect();
    assert_eq!(
        paths,
        [
            r#""remove" "/resourceLogs/0/resource/attributes/4""#,
            r#""remove" "/resourceLogs/1/resource/attributes/4""#,
            r#""remove" "/resourceLogs/1/scopeLogs/0/logRecords/0""#,
            r#""replace" "/resourceLogs/1/scopeLogs/0/logRecords/0/body/stringValue""#,
            r#""replace" "/resourceLogs/1/scopeLogs/0/logRecords/1/body/stringValue""#,
            r#""remove" "/resourceLogs/2/resource/attributes/4""#,
            r#""remove" "/resourceLogs/3/resource/attributes/4""#,
        ]
    );
}

#[test]
fn a_request_of_which_nothing_left_is_emptied() {
    let request = &sample("codex").unwrap()[0];
    let patch = of_requests(request.signal, &request.wire, None).unwrap();
    assert_eq!(
        serde_json::to_value(patch).unwrap(),
        json!([{"op": "remove", "path": "/resourceLogs"}])
    );
    let same = of_requests(request.signal, &request.wire, Some(&request.wire)).unwrap();
    assert_eq!(same, []);
}

#[test]
fn a_long_list_without_anything_in_common_is_still_right() {
    let side = |word: &str| {
        Json::from(
            (0..300)
                .map(|number| json!(format!("{word}{number}")))
                .collect::<Vec<_>>(),
        )
    };
    let (before, mut after) = (side("a"), side("b"));
    after.as_array_mut().unwrap().truncate(250);
    steps(&before, &after);
}
