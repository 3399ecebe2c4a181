//! The runner can fail.
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
use tollgate_conformance::{Report, normal, run};
use tollgate_sdk::{Description, NoConfig, Policy, Problem, Record, Rule, Setup, Signal, Verdict};

/// Drops every log record with the severity text `drop`, and puts an attribute on the others.
struct Sample {
    severity: tollgate_sdk::Field,
    rule: Rule,
}

impl Policy for Sample {
    type Config = NoConfig;

    fn describe() -> Description {
        Description::new("sample", "1.0.0", "A policy to run cases on.")
    }

    fn configure(_: NoConfig, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        setup.drops(&[Signal::Logs]);
        setup.writes(&[Signal::Logs], r#"attributes["n"]"#);
        Ok(Self {
            severity: setup.reads(&[Signal::Logs], "severity_text"),
            rule: setup.rule("all"),
        })
    }

    fn record(&mut self, record: &mut Record<'_>) -> Verdict {
        if record
            .get(self.severity)
            .and_then(tollgate_sdk::Value::as_text)
            == Some("drop")
        {
            return Verdict::Drop(self.rule);
        }
        record.set_attribute(self.rule, "n", 1_i64);
        Verdict::Keep
    }
}

fn report(changes: Value, differences: &str) -> Report {
    let record = |severity: &str| json!({ "severityText": severity });
    let request =
        |records: Value| json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": records }] }] });
    let kept = json!({ "severityText": "keep", "attributes": [{ "key": "n", "value": { "intValue": "1" } }] });
    let mut case = json!({
        "name": "case", "source": "this test", "config": {}, "signal": "logs",
        "input": request(json!([record("keep"), record("drop")])),
        "expected": request(json!([kept])), "expected_kind": "otlp",
    });
    for (key, value) in changes.as_object().unwrap() {
        case[key] = value.clone();
    }
    run::<Sample>(&case.to_string(), differences).unwrap()
}

#[test]
fn the_expected_answer_passes() {
    assert_eq!(report(json!({}), "").passed, 1);
    assert_eq!(
        report(
            json!({ "expected_kind": "kept_indexes", "expected": [0] }),
            ""
        )
        .passed,
        1
    );
    assert_eq!(
        report(
            json!({ "expected_kind": "config_error", "config": { "x": 1 } }),
            ""
        )
        .passed,
        1
    );
    assert_eq!(
        report(
            json!({ "expected_kind": "config_error", "signal": "traces" }),
            ""
        )
        .passed,
        1
    );
}

#[test]
fn another_answer_fails() {
    for changes in [
        json!({ "expected": {} }),
        json!({ "expected_kind": "dropped_all", "expected": null }),
        json!({ "expected_kind": "kept_indexes", "expected": [1] }),
        json!({ "expected_kind": "config_error" }),
        json!({ "expected_kind": "of another sort" }),
        json!({ "config": { "x": 1 } }),
    ] {
        assert_eq!(report(changes.clone(), "").failures.len(), 1, "{changes}");
    }
}

#[test]
fn a_listed_case_may_differ_and_must() {
    let row = "| `case` | for this reason |";
    let differing = report(json!({ "expected": {} }), row);
    assert!(differing.is_clean() && differing.listed == ["case"]);
    assert!(!report(json!({}), row).is_clean());
}

#[test]
fn only_spelling_is_levelled() {
    let same = |a: Value, b: Value| normal(&a) == normal(&b);
    assert!(same(json!({ "intValue": 5 }), json!({ "intValue": "5" })));
    assert!(same(
        json!({ "severityText": "", "name": "a" }),
        json!({ "name": "a" })
    ));
    assert!(!same(json!({ "stringValue": "" }), json!({})));
    assert!(!same(
        json!({ "intValue": "0" }),
        json!({ "intValue": "1" })
    ));
    let one = json!({ "key": "a", "value": { "stringValue": "1" } });
    let two = json!({ "key": "b", "value": { "stringValue": "2" } });
    assert!(same(
        json!({ "attributes": [one, two] }),
        json!({ "attributes": [two, one] })
    ));
    assert!(!same(
        json!({ "values": [one, two] }),
        json!({ "values": [two, one] })
    ));
}

/// Emits how many records it saw, and sends those with the severity text `drop` elsewhere.
struct Connector {
    severity: tollgate_sdk::Field,
    all: tollgate_sdk::Route,
    other: tollgate_sdk::Route,
    rule: Rule,
}

impl Policy for Connector {
    type Config = NoConfig;

