//! Policies that misbehave: contained, and the other records of the batch delivered.

use serde_json::Value;
use tollgate_record::Signal;
use tollgate_tests::client::{Answer, post};
use tollgate_tests::gate::{Ended, Gate, run};

/// Records of the batch that every behaviour is tried on; the one at this place is poisoned.
const RECORDS: usize = 9;
const POISONED: usize = 6;

/// Misbehaviours of a call. Each fails the calls that show it the poisoned record, and no other.
const CONTAINED: &[&str] = &[
    "loop",
    "memory_bomb",
    "recursion",
    "trap",
    "panic",
    "error",
    "error_invalid_string",
    "log_flood",
    "pseudonym_flood",
    "wild_node",
    "wild_cell",
    "wild_put",
    "wild_field",
    "wild_span",
    "wild_span_overflow",
    "wild_path",
    "wild_rule",
    "wild_judgement_rule",
    "wild_verdict",
    "wild_op",
    "wild_kind",
    "unequal_edits",
    "unequal_judgements",
    "wrong_kind",
    "wrong_boolean",
    "wrong_withheld",
    "invalid_text",
    "invalid_path",
    "invalid_key",
    "invalid_map",
    "deep_map",
    "no_path",
    "undeclared_put",
    "undeclared_set",
    "undeclared_delete",
    "undeclared_rename",
    "undeclared_drop",
    "drop_resource",
    "hold",
    "route",
    "decide",
    "measure",
    "emit",
    "add",
    "judge_twice",
    "huge_list",
    "huge_outcome",
    "huge_value",
    "route_wild",
    "route_nowhere",
    "nul_rename",
    "measure_nan",
    "measure_negative",
    "measure_flood",
    "measure_long",
    "emit_garbage",
    "emit_huge",
    "add_wrong_kind",
    "add_garbage",
    "add_wild",
    "add_huge",
    "replace_garbage",
];

/// Manifests and configurations that are refused when they are loaded.
const REFUSED: &[&str] = &[
    "configure_loop",
    "configure_bomb",
    "configure_trap",
    "configure_problems",
    "asks_partition",
    "asks_tick",
    "asks_routes",
    "asks_instruments",
    "manifest_twice",
    "manifest_bad_path",
    "manifest_invalid_string",
];

fn configuration(stages: &[(&str, String)]) -> String {
    let mut text = "
receivers:
  otlp: {protocols: {http: {endpoint: '{http}'}}}
exporters:
  file: {path: '{folder}/out'}
processors:
"
    .to_owned();
    for (name, body) in stages {
        text.push_str(&format!("  {name}: {body}\n"));
    }
    let names: Vec<_> = stages.iter().map(|(name, _)| *name).collect();
    text.push_str(&format!("service: {{pipelines: {{logs: {{receivers: [otlp], processors: [{}], exporters: [file]}}}}}}\n", names.join(", ")));
    text
}

fn hostile(behaviour: &str, when: &str, gate: &str) -> String {
    format!(
        "{{component: '{{guest:hostile}}', config: {{behaviour: {behaviour}, when: {when}, signals: [logs]}}, gate: {{{gate}}}}}"
    )
}

/// Stamps every record, so that a test sees that a neighbour stage did its work.
fn neighbour(key: &str) -> String {
    format!("{{actions: [{{key: {key}, value: true, action: upsert}}]}}")
}

fn batch() -> String {
    let record = |place: usize| {
        let body = if place == POISONED {
            "poison".to_owned()
        } else {
            format!("record {place}")
        };
        format!(
            r#"{{"body":{{"stringValue":"{body}"}},"attributes":[{{"key":"victim","value":{{"stringValue":"v"}}}},{{"key":"fixed","value":{{"stringValue":"f"}}}},
               {{"key":"secret","value":{{"stringValue":"AKIAIOSFODNN7EXAMPLE"}}}}]}}"#
        )
    };
    let records: Vec<_> = (0..RECORDS).map(record).collect();
    format!(
        r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"s"}}}}]}},"scopeLogs":[{{"logRecords":[{}]}},{{"logRecords":[{}]}}]}}]}}"#,
        records[..4].join(","),
        records[4..].join(",")
    )
}

fn send(gate: &Gate) -> Answer {
    post(
        gate.http,
        Signal::Logs,
        "application/json",
        &[],
        batch().as_bytes(),
    )
}

fn rejected(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let count = &body["partialSuccess"]["rejectedLogRecords"];
    count
        .as_u64()
        .or_else(|| count.as_str()?.parse().ok())
        .unwrap_or(0)
}

