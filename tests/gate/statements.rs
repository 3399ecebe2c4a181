//! Statements that fail on a record, by what the configuration says of errors: the record concerned bears it, its neighbours go on.

use serde_json::{Value, json};
use tollgate_record::Signal;
use tollgate_tests::client::{Answer, post};
use tollgate_tests::gate::{Ended, Gate};

/// A statement, and two values of `attributes["input"]`: one that it works for, one that it fails for.
struct Case {
    statement: &'static str,
    good: fn() -> Value,
    bad: fn() -> Value,
}

fn text(text: impl Into<String>) -> Value {
    json!({"stringValue": text.into()})
}

const CASES: &[Case] = &[
    Case {
        statement: "set(log.attributes[\"made\"], 10 / log.attributes[\"input\"])",
        good: || json!({"intValue": "2"}),
        bad: || json!({"intValue": "0"}),
    },
    Case {
        statement: "set(log.attributes[\"made\"], Split(log.attributes[\"input\"], \",\")[2])",
        good: || text("a,b,c"),
        bad: || text("a"),
    },
    Case {
        statement: "set(log.attributes[\"made\"], ParseJSON(log.attributes[\"input\"]))",
        good: || text("{\"a\": 1}"),
        bad: || text("{\"a\": \u{1}"),
    },
    // As deep as it goes.
    Case {
        statement: "set(log.attributes[\"made\"], ParseJSON(log.attributes[\"input\"]))",
        good: || text("[[1]]"),
        bad: || text("[".repeat(100_000) + &"]".repeat(100_000)),
    },
    Case {
        statement: "set(log.attributes[\"made\"], ParseXML(log.attributes[\"input\"]))",
        good: || text("<a>b</a>"),
        bad: || text("<a><b></a>"),
    },
    Case {
        statement: "set(log.attributes[\"made\"], ParseXML(log.attributes[\"input\"]))",
        good: || text("<a/>"),
        bad: || text("<a>".repeat(100_000) + &"</a>".repeat(100_000)),
    },
    Case {
        statement: "set(log.attributes[\"made\"], ParseKeyValue(log.attributes[\"input\"]))",
        good: || text("a=b"),
        bad: || text("no pair"),
    },
];

/// The place of the record that fails.
const BAD: usize = 2;
const RECORDS: usize = 5;

/// What a stage is, before and behind two others.
fn configuration(stage: &str, settings: &str) -> String {
    format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: '{{http}}'}}}}}}}}
processors:
  attributes/before: {{actions: [{{key: before, value: true, action: upsert}}]}}
  {stage}: {settings}
  attributes/after: {{actions: [{{key: after, value: true, action: upsert}}]}}
exporters: {{file: {{path: '{{folder}}/out'}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{logs: {{receivers: [otlp], processors: [attributes/before, {stage}, attributes/after], exporters: [file]}}}}
"
    )
}

fn transform(mode: &str, statement: &str, gate: &str) -> String {
    configuration(
        "transform",
        &format!("{{error_mode: {mode}, log_statements: ['{statement}'], gate: {{{gate}}}}}"),
    )
}

fn send(gate: &Gate, case: &Case) -> Answer {
    let record = |place: usize| {
        let input = if place == BAD {
            (case.bad)()
        } else {
            (case.good)()
        };
        json!({"body": text(place.to_string()), "attributes": [{"key": "input", "value": input}]})
    };
    let records: Vec<_> = (0..RECORDS).map(record).collect();
    let request = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]});
    let body = request.to_string();
    post(
        gate.http,
        Signal::Logs,
        "application/json",
        &[],
        body.as_bytes(),
    )
}

fn rejected(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let count = &body["partialSuccess"]["rejectedLogRecords"];
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok());
    count.unwrap_or(0)
}

/// Bodies of the records that came out, with the names of their attributes.
fn delivered(ended: &Ended) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for line in ended.lines("out") {
        let request: Value = serde_json::from_str(&line).unwrap();
        for resource in items(&request["resourceLogs"]) {
            for scope in items(&resource["scopeLogs"]) {
                for record in items(&scope["logRecords"]) {
                    let body = record["body"]["stringValue"].as_str().unwrap().to_owned();
                    let keys = items(&record["attributes"]);
                    let keys = keys
                        .iter()
                        .map(|one| one["key"].as_str().unwrap().to_owned());
                    found.push((body, keys.collect()));
                }
            }
        }
    }
    found.sort();
    found
}

