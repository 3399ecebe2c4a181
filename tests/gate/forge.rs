//! `new`, `build`, `inspect` and `bench`, as somebody types them in an empty folder, in each language.
//!
//! The tools of Python and JavaScript come from registries. Where they cannot be had the tests say so and pass, but not in CI.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tollgate_tests::gate::binary;

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize().unwrap()
}

/// A folder in which somebody works.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>, within: &str) -> Command {
        let tools = root().join("target/languages");
        let mut path = vec![
            binary().parent().unwrap().to_owned(),
            tools.join("node_modules/.bin"),
        ];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
        let mut command = Command::new(program);
        command
            .current_dir(self.path().join(within))
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("XDG_CACHE_HOME", root().join("target/tmp/cache"))
            // What the other policies were compiled with is there already; so each test's policy needs a name of its own.
            .env("CARGO_TARGET_DIR", root().join("target/wasm"))
            .env_remove("RUST_BACKTRACE");
        if tools.join("venv/bin/componentize-py").exists() {
            command.env("VIRTUAL_ENV", tools.join("venv"));
        }
        command
    }

    /// Types a command of tollgate, which has to succeed.
    fn types(&self, within: &str, arguments: &[&str]) -> String {
        let output = self.tries(within, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", all(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn tries(&self, within: &str, arguments: &[&str]) -> Output {
        self.command(binary(), within)
            .args(arguments)
            .output()
            .unwrap()
    }
}

