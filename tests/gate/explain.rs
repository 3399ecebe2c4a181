//! `tollgate explain`: which rule won, and why. `UPDATE=1` writes the golden files anew.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tollgate_tests::gate::guest;
use tollgate_tests::typed::{Said, piped, typed};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/explain")
}

/// The verb among the fixtures.
fn explained(arguments: &[&str]) -> Said {
    typed(&fixtures(), &[&["explain"], arguments].concat())
}

/// What it says if all is well.
fn out(arguments: &[&str]) -> String {
    let said = explained(arguments);
    assert_eq!(
        (said.status, said.err.as_str()),
        (Some(0), ""),
        "{}",
        said.out
    );
    said.out
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&out(&[arguments, &["--json"]].concat())).unwrap()
}

fn golden(name: &str, said: &str) {
    let file = fixtures().join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, said).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(said, expected, "{name}");
}

const NOTE: &str = r#"attributes["note"]"#;

#[test]
fn an_allowed_mail_address_and_a_card_number_in_one_value() {
    let of_note = ["--config", "puzzle.yaml", "puzzle.json", "--field", NOTE];
    golden("puzzle.txt", &out(&of_note));
    // To the Collector the one spares the other: that is why the card number leaks there.
    let as_collector = [&of_note[..], &["--compat", "collector"]].concat();
    golden("puzzle-collector.txt", &out(&as_collector));
    let told = json(&of_note);
    golden(
        "puzzle.golden.json",
        &format!("{}\n", serde_json::to_string_pretty(&told).unwrap()),
    );
    let looks = told[0]["stages"][0]["looks"].as_array().unwrap();
    let of_rule = |rule: &str| {
        let mut looks = looks.iter();
        looks.find(|look| look["rule"] == rule).unwrap().clone()
    };
    assert_eq!(of_rule("blocked_values[0]")["effect"], "applied");
    assert_eq!(of_rule("blocked_values[0]")["text"], "4111-1111-1111-1111");
    assert_eq!(of_rule("blocked_values[1]")["effect"], "spared");
    assert_eq!(of_rule("blocked_values[1]")["by"], "allowed_values[0]");
}

#[test]
fn patterns_that_overlap() {
    golden(
        "overlap.txt",
        &out(&["--config", "overlap.yaml", "overlap.log", "--field", "body"]),
    );
}

#[test]
fn a_rule_in_the_shadow_of_another_and_others_that_are_of_no_use() {
    let survey = ["--config", "shadow.yaml", "shadow.log"];
    golden("shadow.txt", &out(&survey));
    let told = json(&survey);
    let findings = |stage: usize| {
        told["stages"][stage]["findings"]
            .as_array()
            .unwrap()
            .clone()
    };
    let is_there = |stage: usize, finding: Value| {
        assert!(
            findings(stage).contains(&finding),
            "{finding} is not in {:?}",
            findings(stage)
        );
    };
    is_there(
        0,
        serde_json::json!({"finding": "shadowed", "rule": "blocked_values[1]", "by": ["blocked_values[0]"]}),
    );
    is_there(
        0,
        serde_json::json!({"finding": "never_hits", "rule": "blocked_values[2]"}),
    );
    is_there(
        1,
        serde_json::json!({"finding": "field_never_occurs", "signal": "logs", "field": "attributes[\"customer.tenant\"]", "rules": []}),
    );
    is_there(
        2,
        serde_json::json!({"finding": "matches_everything", "rule": "blocked_values[0]"}),
    );
    let one = ["--config", "shadow.yaml", "shadow.log", "--record", "2"];
    golden("shadow-record.txt", &out(&one));
}

#[test]
fn a_field_outside_of_the_manifest() {
    let of_body = [
        "--config",
        "outside.yaml",
        "outside.json",
        "--field",
        "body",
    ];
    golden("outside.txt", &out(&of_body));
    let told = json(&of_body);
    assert_eq!(told[0]["stages"][0]["sight"], "undeclared");
    assert_eq!(
        told[0]["stages"][0]["reads"],
        serde_json::json!(["attributes[\"user\"]"])
    );
}

#[test]
fn statements_and_conditions() {
    let of =
        |more: &[&str]| out(&[&["--config", "statements.yaml", "statements.json"], more].concat());
    golden("statements.txt", &of(&["--record", "1"]));
    golden("statements-all.txt", &of(&["--record", "2", "--all"]));
    golden(
        "statements-env.txt",
        &of(&["--record", "3", "--field", "log.attributes[\"env\"]"]),
    );
    golden("statements-survey.txt", &of(&[]));
}