/// Bodies of the records that came out, and the names of their attributes.
fn delivered(ended: &Ended) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for line in ended.lines("out") {
        let request: Value = serde_json::from_str(&line).unwrap();
        for resource in request["resourceLogs"].as_array().into_iter().flatten() {
            for scope in resource["scopeLogs"].as_array().into_iter().flatten() {
                for record in scope["logRecords"].as_array().into_iter().flatten() {
                    let keys = record["attributes"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .map(|attribute| attribute["key"].as_str().unwrap().to_owned());
                    found.push((
                        record["body"]["stringValue"]
                            .as_str()
                            .unwrap_or_default()
                            .to_owned(),
                        keys.collect(),
                    ));
                }
            }
        }
    }
    found
}

#[test]
fn each_misbehaviour_costs_the_record_it_was_for_and_nothing_else() {
    for behaviour in CONTAINED {
        let gate = Gate::start(&configuration(&[
            ("attributes/before", neighbour("before")),
            (
                "wasm/hostile",
                hostile(behaviour, "poison", "time: 30ms, memory: 16MiB"),
            ),
            ("attributes/after", neighbour("after")),
        ]));
        let answer = send(&gate);
        assert_eq!(
            rejected(&answer),
            1,
            "{behaviour}: the client is told of the poisoned record"
        );
        // The gate goes on: the same again.
        assert_eq!(rejected(&send(&gate)), 1, "{behaviour}, again");
        let ended = gate.stop();
        assert!(ended.status.success(), "{behaviour}: {}", ended.log);
        let out = delivered(&ended);
        assert_eq!(
            out.len(),
            2 * (RECORDS - 1),
            "{behaviour}: all but the poisoned record, twice"
        );
        for (body, keys) in &out {
            assert_ne!(body, "poison", "{behaviour}");
            for key in ["before", "seen", "after"] {
                assert!(
                    keys.iter().any(|own| own == key),
                    "{behaviour}: {body} was not marked `{key}`"
                );
            }
        }
        assert!(
            !ended.log.contains("AKIA") && !answer.text().contains("AKIA"),
            "{behaviour}: content is in the log or the answer"
        );
        assert_eq!(
            ended.count("logs", "received"),
            2 * RECORDS as u64,
            "{behaviour}"
        );
        assert_eq!(ended.count("logs", "rejected"), 2, "{behaviour}");
    }
}

#[test]
fn a_policy_that_fails_for_everything_rejects_everything_in_bounded_time() {
    for behaviour in ["trap", "loop", "memory_bomb"] {
        let gate = Gate::start(&configuration(&[(
            "wasm/hostile",
            hostile(behaviour, "always", "time: 20ms, memory: 16MiB"),
        )]));
        assert_eq!(rejected(&send(&gate)), RECORDS as u64, "{behaviour}");
        let ended = gate.stop();
        assert!(
            delivered(&ended).is_empty(),
            "{behaviour}: nothing may leave"
        );
    }
}

#[test]
fn on_error_decides_what_becomes_of_a_record_that_could_not_be_judged() {
    for (on_error, told, left) in [
        ("reject", 1, RECORDS - 1),
        ("drop", 0, RECORDS - 1),
        ("pass", 0, RECORDS),
    ] {
        let gate = Gate::start(&configuration(&[(
            "wasm/hostile",
            hostile("trap", "poison", &format!("on_error: {on_error}")),
        )]));
        assert_eq!(rejected(&send(&gate)), told, "{on_error}");
        assert_eq!(delivered(&gate.stop()).len(), left, "{on_error}");
    }
}

#[test]
fn traps_on_the_nth_record_or_call_cost_what_they_touch() {
    for when in ["{record: 5}", "{call: 1}"] {
        let gate = Gate::start(&configuration(&[(
            "wasm/hostile",
            hostile("trap", when, ""),
        )]));
        // After the trap a new instance counts from one again, so parts that hold fewer records than five go through.
        let lost = rejected(&send(&gate));
        let ended = gate.stop();
        assert_eq!(
            delivered(&ended).len() as u64 + lost,
            RECORDS as u64,
            "{when}"
        );
        assert!(
            delivered(&ended)
                .iter()
                .all(|(_, keys)| keys.iter().any(|key| key == "seen")),
            "{when}: what came out was judged"
        );
    }
}

#[test]
fn what_contradicts_itself_has_one_meaning() {
    let gate = Gate::start(&configuration(&[(
        "wasm/hostile",
        hostile("rename_onto_existing", "always", ""),
    )]));
    let answer = send(&gate);
    let out = delivered(&gate.stop());
    assert_eq!(out.len() as u64 + rejected(&answer), RECORDS as u64);
    for (_, keys) in &out {
        assert_eq!(
            keys.iter().filter(|key| *key == "seen").count(),
            1,
            "one attribute of a name"
        );
    }
    let gate = Gate::start(&configuration(&[(
        "wasm/hostile",
        hostile("edit_dropped", "always", ""),
    )]));
    assert_eq!(rejected(&send(&gate)), 0);
    assert!(
        delivered(&gate.stop()).is_empty(),
        "what is dropped stays dropped"
    );
}

