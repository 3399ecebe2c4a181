//! Policies in Rust, Python and JavaScript: the same components of the same sources, whatever the language. `make languages` installs what
//! builds the last two.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value, json};
use tollgate_tests::gate::guest;
use tollgate_tests::typed::{Said, command};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where `make languages` installs, and where components go.
fn workshop() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let target = own
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file());
    let folder = target.unwrap().join("languages");
    assert!(
        folder.join("venv").is_dir() && folder.join("node_modules").is_dir(),
        "install what builds policies in Python and JavaScript: `make languages`"
    );
    folder
}

fn said(mut command: Command) -> Said {
    let output = command.output().unwrap();
    Said {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Builds the package in a folder as an author does, with the tools that are installed.
fn built(folder: &str, name: &str) -> PathBuf {
    let workshop = workshop();
    let component = workshop.join(format!("{name}.wasm"));
    let mut build = command(
        &root(),
        &["build", folder, "-o", component.to_str().unwrap()],
    );
    let tools = [
        workshop.join("node_modules/.bin"),
        workshop.join("venv/bin"),
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(tools.into_iter().chain(std::env::split_paths(&path))).unwrap();
    build
        .env("VIRTUAL_ENV", workshop.join("venv"))
        .env("PATH", path);
    let done = said(build);
    assert_eq!(done.status, Some(0), "{}{}", done.out, done.err);
    assert!(
        done.out
            .contains("it imports tollgate:policy/host@0.1.0, tollgate:policy/batch@0.1.0\n"),
        "nothing but the interface is imported: {}",
        done.out
    );
    component
}

/// The policy of the examples, in each language.
static COSTS: LazyLock<[PathBuf; 3]> = LazyLock::new(|| {
    [
        guest("cost"),
        built("examples/cost-python", "cost-python"),
        built("examples/cost-js", "cost-js"),
    ]
});

/// One that sends back everything that it sees, in both languages that have no compiler to watch over them.
static ECHOES: LazyLock<[PathBuf; 2]> = LazyLock::new(|| {
    [
        built("tests/fixtures/languages/python", "echo-python"),
        built("tests/fixtures/languages/javascript", "echo-js"),
    ]
});

fn tried(component: &Path, gate: &Value, more: &[&str]) -> Said {
    let gate = gate.to_string();
    let component = component.to_str().unwrap();
    let arguments = [
        &["try", "--json", "--policy", component, "--gate", &gate],
        more,
    ]
    .concat();
    said(command(&root(), &arguments))
}

#[test]
fn each_language_gives_the_same_output_for_what_agents_send() {
    let mut telemetry: Vec<String> = Vec::new();
    for agent in ["claude-code", "codex", "gemini-cli"] {
        let recorded = fs::read_dir(root().join("tests/fixtures/telemetry").join(agent)).unwrap();
        for session in recorded {
            let files = fs::read_dir(session.unwrap().path()).unwrap();
            let paths = files.map(|file| file.unwrap().path());
            telemetry.extend(
                paths
                    .filter(|path| {
                        path.file_name()
                            .unwrap()
                            .to_str()
                            .unwrap()
                            .starts_with("logs-")
                    })
                    .map(|path| path.to_str().unwrap().to_owned()),
            );
        }
    }
    telemetry.sort();
    let more: Vec<&str> = ["--settings", "prices_file: prices"]
        .into_iter()
        .chain(telemetry.iter().map(String::as_str))
        .collect();
    let gate = json!({ "files": { "prices": root().join("examples/cost/prices.json") } });
    let [rust, python, javascript] = COSTS.each_ref().map(|cost| tried(cost, &gate, &more));
    assert_eq!((rust.status, rust.err.as_str()), (Some(0), ""));
    let counted: Value = serde_json::from_str(&rust.out).unwrap();
    assert!(
        counted["summary"]["changed"].as_u64().unwrap() >= 20,
        "{}",
        counted["summary"]
    );
    assert_eq!(python, rust, "Python and Rust");
    assert_eq!(javascript, rust, "JavaScript and Rust");
}

#[test]
fn the_golden_cases_hold_in_each_language() {
    for cost in COSTS.iter() {
        let mut test = command(&root().join("examples/cost"), &["test", "cost.test.yaml"]);
        test.env("COST_WASM", cost);
        let tested = said(test);
        assert_eq!(
            tested.status,
            Some(0),
            "{}: {}{}",
            cost.display(),
            tested.out,
            tested.err
        );
    }
}

/// What `verb` says of a stage with this configuration.
fn asked(verb: &str, component: &Path, config: &Value) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let configuration = json!({
        "receivers": { "otlp": { "protocols": { "http": null } } },
        "processors": { "wasm/cost": { "component": component, "config": config } },
        "exporters": { "debug": null },
        "service": { "pipelines": { "logs": {
            "receivers": ["otlp"], "processors": ["wasm/cost"], "exporters": ["debug"],
        } } },
    });
    fs::write(folder.path().join("config.yaml"), configuration.to_string()).unwrap();
    let mut answer = said(command(folder.path(), &[verb, "--config", "config.yaml"]));
    // What stands above is the component alone, which differs.
    for text in [&mut answer.out, &mut answer.err] {
        *text = text.replace(component.to_str().unwrap(), "COMPONENT");
    }
    answer
}

#[test]
fn each_language_finds_the_same_mistakes_in_the_same_places() {
    let wrong = [
        json!({}),
        json!({ "prices": { "x": { "input": -1, "output": 1 }, "a/b": { "input": 1, "output": -1 } }, "attribute": "" }),
        json!({ "price": {} }),
        json!({ "prices": { "x": { "input": 1 } } }),
        json!({ "prices": { "x": { "input": 1, "output": 1, "cached": 1 } } }),
        json!({ "prices_file": "nowhere" }),
    ];
    for config in wrong {
        // Each answer with the lines that show the configuration left out: the component's name has another length in each.
        let [rust, python, javascript] = COSTS.each_ref().map(|cost| {
            let answer = asked("validate", cost, &config);
            assert_eq!(answer.status, Some(78), "{}", answer.err);
            let lines = answer
                .err
                .lines()
                .filter(|line| line.starts_with("error") || line.contains("= help"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        });
        assert!(!rust.is_empty(), "{config}");
        assert_eq!(python, rust, "Python and Rust: {config}");
        assert_eq!(javascript, rust, "JavaScript and Rust: {config}");
    }
}

#[test]
fn each_language_asks_for_the_same_rights() {
    let config = json!({ "prices": { "x": { "input": 1, "output": 1 } }, "attribute": "price \"per\" call" });
    let [rust, python, javascript] = COSTS.each_ref().map(|cost| {
        let answer = asked("inspect", cost, &config);
        assert_eq!(answer.status, Some(0), "{}", answer.err);
        let lines = answer.out.lines().filter(|line| {
            ["reads", "writes", "drops", "rules"]
                .iter()
                .any(|word| line.contains(word))
        });
        lines.map(str::to_owned).collect::<Vec<_>>()
    });
    assert!(
        rust.iter()
            .any(|line| line.contains("price \\\"per\\\" call")),
        "{rust:?}"
    );
    assert_eq!(python, rust, "Python and Rust");
    assert_eq!(javascript, rust, "JavaScript and Rust");
}

#[test]
fn every_value_comes_back_across_the_wall_as_it_was() {
    let echo = "tests/fixtures/languages/echo.json";
    let gate = json!({ "keys": { "tenant": "0123456789abcdef0123456789abcdef" } });
    let [mut python, mut javascript] = ECHOES.each_ref().map(|component| {
        let tried = tried(component, &gate, &[echo]);
        assert_eq!(tried.status, Some(1), "a call failed: {}", tried.err);
        serde_json::from_str::<Value>(&tried.out).unwrap()
    });
    for (answer, place) in [(&mut python, "echo.py"), (&mut javascript, "bundle.js")] {
        let records = answer["requests"][0]["records"].as_array_mut().unwrap();
        let said = records[4]["failures"][0]["said"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            said.contains("Error: on purpose") && said.contains(place),
            "an exception says what and where: {said}"
        );
        // The rest of what an exception says is the language's own.
        for failure in records
            .iter_mut()
            .flat_map(|record| record["failures"].as_array_mut().unwrap())
        {
            failure["said"] = Value::Null;
        }
    }
    assert_eq!(python, javascript);

    let sent: Value =
        serde_json::from_str(&fs::read_to_string(root().join(echo)).unwrap()).unwrap();
    let sent = &sent["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
    let left = &python["requests"][0]["left"][0]["request"]["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
    let value = |record: &Value, key: &str| {
        let attributes = record["attributes"].as_array().unwrap();
        let found = attributes.iter().find(|attribute| attribute["key"] == key);
        found.unwrap_or_else(|| panic!("there is no `{key}`"))["value"].clone()
    };
    for attribute in sent[0]["attributes"].as_array().unwrap() {
        let key = attribute["key"].as_str().unwrap();
        assert_eq!(
            value(&left[0], &format!("copy {key}")),
            attribute["value"],
            "{key}"
        );
    }
    assert_eq!(value(&left[0], "new"), json!({ "stringValue": "kept" }));
    assert_eq!(
        left[0]["body"]["stringValue"],
        "gr\u{fc}\u{df}e \u{20ac} \u{4e2d} \u{1f600} \0\u{fffd}!"
    );
    assert_eq!(left[0]["timeUnixNano"], "18446744073709551614");
    assert_eq!(
        left[1]["body"], sent[1]["body"],
        "a raw copy keeps a doubled key"
    );
    assert_eq!(left[2]["timeUnixNano"], "9223372036854775807");
    assert_eq!(python["summary"]["dropped"], 1);
    assert_eq!(python["summary"]["failed"], 2);
}