    fn describe() -> Description {
        Description::new("connector", "1.0.0", "A connector to run cases on.")
    }

    fn configure(_: NoConfig, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        setup.emits(&[Signal::Metrics]);
        Ok(Self {
            severity: setup.reads(&[Signal::Logs], "severity_text"),
            all: setup.route("logs/all"),
            other: setup.route("logs/other"),
            rule: setup.rule("all"),
        })
    }

    fn batch(&mut self, batch: &mut tollgate_sdk::Batch<'_>) -> Result<(), String> {
        batch.each_record(|record| {
            let severity = record.get(self.severity);
            let drop = severity.and_then(tollgate_sdk::Value::as_text) == Some("drop");
            record.route(self.rule, &[if drop { self.other } else { self.all }]);
            Verdict::Keep
        });
        // A gauge without a name, with one point that holds the number of records.
        let count = u8::try_from(batch.records()).map_err(|error| error.to_string())?;
        let point = [0x31, count, 0, 0, 0, 0, 0, 0, 0];
        let mut request = point.to_vec();
        for tag in [0x0a_u8, 0x2a, 0x12, 0x12, 0x0a] {
            let length = u8::try_from(request.len()).map_err(|error| error.to_string())?;
            request.splice(0..0, [tag, length]);
        }
        batch.emit(Signal::Metrics, request);
        Ok(())
    }
}

fn connector_report(changes: Value) -> Report {
    let record = |severity: &str| json!({ "severityText": severity });
    let request =
        |records: Value| json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": records }] }] });
    let mut case = json!({
        "name": "case", "source": "this test", "config": {}, "signal": "logs",
        "input": request(json!([record("keep"), record("drop"), record("keep")])),
        "expected": {
            "logs/all": request(json!([record("keep"), record("keep")])),
            "logs/other": request(json!([record("drop")])),
            "logs/none": null,
        },
        "expected_kind": "per_pipeline",
    });
    for (key, value) in changes.as_object().unwrap() {
        case[key] = value.clone();
    }
    run::<Connector>(&case.to_string(), "").unwrap()
}

#[test]
fn what_pipelines_get_is_compared() {
    assert_eq!(connector_report(json!({})).passed, 1);
    for expected in [
        json!({ "logs/all": null }),
        json!({ "logs/none": { "resourceLogs": [{ "scopeLogs": [{ "logRecords": [{}] }] }] } }),
    ] {
        assert_eq!(
            connector_report(json!({ "expected": expected }))
                .failures
                .len(),
            1,
            "{expected}"
        );
    }
}

#[test]
fn metrics_that_are_made_are_compared_without_order() {
    let metrics = |points: Value| json!({ "resourceMetrics": [{ "scopeMetrics": [{ "metrics": [{ "gauge": { "dataPoints": points } }] }] }] });
    let report = |points: Value, compare: &str| {
        connector_report(
            json!({ "expected_kind": "otlp_metrics", "expected": metrics(points), "compare": compare }),
        )
    };
    assert_eq!(report(json!([{ "asInt": "3" }]), "").passed, 1);
    assert_eq!(
        report(
            json!([{ "asInt": "3", "timeUnixNano": "7" }]),
            "ignore timestamps"
        )
        .passed,
        1
    );
    assert_eq!(
        report(json!([{ "asInt": "3", "timeUnixNano": "7" }]), "")
            .failures
            .len(),
        1
    );
    assert_eq!(report(json!([{ "asInt": "2" }]), "").failures.len(), 1);
    assert_eq!(report(json!([]), "").failures.len(), 1);
}
