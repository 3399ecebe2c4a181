//! What is added up.
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
use tollgate_sdk::testing::{Harness, Output, Request, log_record, span};
use tollgate_sdk::{Compat, Signal};
use tollgate_sum::Sum;

fn points(output: &Output) -> Vec<(Vec<Value>, f64)> {
    let Some((signal, request)) = output.emissions().into_iter().next() else {
        return Vec::new();
    };
    assert_eq!(signal, Signal::Metrics);
    let points =
        request["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["sum"]["dataPoints"].clone();
    let points = points.as_array().unwrap().iter().map(|point| {
        let attributes = point["attributes"].as_array().cloned().unwrap_or_default();
        let attributes = attributes
            .iter()
            .map(|attribute| attribute["value"].clone())
            .collect();
        (attributes, point["asDouble"].as_f64().unwrap_or(0.0))
    });
    points.collect()
}

fn text(text: &str) -> Value {
    json!({ "stringValue": text })
}

#[test]
fn a_value_is_added_once_however_many_attributes_there_are() {
    let config = json!({ "logs": { "n": { "source_attribute": "cost", "attributes": [{ "key": "a" }, { "key": "b" }, { "key": "c", "default_value": 3 }] } } });
    let record = || log_record().attribute("a", "x").attribute("b", "y");
    let request = Request::of([
        record().attribute("cost", 1.5),
        record().attribute("cost", "2.25"),
        record().attribute("cost", 3),
        record().attribute("cost", "much"),
        record(),
    ])
    .unwrap();
    let sum = |compat: Compat, arithmetic: Option<&str>| {
        let mut config = config.clone();
        if let Some(arithmetic) = arithmetic {
            config["arithmetic"] = arithmetic.into();
        }
        let mut policy = Harness::<Sum>::with_compat(compat)
            .configure(config)
            .unwrap();
        points(&policy.run(&request).unwrap())
    };
    let labels = || vec![text("x"), text("y"), json!({ "intValue": "3" })];
    assert_eq!(sum(Compat::Tollgate, None), [(labels(), 6.75)]);
    assert_eq!(sum(Compat::Tollgate, Some("upstream")), [(labels(), 20.25)]);
    assert_eq!(sum(Compat::Collector, None), [(labels(), 20.25)]);
    assert_eq!(sum(Compat::Collector, Some("exact")), [(labels(), 6.75)]);
}

#[test]
fn an_attribute_that_is_there_counts_by_its_text() {
    let config = json!({ "spans": { "n": { "source_attribute": "cost", "attributes": [{ "key": "a", "default_value": "none" }] } } });
    let with = |value: Value| span("s").attribute("cost", 1).attribute("a", value);
    let request = Request::of([
        with(json!(0)),
        with(json!(1e21)),
        with(json!(true)),
        with(json!("")),
        span("s").attribute("cost", 1),
    ])
    .unwrap();
    let labels = |arithmetic: &str| {
        let mut config = config.clone();
        config["arithmetic"] = arithmetic.into();
        let mut policy = Harness::<Sum>::configure(config).unwrap();
        let points = points(&policy.run(&request).unwrap());
        points
            .into_iter()
            .flat_map(|(labels, _)| labels)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        labels("exact"),
        ["0", "1e+21", "true", "", "none"].map(text)
    );
    assert_eq!(labels("upstream"), ["1e+21", "none"].map(text));
}

#[test]
fn conditions_choose() {
    let config = json!({ "spanevents": { "n": { "source_attribute": "x", "conditions": [r#"spanevent.name == "paid""#] } } });
    let mut policy = Harness::<Sum>::configure(config).unwrap();
    let events = span("s")
        .event("paid", [("x", json!(2))])
        .event("seen", [("x", json!(4))])
        .event("paid", [("x", json!(8))]);
    assert_eq!(
        points(&policy.run(&events.build()).unwrap()),
        [(vec![], 10.0)]
    );
    assert!(
        policy
            .run(&log_record().attribute("x", 1).build())
            .unwrap()
            .emissions()
            .is_empty()
    );
}

#[test]
fn mistakes_are_pointed_at_all_at_once() {
    let config = json!({
        "logs": { "a": {}, "": { "source_attribute": "x", "conditions": ["body =="] } },
        "metrics": { "m": { "source_attribute": "x", "attributes": [{ "key": "k" }] } },
    });
    let problems = Harness::<Sum>::configure(config).err().unwrap();
    let mut places: Vec<&str> = problems.iter().map(|problem| problem.at.as_str()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/logs/",
            "/logs//conditions/0",
            "/logs/a/source_attribute",
            "/metrics/m/attributes"
        ]
    );
}