#[test]
fn odd_outcomes_that_are_allowed_mean_what_they_say() {
    let always = |behaviour| {
        let gate = Gate::start(&configuration(&[(
            "wasm/hostile",
            hostile(behaviour, "always", ""),
        )]));
        let rejected = rejected(&send(&gate));
        (rejected, gate.stop())
    };
    // NaN is a value that OTLP has.
    let (rejected, ended) = always("nan");
    assert_eq!(rejected, 0);
    assert!(
        ended
            .lines("out")
            .join("")
            .contains(r#""doubleValue":"NaN""#)
    );
    // A cell that is deleted twice is gone, or the outcome is refused; nothing in between.
    let (rejected, ended) = always("delete_twice");
    assert_eq!(delivered(&ended).len() as u64 + rejected, RECORDS as u64);
    // A file is there while the policy is configured, and not later.
    let (rejected, ended) = always("file_late");
    assert_eq!(rejected, 0);
    let out = ended.lines("out").join("");
    assert!(out.contains("refused") && !out.contains("given"), "{out}");
    // One line of 16 MiB is cut, or the call is.
    let (rejected, ended) = always("log_huge");
    assert!(rejected == 0 || rejected == RECORDS as u64);
    assert!(ended.log.len() < 1 << 20);
}

#[test]
fn what_stays_below_the_limits_is_delivered() {
    for (behaviour, limits) in [
        ("memory_steps", "memory: 16MiB"),
        ("full_outcome", "outcome: 1MiB, memory: 16MiB, time: 1s"),
        ("nul_key", ""),
        ("backward_spans", ""),
    ] {
        let gate = Gate::start(&configuration(&[(
            "wasm/hostile",
            hostile(behaviour, "always", limits),
        )]));
        // More requests than there are lanes.
        for _ in 0..8 {
            assert_eq!(rejected(&send(&gate)), 0, "{behaviour}");
        }
        let out = delivered(&gate.stop());
        assert_eq!(out.len(), 8 * RECORDS, "{behaviour}");
        assert!(
            out.iter()
                .all(|(_, keys)| keys.iter().filter(|key| *key == "seen").count() == 1),
            "{behaviour}"
        );
    }
}

#[test]
fn a_number_of_an_earlier_view_means_nothing_in_a_later_one() {
    let text = configuration(&[("wasm/hostile", hostile("stale_index", "always", ""))]);
    // One lane, and so one instance, which sees everything.
    let gate = Gate::start(&text.replace("service: {", "service: {gate: {lanes: 1}, "));
    let small =
        br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"small"}}]}]}]}"#;
    let mut lost = 0;
    for _ in 0..4 {
        // The first one that an instance sees is honest; what comes back from the small one was judged, or is told of.
        lost += rejected(&send(&gate));
        lost += rejected(&post(
            gate.http,
            Signal::Logs,
            "application/json",
            &[],
            small,
        ));
    }
    let ended = gate.stop();
    assert!(lost > 0, "some instance saw both");
    assert_eq!(
        delivered(&ended).len() as u64 + lost,
        4 * (RECORDS as u64 + 1)
    );
}

#[test]
fn a_field_that_is_put_twice_is_there_once() {
    let gate = Gate::start(&configuration(&[(
        "wasm/hostile",
        hostile("put_twice", "always", ""),
    )]));
    let lost = rejected(&send(&gate));
    let out = delivered(&gate.stop());
    assert_eq!(out.len() as u64 + lost, RECORDS as u64);
    for (_, keys) in &out {
        assert_eq!(keys.iter().filter(|key| *key == "seen").count(), 1);
    }
}

#[test]
fn a_policy_that_leaves_secrets_behind_is_caught_at_the_end() {
    let gate = Gate::start(&configuration(&[(
        "wasm/hostile",
        hostile("honest", "always", "ensure: ['AKIA[0-9A-Z]{16}']"),
    )]));
    let answer = send(&gate);
    assert_eq!(rejected(&answer), RECORDS as u64, "each record holds one");
    let ended = gate.stop();
    assert!(delivered(&ended).is_empty());
    assert!(!ended.log.contains("AKIA") && !answer.text().contains("AKIA"));
    assert!(
        ended.log.contains("wasm/hostile") && ended.log.contains("log.attributes"),
        "the alarm names stage and place: {}",
        ended.log
    );
}

