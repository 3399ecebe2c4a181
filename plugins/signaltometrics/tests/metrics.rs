//! What is made of records.
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
use tollgate_signaltometrics::SignalToMetrics;

fn policy(metric: Value) -> Harness<SignalToMetrics> {
    Harness::configure(json!({ "logs": [metric] })).unwrap()
}

/// The metrics that were made, resource by resource.
fn metrics(output: &Output) -> Vec<(Value, Value)> {
    let emissions = output.emissions();
    let resources = emissions
        .iter()
        .flat_map(|(_, request)| request["resourceMetrics"].as_array().unwrap().clone());
    let metrics = resources.flat_map(|resource| {
        let attributes = resource["resource"]["attributes"].clone();
        let metrics = resource["scopeMetrics"][0]["metrics"]
            .as_array()
            .unwrap()
            .clone();
        metrics
            .into_iter()
            .map(move |metric| (attributes.clone(), metric))
    });
    metrics.collect()
}

fn requests(records: impl IntoIterator<Item = tollgate_sdk::testing::RecordBuilder>) -> Request {
    Request::of(records).unwrap()
}

#[test]
fn attributes_tell_series_apart_or_leave_records_out() {
    let mut policy = policy(
        json!({ "name": "n", "attributes": [{ "key": "must" }, { "key": "may", "optional": true }, { "key": "else", "default_value": "usual" }],
        "sum": { "value": "2", "monotonic": true } }),
    );
    let records = [
        log_record().attribute("must", "x"),
        log_record().attribute("may", 1),
        log_record().attribute("must", "x").attribute("may", 1),
    ];
    let made = metrics(&policy.run(&requests(records)).unwrap());
    let sum = &made[0].1["sum"];
    assert_eq!(
        (
            sum["dataPoints"].as_array().unwrap().len(),
            &sum["isMonotonic"],
            &sum["aggregationTemporality"]
        ),
        (2, &json!(true), &json!(1))
    );
    assert_eq!(
        sum["dataPoints"][0]["attributes"].as_array().unwrap().len(),
        2
    );
    assert_eq!(
        sum["dataPoints"][1]["attributes"].as_array().unwrap().len(),
        3
    );
    assert_eq!(sum["dataPoints"][0]["asInt"], json!("2"));
}

#[test]
fn resources_that_become_the_same_are_one() {
    let metric = json!({ "name": "n", "include_resource_attributes": [{ "key": "service.name" }, { "key": "env", "default_value": "none" }], "sum": { "value": "1" } });
    let config = json!({ "logs": [metric], "service_instance_id": "gate-1" });
    let mut policy = Harness::<SignalToMetrics>::configure(config).unwrap();
    let records = ["a", "b"].map(|pod| {
        log_record()
            .resource_attribute("pod", pod)
            .resource_attribute("service.name", "shop")
    });
    let made = metrics(&policy.run(&requests(records)).unwrap());
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].1["sum"]["dataPoints"][0]["asInt"], json!("2"));
    let keys: Vec<&str> = made[0]
        .0
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["key"].as_str().unwrap())
        .collect();
    assert_eq!(
        keys,
        [
            "env",
            "service.name",
            "signal_to_metrics.service.instance.id"
        ]
    );
}

