//! What the policy promises beyond the Collector's own cases.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::json;
use tollgate_resource::Resource;
use tollgate_sdk::Signal;
use tollgate_sdk::testing::{Harness, Request, log_record};

#[test]
fn it_sees_no_record_at_all() {
    let config = json!({ "attributes": [
        { "key": "env", "value": "prod", "action": "upsert" },
        { "key": "host.name", "action": "delete" },
    ] });
    let policy = Harness::<Resource>::configure(config).unwrap();
    for signal in Signal::ALL {
        assert_eq!(
            policy.manifest().reads(*signal),
            [r#"resource.attributes["host.name"]"#]
        );
        let writes = [
            r#"resource.attributes["env"]"#,
            r#"resource.attributes["host.name"]"#,
        ];
        assert_eq!(policy.manifest().writes(*signal), writes);
        assert!(!policy.manifest().drops(*signal));
    }
}

#[test]
fn each_resource_is_acted_upon_once() {
    let config = json!({ "attributes": [{ "key": "env", "value": "prod", "action": "insert" }] });
    let mut policy = Harness::<Resource>::configure(config).unwrap();
    let records = [
        log_record().resource_attribute("a", 1).body("x"),
        log_record().resource_attribute("a", 1).body("y"),
        log_record()
            .resource_attribute("env", "dev")
            .attribute("env", "mine"),
        log_record(),
    ];
    let output = policy.run(&Request::of(records).unwrap()).unwrap();
    assert_eq!(output.edits_of("attributes[0]"), 2);
    let json = output.json();
    assert_eq!(
        json["resourceLogs"][1]["resource"]["attributes"][0]["value"]["stringValue"],
        "dev"
    );
    assert_eq!(
        json["resourceLogs"][2]["resource"]["attributes"][0]["value"]["stringValue"],
        "prod"
    );
    assert_eq!(
        json["resourceLogs"][1]["scopeLogs"][0]["logRecords"][0]["attributes"][0]["value"]["stringValue"],
        "mine"
    );
}

#[test]
fn mistakes_point_into_the_list() {
    let problems = Harness::<Resource>::configure(
        json!({ "attributes": [{ "key": "a", "action": "insert" }] }),
    )
    .err()
    .unwrap();
    assert_eq!(problems[0].at, "/attributes/0");
    assert!(problems[0].help.is_some());
    assert!(Harness::<Resource>::configure(json!({})).is_err());
}

#[test]
fn a_resource_without_records_is_acted_upon_too() {
    let config = json!({ "attributes": [{ "key": "env", "value": "prod", "action": "insert" }] });
    let mut policy = Harness::<Resource>::configure(config).unwrap();
    let request = json!({ "resourceLogs": [{ "resource": { "attributes": [] } }] });
    let output = policy.run_json(Signal::Logs, &request.to_string()).unwrap();
    assert_eq!(output.edits_of("attributes[0]"), 1);
}
