//! What a policy may see is what its statements touch: the rights that `inspect` shows, and a spy that is given these very rights.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use tollgate_record::Signal;
use tollgate_tests::client;
use tollgate_tests::gate::{Gate, run};

/// Stands in every field of the batch that nobody asks for.
const PLANTED: &str = "AKIAIOSFODNN7EXAMPLE";

/// A policy's configuration, and what it may read and write of a signal.
struct Case {
    signal: Signal,
    policy: &'static str,
    config: &'static str,
    reads: &'static [&'static str],
    writes: &'static [&'static str],
    /// The texts that have to cross for that: one for each record, and no other.
    shown: &'static str,
}

const CASES: &[Case] = &[
    Case {
        signal: Signal::Logs,
        policy: "filter",
        config: "{logs: {log_record: ['severity_number < SEVERITY_NUMBER_WARN']}}",
        reads: &["severity_number"],
        writes: &[],
        shown: "",
    },
    Case {
        signal: Signal::Logs,
        policy: "filter",
        config: "{log_conditions: ['resource.attributes[\"asked\"] == \"yes\" and IsMatch(log.attributes[\"asked\"], \"^y\")']}",
        reads: &["resource.attributes[\"asked\"]", "attributes[\"asked\"]"],
        writes: &[],
        shown: "yesyesyes",
    },
    Case {
        signal: Signal::Logs,
        policy: "transform",
        config: "{log_statements: ['set(log.attributes[\"asked\"], \"warned\") where log.severity_number >= SEVERITY_NUMBER_WARN']}",
        reads: &["severity_number", "attributes[\"asked\"]"],
        writes: &["attributes[\"asked\"]"],
        shown: "yesyes",
    },
    Case {
        signal: Signal::Traces,
        policy: "filter",
        config: "{traces: {span: ['kind == SPAN_KIND_SERVER'], spanevent: ['attributes[\"asked\"] == \"yes\"']}}",
        reads: &["kind", "spanevent.attributes[\"asked\"]"],
        writes: &[],
        shown: "yesyes",
    },
    Case {
        signal: Signal::Traces,
        policy: "transform",
        config: "{trace_statements: ['set(span.status.code, STATUS_CODE_ERROR) where span.attributes[\"asked\"] == \"yes\"']}",
        reads: &["attributes[\"asked\"]"],
        writes: &["status.code"],
        shown: "yesyes",
    },
    Case {
        signal: Signal::Metrics,
        policy: "filter",
        config: "{metrics: {datapoint: ['value_int > 5 and attributes[\"asked\"] == \"yes\"']}}",
        // Whether a data point has a number of its own is a question of its metric.
        reads: &["attributes[\"asked\"]", "metric.type", "value_int"],
        writes: &[],
        shown: "yesyes",
    },
    Case {
        signal: Signal::Metrics,
        policy: "transform",
        config: "{metric_statements: ['set(datapoint.attributes[\"asked\"], \"fast\") where datapoint.flags == 1']}",
        reads: &["attributes[\"asked\"]", "flags"],
        writes: &["attributes[\"asked\"]"],
        shown: "yesyes",
    },
];

fn configuration(signal: Signal, stage: &str, settings: &str, listen: &str) -> String {
    let signal = signal.as_str();
    format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: '{listen}'}}}}}}}}
processors: {{{stage}: {settings}}}
exporters: {{file: {{path: '{{folder}}/out'}}}}
service: {{telemetry: {{metrics: {{level: none}}}}, pipelines: {{{signal}: {{receivers: [otlp], processors: [{stage}], exporters: [file]}}}}}}
"
    )
}

/// The fields behind a word of what `inspect` says of a signal: `reads`, then `writes`.
fn rights(said: &str, signal: Signal) -> [BTreeSet<String>; 2] {
    let mut lines = said.lines().map(str::trim);
    let first = lines.by_ref().find_map(|line| {
        line.strip_prefix(signal.as_str())?
            .trim()
            .strip_prefix("reads ")
    });
    let second = lines.next().and_then(|line| line.strip_prefix("writes "));
    [first, second].map(|fields| {
        let fields = fields.unwrap_or_else(|| panic!("no rights for {signal:?}: {said}"));
        let fields = fields.split(", ").filter(|field| *field != "nothing");
        fields.map(str::to_owned).collect()
    })
}

fn set(fields: &[&str]) -> BTreeSet<String> {
    fields.iter().map(|field| (*field).to_owned()).collect()
}

#[test]
fn inspect_names_the_fields_that_statements_touch_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    for case in CASES {
        let text = configuration(case.signal, case.policy, case.config, "127.0.0.1:4318");
        fs::write(&file, text).unwrap();
        let (status, said, wrong) = run(&["inspect", "--config", file.to_str().unwrap()]);
        assert_eq!(status, Some(0), "{}: {wrong}", case.config);
        let found = rights(&said, case.signal);
        assert_eq!(
            found,
            [set(case.reads), set(case.writes)],
            "{}",
            case.config
        );
        // Of signals that its statements do not speak of, it sees nothing.
        for other in Signal::ALL
            .into_iter()
            .filter(|&other| other != case.signal)
        {
            let none = [BTreeSet::new(), BTreeSet::new()];
            assert_eq!(rights(&said, other), none, "{}", case.config);
        }
    }
}

