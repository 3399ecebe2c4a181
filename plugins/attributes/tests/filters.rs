//! `include` and `exclude`, where the Collector's own cases say too little.
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

use serde_json::{Value, json};
use tollgate_attributes::Attributes;
use tollgate_sdk::testing::{Harness, RecordBuilder, Request, data_point, log_record, span};
use tollgate_sdk::{Compat, Signal};

/// How many of the records are acted upon.
fn chosen(filter: Value, records: Vec<RecordBuilder>) -> u64 {
    chosen_under(Compat::Tollgate, filter, records)
}

fn chosen_under(compat: Compat, mut config: Value, records: Vec<RecordBuilder>) -> u64 {
    config["actions"] = json!([{ "key": "seen", "value": true, "action": "upsert" }]);
    let mut policy = Harness::<Attributes>::with_compat(compat)
        .configure(config)
        .unwrap();
    policy
        .run(&Request::of(records).unwrap())
        .unwrap()
        .edits_of("actions[0]")
}

fn signals(mut config: Value) -> Vec<Signal> {
    config["actions"] = json!([{ "key": "seen", "value": true, "action": "upsert" }]);
    Harness::<Attributes>::configure(config).map_or_else(
        |_| Vec::new(),
        |policy| policy.manifest().signals().collect(),
    )
}

#[test]
fn severities_have_a_lowest_one() {
    let records = || {
        [0, 5, 9, 17]
            .map(|number| log_record().field("severityNumber", number))
            .to_vec()
    };
    let include = |undefined: bool| json!({ "include": { "log_severity_number": { "min": 9, "match_undefined": undefined } } });
    assert_eq!(chosen(include(false), records()), 2);
    assert_eq!(chosen(include(true), records()), 3);
}

