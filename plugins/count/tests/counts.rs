//! What is counted.
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
use tollgate_count::Count;
use tollgate_sdk::testing::{Harness, Output, Request, data_point, log_record, span};
use tollgate_sdk::{Compat, Signal};

/// The points of a metric that was made.
fn points(output: &Output, metric: &str) -> Vec<Value> {
    let emissions = output.emissions();
    let metrics = emissions.iter().flat_map(|(signal, request)| {
        assert_eq!(*signal, Signal::Metrics);
        let resources = request["resourceMetrics"].as_array().unwrap();
        resources
            .iter()
            .flat_map(|resource| resource["scopeMetrics"][0]["metrics"].as_array().unwrap())
    });
    let found = metrics.filter(|found| found["name"] == metric);
    found
        .flat_map(|found| found["sum"]["dataPoints"].as_array().unwrap().clone())
        .collect()
}

fn values(output: &Output, metric: &str) -> Vec<String> {
    points(output, metric)
        .iter()
        .map(|point| point["asInt"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn without_a_configuration_everything_is_counted() {
    let mut policy = Harness::<Count>::configure(json!({})).unwrap();
    let logs = policy
        .run(&Request::of([log_record(), log_record()]).unwrap())
        .unwrap();
    assert_eq!(values(&logs, "log.record.count"), ["2"]);
    assert_eq!(
        logs.json()["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
            .as_array()
            .unwrap()
            .len(),
        2,
        "the batch stays"
    );
    let spans = policy
        .run(&Request::of([span("a").event("e", []).event("f", []), span("b")]).unwrap())
        .unwrap();
    assert_eq!(
        (
            values(&spans, "trace.span.count"),
            values(&spans, "trace.span.event.count")
        ),
        (vec!["2".to_owned()], vec!["2".to_owned()])
    );
    let points = policy
        .run(&Request::of([data_point("m", 1.0), data_point("n", 2.0)]).unwrap())
        .unwrap();
    assert_eq!(
        (
            values(&points, "metric.count"),
            values(&points, "metric.datapoint.count")
        ),
        (vec!["2".to_owned()], vec!["2".to_owned()])
    );
}

#[test]
fn a_section_of_its_own_takes_the_place_of_the_usual_count() {
    let mut policy =
        Harness::<Count>::configure(json!({ "logs": { "mine": null }, "spans": {} })).unwrap();
    let logs = policy.run(&log_record().build()).unwrap();
    assert_eq!(
        (
            values(&logs, "mine").len(),
            values(&logs, "log.record.count").len()
        ),
        (1, 0)
    );
    assert_eq!(
        values(&policy.run(&span("a").build()).unwrap(), "trace.span.count"),
        ["1"]
    );
}

#[test]
fn what_a_record_has_goes_before_what_stands_above_it() {
    let config = json!({ "logs": { "n": { "attributes": [{ "key": "team" }, { "key": "env", "default_value": 7 }] } } });
    let mut policy = Harness::<Count>::configure(config).unwrap();
    let records = [
        log_record()
            .resource_attribute("team", "above")
            .attribute("team", "own"),
        log_record().resource_attribute("team", "above"),
        log_record()
            .resource_attribute("team", "above")
            .attribute("env", "prod"),
    ];
    let output = policy.run(&Request::of(records).unwrap()).unwrap();
    let found = points(&output, "n");
    let labels: Vec<_> = found
        .iter()
        .map(|point| {
            (
                point["attributes"][0]["value"].clone(),
                point["attributes"][1]["value"].clone(),
            )
        })
        .collect();
    let text = |text: &str| json!({ "stringValue": text });
    assert_eq!(
        labels,
        [
            (text("own"), json!({ "intValue": "7" })),
            (text("above"), json!({ "intValue": "7" })),
            (text("above"), text("prod"))
        ]
    );
    assert!(
        points(
            &policy
                .run(&log_record().attribute("env", "prod").build())
                .unwrap(),
            "n"
        )
        .is_empty()
    );
}

#[test]
fn one_of_the_conditions_must_hold() {
    let config = json!({ "logs": { "n": { "conditions": [r#"attributes["a"] == 1"#, r#"log.severity_text == "ERROR""#] } } });
    let mut policy = Harness::<Count>::configure(config).unwrap();
    let records = [
        log_record().attribute("a", 1),
        log_record().field("severityText", "ERROR"),
        log_record().attribute("a", 2),
    ];
    assert_eq!(
        values(&policy.run(&Request::of(records).unwrap()).unwrap(), "n"),
        ["2"]
    );
    assert!(
        policy
            .run(&log_record().build())
            .unwrap()
            .emissions()
            .is_empty()
    );
}

#[test]
fn points_run_from_the_first_time_to_the_last() {
    let mut policy = Harness::<Count>::configure(json!({})).unwrap();
    let records = [("20", "30"), ("10", "15")].map(|(start, end)| {
        span("s")
            .field("startTimeUnixNano", start)
            .field("endTimeUnixNano", end)
    });
    let point = points(
        &policy.run(&Request::of(records).unwrap()).unwrap(),
        "trace.span.count",
    )
    .remove(0);
    assert_eq!(
        (&point["startTimeUnixNano"], &point["timeUnixNano"]),
        (&json!("10"), &json!("30"))
    );
    policy.now(77);
    let point = points(
        &policy.run(&log_record().build()).unwrap(),
        "log.record.count",
    )
    .remove(0);
    assert_eq!(point["timeUnixNano"], json!("77"));
}

#[test]
fn a_condition_that_fails_fails_its_record_or_the_batch() {
    let config = json!({ "logs": { "n": { "conditions": [r#"Int(attributes["a"]) / 0 == 1"#] } } });
    let mut policy = Harness::<Count>::configure(config.clone()).unwrap();
    let request = Request::of([
        log_record().attribute("a", 1),
        log_record().attribute("a", 2),
    ])
    .unwrap();
    let output = policy.run(&request).unwrap();
    assert_eq!(output.failed(), [0, 1]);
    let mut policy = Harness::<Count>::with_compat(Compat::Collector)
        .configure(config)
        .unwrap();
    assert!(policy.run(&request).is_err());
}

#[test]
fn mistakes_are_pointed_at_all_at_once() {
    let config = json!({
        "logs": { "a/b": { "conditions": ["true", "body =="] , "attributes": [{ "default_value": 1 }] } },
        "metrics": { "m": { "attributes": [{ "key": "x" }] } },
    });
    let problems = Harness::<Count>::configure(config).err().unwrap();
    let mut places: Vec<&str> = problems.iter().map(|problem| problem.at.as_str()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/logs/a~1b/attributes/0/key",
            "/logs/a~1b/conditions/1",
            "/metrics/m/attributes"
        ]
    );
    assert!(Harness::<Count>::configure(json!({ "log": {} })).is_err());
}

#[test]
fn it_reads_what_it_needs() {
    let config =
        json!({ "logs": { "n": { "conditions": ["severity_number >= SEVERITY_NUMBER_ERROR"] } } });
    let policy = Harness::<Count>::configure(config).unwrap();
    let mut reads = policy.manifest().reads(Signal::Logs).to_vec();
    reads.sort_unstable();
    assert_eq!(
        reads,
        [
            "resource.attributes[*]",
            "severity_number",
            "time_unix_nano"
        ]
    );
    assert!(policy.manifest().writes(Signal::Logs).is_empty());
}
