//! Conditions, where the Collector's own cases say too little: levels, access, errors, forms.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_filter::Filter;
use tollgate_sdk::testing::{
    Harness, Output, RecordBuilder, Request, data_point, log_record, span,
};
use tollgate_sdk::{Compat, Signal};

fn run(config: Value, records: impl IntoIterator<Item = RecordBuilder>) -> Output {
    let mut policy = Harness::<Filter>::configure(config).unwrap();
    policy.run(&Request::of(records).unwrap()).unwrap()
}

#[test]
fn a_condition_on_the_severity_reads_the_severity() {
    let config = json!({ "log_conditions": ["log.severity_number < SEVERITY_NUMBER_INFO"] });
    let policy = Harness::<Filter>::configure(config.clone()).unwrap();
    assert_eq!(policy.manifest().reads(Signal::Logs), ["severity_number"]);
    assert!(policy.manifest().writes(Signal::Logs).is_empty());
    assert!(!policy.manifest().drops(Signal::Traces));
    let records = [
        log_record().field("severityNumber", 5),
        log_record().field("severityNumber", 9),
    ];
    let output = run(config, records);
    assert_eq!(output.drops_of("log_conditions[0]"), 1);
    assert_eq!(output.dropped(), 1);
}

#[test]
fn what_stands_below_goes_along() {
    let config = json!({ "trace_conditions": [
        r#"resource.attributes["probe"] == true"#,
        r#"span.name == "health""#,
        r#"spanevent.name == "noise""#,
    ] });
    let spans = [
        span("a").resource_attribute("probe", true),
        span("health").event("noise", []),
        span("b").event("noise", []).event("kept", []),
    ];
    let output = run(config, spans);
    assert_eq!(output.dropped(), 2);
    assert_eq!(output.drops_of("trace_conditions[0]"), 1);
    assert_eq!(output.drops_of("trace_conditions[1]"), 1);
    assert!(output.text().contains("kept"));
    assert!(!output.text().contains("noise"));
}

#[test]
fn metrics_go_with_their_points() {
    let config = json!({ "metric_conditions": [
        { "context": "metric", "conditions": [r#"name == "gone""#] },
        { "conditions": ["datapoint.value_double > 5.0"] },
    ] });
    let points = [
        data_point("gone", 1.0),
        data_point("kept", 1.0),
        data_point("kept", 9.0),
    ];
    let output = run(config, points);
    assert_eq!(output.dropped(), 2);
    assert!(!output.text().contains("gone"));
    assert!(output.text().contains("kept"));
}

const FAILING: &str = r#"ParseJSON(log.attributes["json"])["a"] == 1"#;

fn failing(mode: &str, compat: Compat) -> Output {
    let config = json!({ "error_mode": mode, "log_conditions": [FAILING] });
    let mut policy = Harness::<Filter>::with_compat(compat)
        .configure(config)
        .unwrap();
    let records = [
        log_record().attribute("json", r#"{"a": 1}"#),
        log_record().attribute("json", "{"),
        log_record().attribute("json", r#"{"a": 2}"#),
    ];
    policy.run(&Request::of(records).unwrap()).unwrap()
}

#[test]
fn failures_follow_the_mode() {
    let ignored = failing("ignore", Compat::Tollgate);
    assert_eq!((ignored.dropped(), ignored.failed().len()), (1, 0));
    assert_eq!(ignored.measurements().len(), 1);
    for mode in ["reject", "propagate"] {
        let output = failing(mode, Compat::Tollgate);
        assert_eq!(output.failed(), [1], "{mode}");
        assert_eq!(output.dropped(), 1, "{mode}");
    }
    assert_eq!(failing("propagate", Compat::Collector).failed(), [0, 1, 2]);
}

#[test]
fn mistakes_are_found_all_at_once() {
    let config = json!({
        "logs": { "log_record": ["severity_number <", "bodi == nil"] },
        "metrics": { "include": { "match_type": "expr", "expressions": ["true"] } },
        "traces": { "span": ["true"] },
        "spans": { "include": { "match_type": "strict", "span_names": ["a"] } },
        "profiles": { "profile": ["true"] },
    });
    let problems = Harness::<Filter>::configure(config).err().unwrap();
    let mut at: Vec<_> = problems.iter().map(|problem| problem.at.as_str()).collect();
    at.sort_unstable();
    let expected = [
        "/logs/log_record/0",
        "/logs/log_record/1",
        "/metrics/include/match_type",
        "/profiles",
        "/spans",
    ];
    assert_eq!(at, expected);
    let second = problems
        .iter()
        .find(|problem| problem.at == "/logs/log_record/1")
        .unwrap();
    assert_eq!(second.span, Some(0..4));
}

#[test]
fn a_filter_without_conditions_lets_everything_pass() {
    for config in [
        json!({}),
        json!({ "logs": { "include": { "match_type": "strict" } } }),
    ] {
        let policy = Harness::<Filter>::configure(config.clone()).unwrap();
        assert_eq!(policy.manifest().signals().count(), 3);
        assert_eq!(run(config, [log_record()]).dropped(), 0);
    }
}

#[test]
fn properties_say_what_stays() {
    let config = json!({ "logs": {
        "include": { "match_type": "regexp", "severity_number": { "min": "warn" }, "bodies": ["^a"] },
        "exclude": { "match_type": "strict", "record_attributes": [{ "key": "debug", "value": true }] },
    } });
    let warn = |body: &str| log_record().body(body).field("severityNumber", 13);
    let records = [
        warn("abc"),
        warn("bc"),
        log_record().body("abc").field("severityNumber", 9),
        warn("abc").attribute("debug", true),
    ];
    assert_eq!(run(config, records).drops_of("logs"), 3);
}