fn all(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Whether a language's tools can be had. Says so where not, and fails in CI.
fn has(what: &str, tool: &Path) -> bool {
    if tool.exists() {
        return true;
    }
    let cure = format!("{what} is not here: `make languages` installs it");
    assert!(std::env::var_os("CI").is_none(), "{cure}");
    eprintln!("skipped: {cure}");
    false
}

fn tool(name: &str) -> PathBuf {
    root().join("target/languages").join(name)
}

/// What is the same in every language, once the policy is made.
fn goes_on(desk: &Desk, name: &str, language: &str) {
    let built = desk.types(name, &["build"]);
    assert!(
        built.contains(&format!("{name}.wasm is written")),
        "{built}"
    );
    assert!(!built.contains("wasi"), "{built}");
    let again = desk.types(name, &["build", "--output", "."]);
    assert!(again.contains("sha-256"), "{again}");

    let inspected = desk.types(name, &["inspect", &format!("{name}.wasm")]);
    for shown in [
        format!("{name} 0.1.0: Drops records by the value of one attribute."),
        "world    tollgate:policy/".to_owned(),
        format!("language {language}"),
    ] {
        assert!(inspected.contains(&shown), "{shown}\n{inspected}");
    }

    let tested = desk.types(name, &["test"]);
    assert!(tested.contains("2 passed"), "{tested}");
    let configuration =
        std::fs::read_to_string(desk.path().join(name).join("config.yaml")).unwrap();
    assert!(configuration.starts_with("# yaml-language-server: $schema=tollgate.schema.json"));
    let schema = desk.path().join(name).join("tollgate.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    assert!(schema.is_object());
    desk.types(name, &["validate", "--config", "config.yaml"]);
}

#[test]
fn a_policy_in_rust_goes_from_nothing_to_tested_with_the_binary_alone() {
    let desk = Desk::new();
    let made = desk.types("", &["new", "token_guard"]);
    assert!(made.contains("token_guard/.tollgate  (the SDK)"), "{made}");
    goes_on(&desk, "token_guard", "Rust");

    // A panic is told by its message and its place, where the policy is tried.
    let source = desk.path().join("token_guard/src/lib.rs");
    let text = std::fs::read_to_string(&source).unwrap();
    let mark = "record.set(self.marks, self.mark, true);";
    assert!(text.contains(mark));
    std::fs::write(
        &source,
        text.replace(mark, "panic!(\"no price for this\");"),
    )
    .unwrap();
    desk.types("token_guard", &["build"]);
    std::fs::write(desk.path().join("one.log"), "one line\n").unwrap();
    let tried = desk.tries(
        "token_guard",
        &["try", "--config", "config.yaml", "--json", "../one.log"],
    );
    let report: Value = serde_json::from_slice(&tried.stdout).unwrap();
    let failure = report.pointer("/requests/0/records/0/failures/0").unwrap();
    assert_eq!(failure["kind"], "trap");
    let said = failure["said"].as_str().unwrap();
    assert!(
        said.contains("no price for this") && said.contains("src/lib.rs"),
        "{failure}"
    );
    let functions = failure["backtrace"].as_array().unwrap();
    let is_ours = |function: &Value| function.as_str().unwrap().contains("token_guard");
    assert!(functions.iter().any(is_ours), "{failure}");
}

#[test]
fn a_build_that_watches_builds_again_on_a_save_and_survives_mistakes() {
    let desk = Desk::new();
    desk.types("", &["new", "token_watch"]);
    let mut watching = desk
        .command(binary(), "token_watch")
        .args(["build", "--watch"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    let mut built = lines
        .map_while(Result::ok)
        .filter(|line| line.contains("sha-256"));
    let source = desk.path().join("token_watch/src/lib.rs");
    let text = std::fs::read_to_string(&source).unwrap();
    let first = built.next().unwrap();
    assert!(first.contains("is written"), "{first}");
    // A mistake in between is told, and the next save is seen as well.
    std::fs::write(&source, "no rust").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let changed = text.replace("summary: \"Drops", "summary: \"Throws away");
    assert_ne!(text, changed);
    std::fs::write(&source, changed).unwrap();
    let second = built.next().unwrap();
    assert!(second.contains("is written"), "{second}");
    watching.kill().unwrap();
    watching.wait().unwrap();
    let inspected = desk.types("token_watch", &["inspect", "token_watch.wasm"]);
    assert!(inspected.contains("Throws away records"), "{inspected}");
}

#[test]
fn a_policy_in_python_goes_from_nothing_to_tested() {
    if !has("componentize-py", &tool("venv/bin/componentize-py")) {
        return;
    }
    let desk = Desk::new();
    desk.types("", &["new", "token_guard", "--lang", "python"]);
    let native = desk
        .command("python3", "token_guard")
        .args(["-m", "unittest", "discover", "-s", "tests"])
        .env("PYTHONPATH", ".:.tollgate/plugins/sdk-python/src")
        .output()
        .unwrap();
    assert!(native.status.success(), "{}", all(&native));
    goes_on(&desk, "token_guard", "Python");
}

#[test]
fn a_policy_in_javascript_goes_from_nothing_to_tested() {
    if !has("jco", &tool("node_modules/.bin/jco")) {
        return;
    }
    let desk = Desk::new();
    desk.types("", &["new", "token_guard", "--lang", "js"]);
    goes_on(&desk, "token_guard", "JavaScript");
    let native = desk
        .command("npm", "token_guard")
        .arg("test")
        .output()
        .unwrap();
    assert!(native.status.success(), "{}", all(&native));
}

#[test]
fn what_cannot_be_built_is_said_with_the_cure() {
    let desk = Desk::new();
    let nothing = desk.tries("", &["build"]);
    assert!(!nothing.status.success());
    assert!(
        all(&nothing).contains("`tollgate new`"),
        "{}",
        all(&nothing)
    );
    let name = desk.tries("", &["new", "Token-Guard"]);
    assert!(all(&name).contains("lower-case letters"), "{}", all(&name));

    let other = wat::parse_str(
        r#"(component
            (import "wasi:http/types@0.2.3" (instance))
            (instance $i) (export "wasi:http/incoming-handler@0.2.3" (instance $i)))"#,
    );
    std::fs::write(desk.path().join("other.wasm"), other.unwrap()).unwrap();
    let said = desk.tries("", &["inspect", "other.wasm"]);
    assert!(
        all(&said).contains("another world: it exports wasi:http/incoming-handler@0.2.3"),
        "{}",
        all(&said)
    );

    let old = wat::parse_str(
        r#"(component (instance $i) (export "tollgate:policy/policy@0.2.0" (instance $i)))"#,
    );
    std::fs::write(desk.path().join("old.wasm"), old.unwrap()).unwrap();
    let said = desk.tries("", &["inspect", "old.wasm"]);
    assert!(
        all(&said).contains("tollgate:policy/policy@0.2.0"),
        "{}",
        all(&said)
    );
    assert!(all(&said).contains("--sdk-only"), "{}", all(&said));
}

#[test]
fn what_a_policy_costs_is_measured_beside_one_that_does_nothing() {
    let desk = Desk::new();
    let bench = |more: &[&str]| {
        let mut arguments = vec![
            "bench",
            "--policy",
            "redaction",
            "--settings",
            "{allow_all_keys: true, blocked_values: ['[a-z.]+@[a-z.]+']}",
            "--sample",
            "otel-demo",
            "--seconds",
            "0.2",
        ];
        arguments.extend(more);
        desk.types("", &arguments)
    };
    let measured: Value = serde_json::from_str(&bench(&["--json"])).unwrap();
    let stages = measured["stages"].as_array().unwrap();
    assert!(!stages.is_empty());
    for stage in stages {
        assert_eq!(stage["stage"], "redaction");
        let number = |pointer: &str| stage.pointer(pointer).and_then(Value::as_f64).unwrap();
        assert!(number("/cost/records_per_second") > 0.0);
        assert!(number("/cost/p99_us") >= number("/cost/p50_us"));
        assert!(number("/cost/memory") >= 65_536.0);
        assert!(number("/idle/records_per_second") > 0.0);
        assert!(number("/times_idle") > 0.0, "{stage}");
        let fuel = number("/cost/fuel_per_record");
        assert!(fuel > number("/idle/fuel_per_record"), "{stage}");
    }
    // Instructions do not depend on the machine, nor on what else it does.
    let again: Value = serde_json::from_str(&bench(&["--json"])).unwrap();
    let fuel = |measured: &Value| -> Vec<Value> {
        let stages = measured["stages"].as_array().unwrap();
        stages
            .iter()
            .map(|stage| stage["cost"]["fuel_per_record"].clone())
            .collect()
    };
    assert!(
        fuel(&measured)
            .iter()
            .all(|fuel| fuel.as_f64().unwrap() > 0.0)
    );
    assert_eq!(fuel(&measured), fuel(&again));

    let table = bench(&[]);
    assert!(table.contains("a policy that does nothing"), "{table}");
    assert!(
        !table.contains('\u{1b}'),
        "no colours and no bar without a terminal: {table}"
    );

    let nothing = desk.tries(
        "",
        &[
            "bench",
            "--rule",
            "IsMatch(body, \"x\")",
            "--sample",
            "codex",
            "--seconds",
            "0",
        ],
    );
    assert_eq!(nothing.status.code(), Some(2));
}

/// What `try` tells of the first record, of which the hostile guest fails in this way.
fn failure(behaviour: &str) -> Value {
    let desk = Desk::new();
    std::fs::write(desk.path().join("one.log"), "one line\n").unwrap();
    let guest = root().join("target/guests/hostile.wasm");
    let settings = format!("{{behaviour: {behaviour}, when: always, signals: [logs]}}");
    let said = desk.tries(
        "",
        &[
            "try",
            "--policy",
            guest.to_str().unwrap(),
            "--settings",
            &settings,
            "--gate",
            "{time: 20ms, memory: 16MiB}",
            "--json",
            "one.log",
        ],
    );
    let report: Value =
        serde_json::from_slice(&said.stdout).unwrap_or_else(|_| panic!("{}", all(&said)));
    let failure = report.pointer("/requests/0/records/0/failures/0").cloned();
    failure.unwrap_or_else(|| panic!("{report}"))
}

#[test]
fn a_guest_that_fails_in_a_trial_is_told_with_its_functions() {
    for (behaviour, kind) in [
        ("trap", "trap"),
        ("loop", "deadline"),
        ("recursion", "trap"),
    ] {
        let failure = failure(behaviour);
        assert_eq!(failure["kind"], kind, "{failure}");
        let functions = failure["backtrace"].as_array().unwrap();
        let is_named = |function: &Value| function.as_str().unwrap().contains("hostile");
        assert!(functions.iter().any(is_named), "{failure}");
    }
    let failure = failure("error");
    let said = failure["said"].as_str().unwrap();
    assert!(said.ends_with("one line"), "the guest's own words: {said}");
}
