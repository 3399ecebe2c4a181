//! Variables and escapes in values, held against what the Collector's own tests expect.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test may panic"
)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::{Around, Typed, load_with};
use tollgate_config::{Component, Diagnostics, Loaded, Options, Processor, Stage, examine, load};

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

/// Runs the rows of a table, says how many pass, and fails if one does not.
fn run(table: &str, rows: &[Value], passes: impl Fn(&Value) -> Result<(), String>) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(format!("{row}\n  {}", passes(row).err()?)))
        .collect();
    println!(
        "confmap {table}: {} of {} rows pass",
        rows.len() - wrong.len(),
        rows.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn same(actual: Result<Value, Diagnostics>, expected: &Value) -> Result<(), String> {
    match actual {
        Ok(actual) if actual == *expected => Ok(()),
        Ok(actual) => Err(format!("is {actual}")),
        Err(found) => Err(found.to_string()),
    }
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
    run("escapes", rows, |row| {
        same(
            value(&quoted(&row["input"]), &env),
            &row["expected_default_scheme_env"],
        )
    });
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
    // `test:` is a provider of the Collector's tests that gives back what it is asked for, as `yaml:` does with such texts. Where
    // there is no default scheme nothing is expanded that has none; a Collector's program always has one.
    let (rows, others): (Vec<Value>, Vec<Value>) = table["rows"]
        .as_array()
        .unwrap()
        .iter()
        .cloned()
        .partition(|row| {
            let input = row["input"].as_str().unwrap();
            row["default_scheme_env"] != json!(false)
                || !["${HOST}", "${PORT}"]
                    .iter()
                    .any(|name| input.contains(name))
        });
    println!(
        "confmap expand_strings: {} rows of a program without default scheme left out",
        others.len()
    );
    assert!(rows.len() >= 44, "only {} rows are run", rows.len());
    run("expand_strings", &rows, |row| {
        let written = quoted(&row["input"]).replace("${test:", "${yaml:");
        let actual = value(&written, &env);
        // The provider of the tests gives texts alone.
        let actual = actual.map(|actual| match actual {
            Value::Number(number) => Value::String(number.to_string()),
            other => other,
        });
        same(actual, &row["output"])
    });
}

/// What a policy is handed whose schema says which type it wants.
fn typed(target: &str, written: &str, env: &[(&str, &str)]) -> Result<Value, Diagnostics> {
    let text = format!(
        "processors: {{attributes: {{'{target}': {written}}}}}\n\
         receivers: {{otlp: {{protocols: {{grpc: }}}}}}\n\
         exporters: {{nop: }}\n\
         service: {{pipelines: {{logs: {{receivers: [otlp], processors: [attributes], exporters: [nop]}}}}}}\n"
    );
    load(
        &[support::text(&text)],
        &Around::new(env, &[]),
        &Typed,
        &Options::default(),
    )
    .map(|loaded| policy(&loaded).config[target].clone())
}

fn is_of(target: &str, value: &Value) -> bool {
    match target {
        "int" => value.is_i64(),
        "bool" => value.is_boolean(),
        "slice" => value.is_array(),
        _ => value.is_string(),
    }
}

#[test]
fn variables_take_the_type_that_is_wanted() {
    let table = fixture("table_type_casting.json");
    let rows = table["rows"].as_array().unwrap();
    assert!(rows.len() > 40);
    run("type_casting", rows, |row| {
        let env_value = row["env_value"].as_str().unwrap();
        let target = row["target"].as_str().unwrap();
        // The second time the variable only names another one.
        for env in [
            vec![("ENV", env_value)],
            vec![("ENV", "${env:ENV2}"), ("ENV2", env_value)],
        ] {
            let env: Vec<(&str, &str)> = env
                .into_iter()
                .chain([("ENV_VALUE", "testreceiver")])
                .collect();
            let written = match target {
                "inline_string" => "'inline field with ${env:ENV} expansion'",
                _ => "'${env:ENV}'",
            };
            let actual = typed(target, written, &env);
            if row.get("expected").is_some() {
                same(actual, &row["expected"])?;
            } else if row.get("resolve_error_contains").is_some() {
                if let Ok(actual) = actual {
                    return Err(format!("is {actual} instead of an error"));
                }
            } else if let Ok(actual) = actual
                && is_of(target, &actual)
            {
                // What is of another type is refused by the policy.
                return Err(format!("is {actual} instead of another type"));
            }
        }
        Ok(())
    });
}

#[test]
fn variables_within_lists_and_maps_take_the_type_that_is_wanted() {
    let table = fixture("table_type_casting.json");
    let rows = table["extra"].as_array().unwrap();
    run("type_casting extra", rows, |row| {
        let env: Vec<(&str, &str)> = row["env"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        let target = row["target"].as_str().unwrap();
        let written = row["yaml"]
            .as_str()
            .unwrap()
            .strip_prefix("field:")
            .unwrap();
        let written = match written.trim() {
            block if block.starts_with("key:") => "{key: '${env:VALUE}'}".to_owned(),
            "${env:ENV}" => "'${env:ENV}'".to_owned(),
            flow => flow.to_owned(),
        };
        let actual = typed(target, &written, &env);
        // Nothing is the zero of a number in a Collector; a policy has its own default for it.
        let actual = actual.map(|actual| match actual {
            Value::Null if target == "int" => json!(0),
            other => other,
        });
        same(actual, &row["expected"])
    });
}

#[test]
fn one_text_with_commas_is_a_list_where_a_list_of_texts_is_wanted() {
    assert_eq!(
        typed("list<string>", "'a,b'", &[]).unwrap(),
        json!(["a", "b"])
    );
    assert_eq!(typed("list<string>", "''", &[]).unwrap(), json!([]));
    assert_eq!(typed("string", "'a,b'", &[]).unwrap(), json!("a,b"));
}

/// The path of a component wants a text.
#[test]
fn a_path_is_a_text_whatever_it_looks_like() {
    let document = "processors: {wasm: {component: '${env:ENV}'}}
receivers: {otlp: {protocols: {grpc: }}}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [wasm], exporters: [nop]}}}
";
    let loaded = load_with(document, &[("ENV", "0123")]).unwrap();
    assert_eq!(
        policy(&loaded).component,
        Component::File(std::path::PathBuf::from("0123"))
    );
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
fn a_variable_is_put_in_wherever_it_stands_in_a_text() {
    let env = [("B", "b")];
    assert_eq!(value("'$${a} ${env:B}'", &env).unwrap(), json!("${a} b"));
    // As in a Collector, its escaped twin is replaced, too.
    assert_eq!(value("'$${env:B} ${env:B}'", &env).unwrap(), json!("$b b"));
}