/// Everything but the record that failed went through all three stages.
fn assert_neighbours_went_on(ended: &Ended, of: &str) -> bool {
    let out = delivered(ended);
    let mut bad_is_there = false;
    let mut others = 0;
    for (body, keys) in &out {
        let has = |key: &str| keys.iter().any(|own| own == key);
        assert!(has("before") && has("after"), "{of}: {body} has {keys:?}");
        if *body == BAD.to_string() {
            bad_is_there = true;
            assert!(!has("made"), "{of}");
        } else {
            others += 1;
            assert!(has("made"), "{of}: {body} has {keys:?}");
        }
    }
    assert_eq!(others, RECORDS - 1, "{of}");
    bad_is_there
}

#[test]
fn errors_that_are_ignored_leave_the_record_as_it_was() {
    for case in CASES {
        for mode in ["ignore", "silent"] {
            let gate = Gate::start(&transform(mode, case.statement, ""));
            assert_eq!(
                rejected(&send(&gate, case)),
                0,
                "{mode}: {}",
                case.statement
            );
            let ended = gate.stop();
            assert!(
                assert_neighbours_went_on(&ended, case.statement),
                "{mode}: {}",
                case.statement
            );
        }
    }
}

#[test]
fn an_error_that_is_not_ignored_costs_the_record_it_was_for() {
    for case in CASES {
        for mode in ["propagate", "reject"] {
            let gate = Gate::start(&transform(mode, case.statement, ""));
            let answer = send(&gate, case);
            assert_eq!(rejected(&answer), 1, "{mode}: {}", case.statement);
            let ended = gate.stop();
            assert!(
                !assert_neighbours_went_on(&ended, case.statement),
                "{mode}: {}",
                case.statement
            );
            assert_eq!(
                ended.count("logs", "rejected"),
                1,
                "{mode}: {}",
                case.statement
            );
        }
    }
}

#[test]
fn on_error_says_what_becomes_of_it() {
    for (on_error, told, left) in [("reject", 1, false), ("drop", 0, false), ("pass", 0, true)] {
        for mode in ["propagate", "reject"] {
            let settings = format!("on_error: {on_error}");
            let gate = Gate::start(&transform(mode, CASES[0].statement, &settings));
            assert_eq!(
                rejected(&send(&gate, &CASES[0])),
                told,
                "{mode}, {on_error}"
            );
            let there = assert_neighbours_went_on(&gate.stop(), on_error);
            assert_eq!(there, left, "{mode}, {on_error}");
        }
    }
}

#[test]
fn a_filter_whose_condition_fails_keeps_the_record_unless_it_is_told_otherwise() {
    for (mode, told, left) in [
        ("ignore", 0, RECORDS),
        ("propagate", 1, RECORDS - 1),
        ("reject", 1, RECORDS - 1),
    ] {
        let settings = format!(
            "{{error_mode: {mode}, logs: {{log_record: ['10 / attributes[\"input\"] > 9']}}}}"
        );
        let gate = Gate::start(&configuration("filter", &settings));
        assert_eq!(rejected(&send(&gate, &CASES[0])), told, "{mode}");
        assert_eq!(delivered(&gate.stop()).len(), left, "{mode}");
    }
}

#[test]
fn as_a_collector_a_propagated_error_fails_the_request() {
    let text = transform("propagate", CASES[0].statement, "");
    let gate = Gate::start_with(&text, &["--compat", "collector"]);
    assert_eq!(rejected(&send(&gate, &CASES[0])), RECORDS as u64);
    let ended = gate.stop();
    assert!(delivered(&ended).is_empty());
}

#[test]
fn what_failed_is_not_in_the_log() {
    let case = Case {
        statement: CASES[2].statement,
        good: CASES[2].good,
        bad: || text("{AKIAIOSFODNN7EXAMPLE"),
    };
    for mode in ["ignore", "propagate", "reject"] {
        let gate = Gate::start(&transform(mode, case.statement, ""));
        let answer = send(&gate, &case);
        let ended = gate.stop();
        let told = ended.log + &answer.text();
        assert!(!told.contains("AKIA"), "{mode}: {told}");
    }
}