#[test]
fn what_becomes_of_a_record_that_a_stage_fails_for() {
    for on_error in ["reject", "drop", "pass"] {
        let config = format!("on-error-{on_error}.yaml");
        golden(
            &format!("on-error-{on_error}.txt"),
            &out(&["--config", &config, "statements.json", "--record", "2"]),
        );
    }
}

fn hostile(behaviour: &str) -> String {
    format!(
        "receivers: {{otlp: {{protocols: {{http: }}}}}}\nexporters: {{nop: }}\nprocessors: {{wasm: {{component: '{}', config: {{behaviour: {behaviour}, signals: [logs]}}}}}}\nservice: {{pipelines: {{logs: {{receivers: [otlp], processors: [wasm], exporters: [nop]}}}}}}\n",
        guest("hostile").display()
    )
}

#[test]
fn a_policy_that_misbehaves_when_it_is_asked_is_told_by_its_outcome() {
    let folder = tempfile::tempdir().unwrap();
    for (behaviour, trouble) in [
        ("explain_loop", "ran out of time"),
        ("explain_trap", "trapped"),
        ("explain_unequal", "its columns differ in length"),
        ("explain_wild", "sighting 0 names"),
        ("explain_huge", "out of memory"),
    ] {
        fs::write(folder.path().join("config.yaml"), hostile(behaviour)).unwrap();
        let said = piped(
            folder.path(),
            &["explain", "--config", "config.yaml", "--record", "2", "-"],
            b"one\ntwo\nthree\n",
        );
        assert_eq!(said.status, Some(0), "{behaviour}: {}", said.err);
        assert!(said.out.contains(trouble), "{behaviour}: {}", said.out);
        assert!(
            said.out.contains("wrote it") && said.out.contains("left at logs"),
            "{behaviour}: what it did is told all the same: {}",
            said.out
        );
    }
}

#[test]
fn what_cannot_be_explained_is_said() {
    let wrong = |arguments: &[&str], expected: &str| {
        let said = explained(arguments);
        assert_eq!(said.status, Some(2), "{arguments:?}: {}", said.out);
        assert!(said.err.contains(expected), "{arguments:?}: {}", said.err);
    };
    let puzzle = ["--config", "puzzle.yaml", "puzzle.json"];
    wrong(
        &[&puzzle[..], &["--record", "2"]].concat(),
        "there is no record 2: there are 1",
    );
    wrong(
        &[&puzzle[..], &["--field", "atributes[\"note\"]"]].concat(),
        "atributes",
    );
    wrong(
        &[&puzzle[..], &["--field", "attributes[\"nothing\"]"]].concat(),
        "none of the 1 records has",
    );
}

#[test]
fn what_changed_is_explained_by_the_rule_that_changed_it() {
    let config = "../try/shop.yaml";
    let said = typed(
        &fixtures(),
        &["try", "--config", config, "--sample", "otel-demo", "--json"],
    );
    let tried: Value = serde_json::from_str(&said.out).unwrap();
    let requests = tried["requests"].as_array().unwrap();
    let records = requests
        .iter()
        .flat_map(|request| request["records"].as_array().unwrap());
    let mut explained_ones = 0;
    for (number, record) in (1..).zip(records) {
        let changes = record["changes"].as_array().unwrap();
        if changes.is_empty() {
            continue;
        }
        explained_ones += 1;
        let of_record = [
            "--config",
            config,
            "--sample",
            "otel-demo",
            "--json",
            "--record",
        ];
        let said = explained(&[&of_record[..], &[&number.to_string()]].concat());
        let told: Value = serde_json::from_str(&said.out).unwrap();
        for change in changes {
            let mut stages = told[0]["stages"].as_array().unwrap().iter();
            let stage = stages
                .find(|stage| stage["stage"] == change["stage"])
                .unwrap();
            let mut looks = stage["looks"].as_array().unwrap().iter();
            let is_told = looks.any(|look| {
                look["rule"] == change["rule"]
                    && look["effect"] == "applied"
                    && !look["did"].is_null()
            });
            assert!(is_told, "nobody says who did {change}: {stage}");
        }
    }
    assert!(explained_ones > 3, "{explained_ones}");
}
