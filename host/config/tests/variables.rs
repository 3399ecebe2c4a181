//! Variables and escapes in values, held against what the Collector's own tests expect.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::load_with;
use tollgate_config::{Diagnostics, Loaded, Processor, Stage};

fn policy(loaded: &Loaded) -> &Stage {
    match &loaded.config.processors[0].1 {
        Processor::Policy(stage) => stage,
        other => panic!("{other:?}"),
    }
}

/// What a policy is handed for the value `written`, a YAML value.
fn value(written: &str, env: &[(&str, &str)]) -> Result<Value, Diagnostics> {
    let text = format!(
        "processors: {{resource: {{v: {written}}}}}\n\
         receivers: {{otlp: {{protocols: {{grpc: }}}}}}\n\
         exporters: {{nop: }}\n\
         service: {{pipelines: {{logs: {{receivers: [otlp], processors: [resource], exporters: [nop]}}}}}}\n"
    );
    load_with(&text, env).map(|loaded| policy(&loaded).config["v"].clone())
}

fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn quoted(text: &Value) -> String {
    text.to_string()
}

#[test]
fn escapes_are_the_collectors() {
    let table = fixture("table_escapes.json");
    let env: Vec<(&str, &str)> = table["env"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 22);
    for row in rows {
        let actual = value(&quoted(&row["input"]), &env)
            .unwrap_or_else(|found| panic!("{}\n{found}", row["name"]));
        assert_eq!(
            actual, row["expected_default_scheme_env"],
            "{}",
            row["name"]
        );
    }
}

#[test]
fn texts_with_variables_are_the_collectors() {
    let table = fixture("table_expand_strings.json");
    let env = [
        ("HOST", "localhost"),
        ("PORT", "3044"),
        ("OS", "ubuntu"),
        ("PR", "amd"),
        ("INT", "1"),
        ("INT32", "32"),
        ("INT64", "64"),
        ("FLOAT32", "3.25"),
        ("FLOAT64", "6.4"),
        ("BOOL", "true"),
        ("TIMESTAMP", "2023-03-20T03:17:55.432328Z"),
        ("COMPLEX_VALUE", "[localhost:3042]"),
    ];
    let mut run = 0;
    for row in table["rows"].as_array().unwrap() {
        let input = row["input"].as_str().unwrap();
        // `test:` is a provider of the Collector's tests alone; without a default scheme nothing is expanded that has none.
        let unscheming = row["default_scheme_env"] == json!(false)
            && (input.contains("${HOST}") || input.contains("${PORT}"));
        if input.contains("${test:") || unscheming {
            continue;
        }
        run += 1;
        let actual = value(&quoted(&row["input"]), &env)
            .unwrap_or_else(|found| panic!("{}\n{found}", row["name"]));
        assert_eq!(actual, row["output"], "{}", row["name"]);
    }
    assert!(run >= 30, "only {run} rows were run");
}

/// Where a text is wanted, a variable is one whatever it looks like; the path of a component wants a text.
fn text(written: &str, env: &[(&str, &str)]) -> Result<String, Diagnostics> {
    let document = format!(
        "processors: {{wasm: {{component: {written}}}}}\n\
         receivers: {{otlp: {{protocols: {{grpc: }}}}}}\n\
         exporters: {{nop: }}\n\
         service: {{pipelines: {{logs: {{receivers: [otlp], processors: [wasm], exporters: [nop]}}}}}}\n"
    );
    load_with(&document, env).map(|loaded| match &policy(&loaded).component {
        tollgate_config::Component::File(path) => path.to_str().unwrap().to_owned(),
        tollgate_config::Component::Stock(_) => panic!("not a file"),
    })
}

#[test]
fn variables_take_the_type_that_is_wanted() {
    let table = fixture("table_type_casting.json");
    let rows = table["rows"].as_array().unwrap();
    assert!(rows.len() > 40);
    for row in rows {
        let env_value = row["env_value"].as_str().unwrap();
        // The second time the variable only names another one.
        for env in [
            vec![("ENV", env_value)],
            vec![("ENV", "${env:ENV2}"), ("ENV2", env_value)],
        ] {
            let env: Vec<(&str, &str)> = env
                .into_iter()
                .chain([("ENV_VALUE", "testreceiver")])
                .collect();
            let target = row["target"].as_str().unwrap();
            let actual = match target {
                "string" => text("'${env:ENV}'", &env).map(Value::String),
                "inline_string" => value("'inline field with ${env:ENV} expansion'", &env),
                _ => value("'${env:ENV}'", &env),
            };
            match (&row["expected"], actual) {
                (Value::Null, Err(_)) => {}
                // A policy is handed a text, and refuses it itself.
                (Value::Null, Ok(Value::String(_))) if target == "int" || target == "bool" => {}
                (Value::Null, Ok(Value::Number(_))) if target == "bool" => {}
                (Value::Null, Ok(other)) => panic!("{row}: {other} instead of an error"),
                (_, Err(found)) => panic!("{row}: {found}"),
                (expected, Ok(actual)) => assert_eq!(&actual, expected, "{row}"),
            }
        }
    }
}

#[test]
fn variables_may_be_whole_parts_of_a_policys_configuration() {
    let env = [("LIST", "[{a: 1}, '$${x}', yes]"), ("EMPTY", "")];
    assert_eq!(
        value("{deep: [['${env:LIST}']]}", &env).unwrap(),
        json!({"deep": [[[{"a": 1}, "${x}", "yes"]]]})
    );
    assert_eq!(value("'${env:EMPTY}'", &env).unwrap(), Value::Null);
    assert_eq!(value("'${env:MISSING:-}'", &env).unwrap(), json!(""));
    assert_eq!(
        value("'${env:EMPTY:-x}'", &env).unwrap(),
        Value::Null,
        "set, if to nothing"
    );
    assert_eq!(value("'${env:MISSING:-12}'", &env).unwrap(), json!(12));
}

#[test]
fn an_escaped_reference_does_not_hide_the_ones_after_it() {
    assert_eq!(
        value("'$${a} ${env:B}'", &[("B", "b")]).unwrap(),
        json!("${a} b")
    );
}

#[test]
fn keys_stay_as_they_are() {
    assert_eq!(
        value("{'$${a}': 1, '${env:B}': 2}", &[("B", "b")]).unwrap(),
        json!({"$${a}": 1, "${env:B}": 2})
    );
}