#[test]
fn a_redaction_that_lets_everything_through_is_caught_by_its_own_rules() {
    // No answer fits, so that every record goes on as it came.
    let wrong = "on_error: pass, accept_leaks: true, outcome: 1B";
    let redaction = |gate: String| {
        format!(
            "{{allow_all_keys: true, blocked_values: ['AKIA[0-9A-Z]{{16}}'], gate: {{{gate}}}}}"
        )
    };
    let gate = Gate::start(&configuration(&[(
        "redaction",
        redaction(wrong.to_owned()),
    )]));
    assert_eq!(rejected(&send(&gate)), 0);
    let ended = gate.stop();
    assert!(ended.lines("out").join("").contains("AKIA"), "it is wrong");

    let ensured = redaction(format!("{wrong}, ensure: redaction"));
    let gate = Gate::start(&configuration(&[("redaction", ensured)]));
    let answer = send(&gate);
    assert_eq!(rejected(&answer), RECORDS as u64);
    let ended = gate.stop();
    assert!(delivered(&ended).is_empty());
    // The warning shows the line of the configuration, and so the pattern.
    assert!(!ended.log.contains("AKIAIOSFODNN7") && !answer.text().contains("AKIA"));

    // A right one under the same condition raises no alarm.
    let right = redaction("ensure: redaction".to_owned());
    let gate = Gate::start(&configuration(&[("redaction", right)]));
    assert_eq!(rejected(&send(&gate)), 0);
    let ended = gate.stop();
    assert_eq!(delivered(&ended).len(), RECORDS);
    assert!(!ended.lines("out").join("").contains("AKIA"));
}

#[test]
fn log_lines_of_a_guest_are_shown_only_where_the_stage_says_so() {
    for (logs, shown) in [("false", false), ("true", true)] {
        let gate = Gate::start(&configuration(&[(
            "wasm/hostile",
            hostile("log_content", "always", &format!("logs: {logs}")),
        )]));
        assert_eq!(rejected(&send(&gate)), 0);
        let ended = gate.stop();
        assert_eq!(
            ended.log.contains("poison"),
            shown,
            "logs: {logs}: {}",
            ended.log
        );
        let stage = ended
            .log
            .lines()
            .find(|line| line.contains("log_lines="))
            .unwrap();
        assert!(
            !stage.contains("log_lines=0"),
            "the lines are counted: {stage}"
        );
    }
}

#[test]
fn manifests_beyond_what_is_offered_are_refused_at_load() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    for behaviour in REFUSED {
        let component = tollgate_tests::gate::guest("hostile").display().to_string();
        let text = configuration(&[(
            "wasm/hostile",
            hostile(behaviour, "always", "time: 20ms, memory: 16MiB"),
        )]);
        std::fs::write(
            &file,
            text.replace("{guest:hostile}", &component)
                .replace("{http}", "127.0.0.1:4318"),
        )
        .unwrap();
        let (status, _, said) = run(&["validate", "--config", file.to_str().unwrap()]);
        assert_eq!(status, Some(78), "{behaviour}: {said}");
        assert!(
            said.contains("config.yaml:"),
            "{behaviour}: it says where: {said}"
        );
    }
}

#[test]
fn a_spy_sees_what_it_declared_and_no_more() {
    let spy = "{component: '{guest:hostile}', config: {behaviour: spy, reads: ['attributes[\"victim\"]']}}".to_owned();
    let gate = Gate::start(&configuration(&[("wasm/spy", spy)]));
    assert_eq!(rejected(&send(&gate)), 0);
    let out = gate.stop().lines("out").join("\n");
    let request: Value = serde_json::from_str(&out).unwrap();
    let first = &request["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["attributes"];
    let report = |key: &str| {
        first
            .as_array()
            .unwrap()
            .iter()
            .find(|attribute| attribute["key"] == key)
            .unwrap()["value"]
            .clone()
    };
    assert_eq!(report("spy.paths")["stringValue"], "attributes[\"victim\"]");
    assert_eq!(report("spy.cells")["intValue"], RECORDS.to_string());
    assert_eq!(
        report("spy.text")["stringValue"].as_str().unwrap(),
        "v".repeat(RECORDS),
        "no other text crossed"
    );
}

#[test]
fn a_component_that_wants_wasi_or_is_none_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let wants = r#"(component (import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func (result u64))))))"#;
    for (name, text, reason) in [
        ("wasi.wasm", wants, "wasi:clocks/wall-clock@0.2.0"),
        ("core.wasm", "(module)", "tollgate build"),
        ("junk.wasm", "", "component"),
    ] {
        let wasm = if text.is_empty() {
            b"junk".to_vec()
        } else {
            wat::parse_str(text).unwrap()
        };
        std::fs::write(folder.path().join(name), wasm).unwrap();
        let file = folder.path().join("config.yaml");
        std::fs::write(
            &file,
            configuration(&[("wasm/x", format!("{{component: ./{name}}}"))])
                .replace("{http}", "127.0.0.1:4318"),
        )
        .unwrap();
        let (status, _, said) = run(&["validate", "--config", file.to_str().unwrap()]);
        assert_eq!(status, Some(78), "{name}: {said}");
        assert!(said.contains(reason), "{name}: {said}");
    }
}