#[test]
fn bodies_are_compared_as_text() {
    let records = vec![
        log_record().body("GET /health"),
        log_record().body(json!({ "path": "/health" })),
        log_record(),
    ];
    assert_eq!(
        chosen(
            json!({ "include": { "match_type": "regexp", "log_bodies": "/health" } }),
            records.clone()
        ),
        2
    );
    assert_eq!(
        chosen(
            json!({ "include": { "match_type": "strict", "log_bodies": [r#"{"path":"/health"}"#] } }),
            records
        ),
        1
    );
}

#[test]
fn a_pattern_sees_numbers_and_booleans_as_text() {
    let records = vec![
        log_record().attribute("a", 500),
        log_record().attribute("a", 5.5),
        log_record().attribute("a", true),
        log_record().attribute("a", json!(["5"])),
    ];
    let include = |value: &str| json!({ "include": { "match_type": "regexp", "attributes": [{ "key": "a", "value": value }] } });
    assert_eq!(chosen(include("^5"), records.clone()), 2);
    assert_eq!(chosen(include("^true$"), records), 1);
}

#[test]
fn strict_values_have_a_type() {
    let records = vec![
        log_record().attribute("a", 1),
        log_record().attribute("a", "1"),
        log_record().attribute("a", json!({ "x": 1, "y": [2] })),
        log_record().attribute("a", json!({ "y": [2], "x": 1 })),
    ];
    let include = |value: Value| json!({ "include": { "match_type": "strict", "attributes": [{ "key": "a", "value": value }] } });
    assert_eq!(chosen(include(json!(1)), records.clone()), 1);
    assert_eq!(
        chosen(include(json!({ "x": 1, "y": [2] })), records.clone()),
        2
    );
    assert_eq!(
        chosen(
            json!({ "include": { "attributes": [{ "key": "a" }] } }),
            records
        ),
        4
    );
}

#[test]
fn services_and_scopes_stand_above_the_record() {
    let records = vec![
        span("a")
            .resource_attribute("service.name", "shop")
            .scope("lib-a"),
        span("b")
            .resource_attribute("service.name", "shop")
            .scope("lib-b"),
        span("c").scope("lib-a"),
    ];
    let strict =
        |key: &str, list: Value| json!({ "include": { "match_type": "strict", key: list } });
    assert_eq!(
        chosen(strict("services", json!(["shop"])), records.clone()),
        2
    );
    assert_eq!(
        chosen(
            strict("services", json!(["<nil-service-name>"])),
            records.clone()
        ),
        1
    );
    let two = strict(
        "libraries",
        json!([{ "name": "lib-a" }, { "name": "lib-b" }]),
    );
    assert_eq!(chosen(two.clone(), records.clone()), 3);
    assert_eq!(chosen_under(Compat::Collector, two, records), 0);
}

#[test]
fn kinds_of_spans_have_their_old_names() {
    let records = vec![span("a").field("kind", 3), span("b")];
    let include =
        |kind: &str| json!({ "include": { "match_type": "regexp", "span_kinds": [kind] } });
    assert_eq!(chosen(include("_CLIENT$"), records.clone()), 1);
    assert_eq!(chosen(include("UNSPECIFIED"), records), 1);
    assert!(
        signals(json!({ "include": { "match_type": "strict", "span_kinds": ["client"] } }))
            .is_empty()
    );
}

#[test]
fn resources_choose_metrics_except_where_the_collector_does_not() {
    let records = || {
        vec![
            data_point("a", 1.0).resource_attribute("env", "prod"),
            data_point("b", 1.0).resource_attribute("env", "dev"),
        ]
    };
    let include = json!({ "include": { "match_type": "strict", "resources": [{ "key": "env", "value": "prod" }] } });
    assert_eq!(chosen(include.clone(), records()), 1);
    assert_eq!(chosen_under(Compat::Collector, include, records()), 2);
    assert_eq!(
        chosen(
            json!({ "exclude": { "match_type": "regexp", "metric_names": ["^b"] } }),
            records()
        ),
        1
    );
}

#[test]
fn a_signal_without_such_a_field_is_not_asked_for() {
    let strict =
        |key: &str, list: Value| json!({ "include": { "match_type": "strict", key: list } });
    assert_eq!(
        signals(strict("span_names", json!(["a"]))),
        [Signal::Traces]
    );
    assert_eq!(signals(strict("log_bodies", json!(["a"]))), [Signal::Logs]);
    assert_eq!(
        signals(strict("metric_names", json!(["a"]))),
        [Signal::Metrics]
    );
    assert_eq!(
        signals(strict("attributes", json!([{ "key": "a" }]))),
        [Signal::Logs, Signal::Traces]
    );
    assert_eq!(
        signals(strict("resources", json!([{ "key": "a" }]))),
        Signal::ALL
    );
}

#[test]
fn mistakes_point_at_the_condition() {
    let at = |config: Value| {
        Harness::<Attributes>::configure(config).err().unwrap()[0]
            .at
            .clone()
    };
    let actions = json!([{ "key": "a", "action": "delete" }]);
    let include = |include: Value| at(json!({ "include": include, "actions": actions }));
    assert_eq!(include(json!({})), "/include");
    assert_eq!(include(json!({ "span_names": ["a"] })), "/include");
    assert_eq!(
        include(json!({ "match_type": "glob", "span_names": ["a"] })),
        "/include/match_type"
    );
    assert_eq!(
        include(json!({ "match_type": "regexp", "span_names": ["a", "("] })),
        "/include/span_names/1"
    );
    assert_eq!(
        include(json!({ "match_type": "regexp", "attributes": [{ "key": "a", "value": 1 }] })),
        "/include/attributes/0/value"
    );
    assert_eq!(
        include(json!({ "match_type": "strict", "attributes": [{ "value": 1 }] })),
        "/include/attributes/0"
    );
    assert_eq!(
        include(json!({ "match_type": "strict", "span_names": ["a"], "log_bodies": ["b"] })),
        "/include"
    );
}