#[test]
fn keys_stay_as_they_are() {
    assert_eq!(
        value("{'$${a}': 1, '${env:B}': 2}", &[("B", "b")]).unwrap(),
        json!({"$${a}": 1, "${env:B}": 2})
    );
}

#[test]
fn keys_that_a_schema_does_not_know_are_told_and_the_rest_goes_to_the_policy() {
    let text = "receivers: {otlp: {protocols: {grpc: }}}
processors: {attributes: {strng: a, int: 7, 'list<map<string,list<string>>>': [{x: [b]}], other: 1}}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [attributes], exporters: [nop]}}}
";
    let examined = examine(
        &[support::text(text)],
        &Around::default(),
        &Typed,
        &Options::default(),
    )
    .unwrap();
    let said = examined.found.render(false);
    assert!(
        said.contains("processors::attributes: there is no key `strng`"),
        "{said}"
    );
    assert!(
        said.contains("did you mean `string`?") && said.contains("no key `other`"),
        "{said}"
    );
    assert_eq!(examined.found.len(), 2);
    let Processor::Policy(stage) = &examined.config.processors[0].1 else {
        panic!("it is no policy")
    };
    assert_eq!(
        stage.config,
        json!({"int": 7, "list<map<string,list<string>>>": [{"x": ["b"]}]})
    );
    assert!(examined.config.pipelines.is_empty(), "nothing runs of it");
}
