//! Metrics: by their columns, and as a whole.
#![allow(
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_sdk::Signal;
use tollgate_sdk::testing::{Harness, Output, Request, data_point};
use tollgate_transform::Transform;

fn run(statements: Value) -> Output {
    let config = json!({ "error_mode": "propagate", "metric_statements": statements });
    let mut policy = Harness::<Transform>::configure(config).unwrap();
    let points = [
        data_point("a", 1.5).attribute("k", "x"),
        data_point("a", 2.5).attribute("k", "y"),
        data_point("b", 3.0),
    ];
    policy.run(&Request::of(points).unwrap()).unwrap()
}

fn metrics(output: &Output) -> Vec<Value> {
    let json = output.json();
    let resources = json["resourceMetrics"].as_array().unwrap().iter();
    let scopes = resources.flat_map(|resource| resource["scopeMetrics"].as_array().unwrap());
    let metrics = scopes.flat_map(|scope| scope["metrics"].as_array().unwrap().clone());
    metrics.collect()
}

#[test]
fn columns_are_enough_for_fields() {
    let statements = json!([
        r#"set(datapoint.value_int, 7) where metric.name == "b""#,
        r#"set(datapoint.attributes["d"], datapoint.value_double)"#,
    ]);
    let policy =
        Harness::<Transform>::configure(json!({ "metric_statements": statements })).unwrap();
    assert!(
        !policy
            .manifest()
            .reads(Signal::Metrics)
            .iter()
            .any(|path| path == "metric")
    );
    let output = run(statements);
    let metrics = metrics(&output);
    let text = metrics.last().unwrap().to_string();
    assert!(text.contains(r#""asInt":"7""#), "{text}");
    assert!(!text.contains("asDouble"), "{text}");
    // A number that is an integer is 0 as a double.
    assert!(text.contains(r#""doubleValue":0"#), "{text}");
}

#[test]
fn a_metric_is_copied_and_the_copy_is_run_on() {
    let output = run(json!([
        r#"copy_metric(name="c") where metric.name == "b""#,
        r#"set(metric.unit, "s") where metric.name == "c""#,
        r#"set(resource.attributes["seen"], true) where metric.name == "c""#,
    ]));
    let metrics = metrics(&output);
    let names: Vec<_> = metrics
        .iter()
        .map(|metric| metric["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"c"), "{names:?}");
    let copy = metrics.iter().find(|metric| metric["name"] == "c").unwrap();
    assert_eq!(copy["unit"], "s");
    assert_eq!(output.created(), 1);
    assert!(output.text().contains("seen"));
}

#[test]
fn groups_run_over_the_same_metrics() {
    let output = run(json!([
        { "context": "metric", "statements": [r#"convert_gauge_to_sum("delta", true)"#] },
        { "context": "datapoint", "conditions": ["metric.type == METRIC_DATA_TYPE_SUM"],
          "statements": [r#"set(attributes["was"], "gauge")"#, "set(value_double, value_double * 2.0)"] },
        { "context": "metric", "statements": [r#"aggregate_on_attributes("sum", ["was"])"#] },
    ]));
    for metric in metrics(&output) {
        assert_eq!(metric["sum"]["isMonotonic"], true, "{metric}");
        let points = metric["sum"]["dataPoints"].as_array().unwrap();
        assert_eq!(points[0]["attributes"][0]["key"], "was", "{metric}");
    }
}

#[test]
fn metrics_that_stay_are_not_written() {
    let output = run(json!([
        r#"scale_metric(2.0) where metric.name == "nowhere""#,
        "set(metric.name, metric.name)",
    ]));
    assert_eq!(output.edits_of("metric_statements[0]"), 0);
    assert_eq!(output.edits_of("metric_statements[1]"), 0);
}

#[test]
fn a_metric_that_fails_takes_its_points_and_no_others() {
    let output = run(json!([
        r#"scale_metric(2.0) where metric.name == "b""#,
        r#"set(metric.description, ParseJSON("{")) where metric.name == "a""#,
    ]));
    assert_eq!(output.failed(), [0, 1]);
    assert_eq!(
        output.edits_of("metric_statements[1]") + output.edits_of("metric_statements[0]"),
        1
    );
}