fn attributes() -> Value {
    json!([
        {"key": "planted", "value": {"stringValue": PLANTED}},
        {"key": PLANTED, "value": {"stringValue": "key"}},
        {"key": "nested", "value": {"kvlistValue": {"values": [{"key": "asked", "value": {"stringValue": PLANTED}}]}}},
        {"key": "bytes", "value": {"bytesValue": "QUtJQUlPU0ZPRE5ON0VYQU1QTEU="}},
        {"key": "asked", "value": {"stringValue": "yes"}},
    ])
}

/// Two records, each field that holds text with something planted.
fn batch(signal: Signal) -> Value {
    let scope = json!({"name": PLANTED, "version": PLANTED, "attributes": attributes()});
    let resource = json!({"attributes": attributes()});
    let link = json!({"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "traceState": PLANTED, "attributes": attributes()});
    match signal {
        Signal::Logs => {
            let record = |number| {
                json!({"severityNumber": number, "severityText": PLANTED, "eventName": PLANTED, "body": {"stringValue": PLANTED},
                    "timeUnixNano": "1", "attributes": attributes()})
            };
            json!({"resourceLogs": [{"resource": resource, "schemaUrl": PLANTED,
                "scopeLogs": [{"scope": scope, "schemaUrl": PLANTED, "logRecords": [record(5), record(17)]}]}]})
        }
        Signal::Traces => {
            let span = |kind| {
                json!({"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "traceState": PLANTED, "name": PLANTED,
                    "kind": kind, "status": {"message": PLANTED}, "attributes": attributes(), "links": [link],
                    "events": [{"name": PLANTED, "timeUnixNano": "1", "attributes": attributes()}]})
            };
            json!({"resourceSpans": [{"resource": resource, "schemaUrl": PLANTED,
                "scopeSpans": [{"scope": scope, "schemaUrl": PLANTED, "spans": [span(1), span(2)]}]}]})
        }
        Signal::Metrics => {
            let point = |value: &str| {
                json!({"asInt": value, "timeUnixNano": "1", "flags": 1, "attributes": attributes(),
                    "exemplars": [{"asInt": "7", "timeUnixNano": "1", "filteredAttributes": attributes()}]})
            };
            json!({"resourceMetrics": [{"resource": resource, "schemaUrl": PLANTED, "scopeMetrics": [{"scope": scope, "schemaUrl": PLANTED,
                "metrics": [{"name": PLANTED, "description": PLANTED, "unit": PLANTED, "metadata": attributes(),
                    "gauge": {"dataPoints": [point("5"), point("6")]}}]}]}]})
        }
    }
}

/// What the spy wrote down: the fields it was shown, all texts beside their names, and how many cells there were.
fn report(line: &str, signal: Signal) -> [String; 3] {
    let request: Value = serde_json::from_str(line).unwrap();
    let place = match signal {
        Signal::Logs => "/resourceLogs/0/scopeLogs/0/logRecords/0/attributes",
        Signal::Traces => "/resourceSpans/0/scopeSpans/0/spans/0/attributes",
        Signal::Metrics => {
            "/resourceMetrics/0/scopeMetrics/0/metrics/0/gauge/dataPoints/0/attributes"
        }
    };
    let attributes = request.pointer(place).and_then(Value::as_array).unwrap();
    ["spy.paths", "spy.text", "spy.cells"].map(|key| {
        let found = attributes.iter().find(|attribute| attribute["key"] == key);
        let (_, value) = found.unwrap()["value"]
            .as_object()
            .unwrap()
            .iter()
            .next()
            .unwrap();
        value.as_str().unwrap().to_owned()
    })
}

#[test]
fn with_the_rights_of_a_policy_a_spy_sees_what_its_statements_touch_and_nothing_else() {
    for case in CASES {
        let spy = json!({
            "component": "{guest:hostile}",
            "config": {"behaviour": "spy", "reads": case.reads, "signals": [case.signal.as_str()]},
        });
        let text = configuration(case.signal, "wasm/spy", &spy.to_string(), "{http}");
        let gate = Gate::start(&text);
        let body = batch(case.signal).to_string();
        assert!(body.matches(PLANTED).count() > 10);
        let answer = client::post(
            gate.http,
            case.signal,
            "application/json",
            &[],
            body.as_bytes(),
        );
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "{}"),
            "{}",
            case.config
        );
        let [paths, text, cells] = report(&gate.stop().lines("out")[0], case.signal);
        let shown: BTreeSet<_> = paths.lines().map(str::to_owned).collect();
        assert_eq!(shown, set(case.reads), "{}", case.config);
        // Neither what was planted nor a key nor a name: all the text that crossed is the values that were asked for.
        assert_eq!(text, case.shown, "{}", case.config);
        // A cell of each field for each record, but one for what is above them.
        let is_above = |field: &str| field.starts_with("resource.") || field.starts_with("metric.");
        let per_record = |field: &&&str| if is_above(field) { 1 } else { 2 };
        let expected: u32 = case.reads.iter().map(|field| per_record(&field)).sum();
        assert_eq!(cells, expected.to_string(), "{}", case.config);
    }
}