#[test]
fn a_gauge_keeps_the_last_and_skips_what_is_not_there() {
    let mut policy = policy(json!({ "name": "n", "gauge": { "value": r#"attributes["x"]"# } }));
    let output = policy
        .run(&requests([
            log_record().attribute("x", 1),
            log_record().attribute("x", 2.5),
            log_record(),
        ]))
        .unwrap();
    assert_eq!(
        metrics(&output)[0].1["gauge"]["dataPoints"][0]["asDouble"],
        json!(2.5)
    );
    assert!(output.failed().is_empty());
}

#[test]
fn patterns_that_do_not_match_add_nothing() {
    let mut policy = policy(
        json!({ "name": "mb", "gauge": { "value": r#"ExtractGrokPatterns(body, "usage %{NUMBER:mb:int}MB")["mb"]"# } }),
    );
    let output = policy
        .run(&requests([
            log_record().body("Memory usage 17MB"),
            log_record().body("nothing"),
        ]))
        .unwrap();
    assert!(output.failed().is_empty());
    assert_eq!(
        metrics(&output)[0].1["gauge"]["dataPoints"][0]["asInt"],
        json!("17")
    );
}

#[test]
fn a_histogram_counts_as_often_as_it_is_told() {
    let mut policy = policy(
        json!({ "name": "h", "histogram": { "value": r#"attributes["ms"]"#, "count": r#"attributes["n"]"#, "buckets": [10, 100] } }),
    );
    let record = |ms: f64, n: i64| log_record().attribute("ms", ms).attribute("n", n);
    let output = policy
        .run(&requests([
            record(10.0, 2),
            record(50.0, 1),
            record(7.0, 0),
            record(1000.0, -1),
        ]))
        .unwrap();
    let point = metrics(&output)[0].1["histogram"]["dataPoints"][0].clone();
    assert_eq!(
        (
            &point["bucketCounts"],
            &point["count"],
            &point["sum"].as_f64()
        ),
        (&json!(["2", "1", "0"]), &json!("3"), &Some(70.0))
    );
    assert_eq!(output.failed(), [3], "a negative count is an error");
}

#[test]
fn a_sampled_span_counts_for_several() {
    let config = json!({ "spans": [{ "name": "n", "sum": { "value": "AdjustedCount()" } }] });
    let mut policy = Harness::<SignalToMetrics>::configure(config).unwrap();
    let spans = [
        span("a").field("traceState", "ot=th:c"),
        span("b").field("traceState", "ot=th:8"),
        span("c"),
    ];
    let made = metrics(&policy.run(&requests(spans)).unwrap());
    assert_eq!(
        made[0].1["sum"]["dataPoints"][0]["asDouble"].as_f64(),
        Some(7.0)
    );
}

#[test]
fn keys_may_come_with_the_record() {
    let mut policy = policy(
        json!({ "name": "n", "attributes": [{ "keys_expression": r#"attributes["keys"]"# }, { "key": "b", "default_value": "none" }], "sum": { "value": "1" } }),
    );
    let record = log_record()
        .attribute("keys", json!(["a", "c"]))
        .attribute("a", "x");
    let made = metrics(&policy.run(&record.build()).unwrap());
    let labels = made[0].1["sum"]["dataPoints"][0]["attributes"].clone();
    assert_eq!(
        labels,
        json!([{ "key": "a", "value": { "stringValue": "x" } }, { "key": "b", "value": { "stringValue": "none" } }])
    );
}

#[test]
fn an_expression_that_fails_is_treated_as_the_error_mode_says() {
    let outcome = |mode: &str, compat: Compat| {
        let config = json!({ "error_mode": mode, "logs": [{ "name": "n", "sum": { "value": r#"attributes["x"]"# } }] });
        let mut policy = Harness::<SignalToMetrics>::with_compat(compat)
            .configure(config)
            .unwrap();
        let output = policy.run(&requests([
            log_record().attribute("x", "text"),
            log_record().attribute("x", 5),
        ]));
        output.map(|output| {
            (
                output.failed().to_vec(),
                metrics(&output)[0].1["sum"]["dataPoints"][0]["asInt"].clone(),
                output.logs().len(),
            )
        })
    };
    assert_eq!(
        outcome("propagate", Compat::Tollgate).unwrap(),
        (vec![0], json!("5"), 0)
    );
    assert_eq!(
        outcome("ignore", Compat::Tollgate).unwrap(),
        (vec![], json!("5"), 1)
    );
    assert_eq!(
        outcome("silent", Compat::Collector).unwrap(),
        (vec![], json!("5"), 0)
    );
    assert!(outcome("propagate", Compat::Collector).is_err());
}

#[test]
fn equal_metrics_are_one() {
    let config = json!({ "logs": [{ "name": "n", "sum": { "value": "1" } }, { "name": "n", "sum": { "value": "10" } }, { "name": "n", "unit": "1", "sum": { "value": "100" } }] });
    let mut policy = Harness::<SignalToMetrics>::configure(config).unwrap();
    let made = metrics(&policy.run(&log_record().build()).unwrap());
    let sums: Vec<_> = made
        .iter()
        .map(|(_, metric)| metric["sum"]["dataPoints"][0]["asInt"].clone())
        .collect();
    assert_eq!(sums, [json!("11"), json!("100")]);
}

#[test]
fn mistakes_are_pointed_at_all_at_once() {
    let places = |config: Value| {
        let problems = Harness::<SignalToMetrics>::configure(config).err().unwrap();
        let mut places: Vec<String> = problems.into_iter().map(|problem| problem.at).collect();
        places.sort_unstable();
        places
    };
    assert_eq!(places(json!({})), [""]);
    let config = json!({ "logs": [
        { "sum": { "value": "1" } },
        { "name": "a" },
        { "name": "b", "sum": { "value": "1" }, "gauge": { "value": "1" } },
        { "name": "c", "exponential_histogram": { "value": "1", "max_size": 1 } },
        { "name": "d", "gauge": { "value": "ExtractGrokPatterns(body, \"x\")" } },
        { "name": "e", "sum": { "value": "" }, "attributes": [{}, { "key": "k", "optional": true, "default_value": 1 }, { "key": "k" }] },
        { "name": "f", "histogram": { "value": "1 +", "count": "body ==" }, "conditions": ["nonsense"] },
    ] });
    let expected = [
        "/logs/0/name",
        "/logs/1",
        "/logs/2",
        "/logs/3/exponential_histogram/max_size",
        "/logs/4/gauge/value",
        "/logs/5/attributes/0",
        "/logs/5/attributes/1",
        "/logs/5/attributes/2/key",
        "/logs/5/sum/value",
        "/logs/6/conditions/0",
        "/logs/6/histogram/count",
        "/logs/6/histogram/value",
    ];
    assert_eq!(places(config), expected);
}

#[test]
fn it_reads_what_it_needs() {
    let metric = json!({ "name": "n", "include_resource_attributes": [{ "key": "service.name" }], "attributes": [{ "key": "model" }],
        "conditions": [r#"attributes["event.name"] == "x""#], "sum": { "value": r#"Int(attributes["tokens"])"# } });
    let policy = policy(metric);
    let mut reads = policy.manifest().reads(Signal::Logs).to_vec();
    reads.sort_unstable();
    assert_eq!(
        reads,
        [
            r#"attributes["event.name"]"#,
            r#"attributes["model"]"#,
            r#"attributes["tokens"]"#,
            r#"resource.attributes["service.name"]"#
        ]
    );
}
