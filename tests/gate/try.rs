//! `tollgate try`: what a user sees of a configuration before it ships. `UPDATE=1` writes the golden files anew.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tollgate_record::Signal;
use tollgate_tests::gate::guest;
use tollgate_tests::typed::{Going, Said, answers_to_saves, command, piped, typed};

const SAMPLES: [&str; 4] = ["codex", "claude", "gemini", "otel-demo"];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/try")
}

/// A verb among the fixtures.
fn tried(arguments: &[&str]) -> Said {
    typed(&fixtures(), &[&["try"], arguments].concat())
}

fn golden(name: &str, said: &str) {
    let file = fixtures().join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, said).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(said, expected, "{name}");
}

#[test]
fn what_changed_is_shown_record_by_record_and_counted_together() {
    let said = tried(&["--config", "shop.yaml", "--sample", "otel-demo"]);
    assert_eq!(
        (said.status, said.err.as_str()),
        (Some(0), ""),
        "{}",
        said.out
    );
    golden("shop.txt", &said.out);
    let all = tried(&["--config", "shop.yaml", "--sample", "otel-demo", "--all"]);
    golden("shop-all.txt", &all.out);
    let said = tried(&["--config", "agents.yaml", "--sample", "claude"]);
    golden("claude.txt", &said.out);
}

#[test]
fn colours_are_there_where_they_are_wanted() {
    let arguments = ["--config", "shop.yaml", "--sample", "otel-demo", "--color"];
    let never = tried(&[&arguments[..], &["never"]].concat());
    let auto = tried(&arguments[..4]);
    assert_eq!(never.out, auto.out, "a pipe sees no colours");
    let always = tried(&[&arguments[..], &["always"]].concat());
    assert!(
        always
            .out
            .contains("\u{1b}[1m\u{1b}[4m\u{1b}[31mjane.doe@example.com\u{1b}[0m"),
        "{}",
        always.out
    );
    let plain = regex::Regex::new("\u{1b}\\[[0-9]+m")
        .unwrap()
        .replace_all(&always.out, "")
        .into_owned();
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    };
    assert_eq!(
        lines(&plain),
        lines(&never.out),
        "colours say nothing that words do not"
    );
    let mut forced = command(
        &fixtures(),
        &["try", "--config", "shop.yaml", "--sample", "otel-demo"],
    );
    let forced = forced.env("CLICOLOR_FORCE", "1").output().unwrap();
    assert_eq!(String::from_utf8(forced.stdout).unwrap(), always.out);
}

/// On a terminal both sides stand beside each other.
#[test]
fn sides_stand_beside_each_other_on_a_terminal() {
    let binary = tollgate_tests::gate::binary();
    let typed = format!(
        "{} try --config shop.yaml --sample otel-demo",
        binary.display()
    );
    let mut script = std::process::Command::new("script");
    let shown = script
        .args(["-qec", &typed, "/dev/null"])
        .current_dir(fixtures())
        .env("COLUMNS", "120")
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let plain = regex::Regex::new("\u{1b}\\[[0-9]+m")
        .unwrap()
        .replace_all(&shown, "")
        .into_owned();
    let wanted = "    order confirmation email sent to \"jane.doe@example.com\"  │ order confirmation email sent to \"****\"";
    assert!(plain.contains(wanted), "{plain}");
    assert_ne!(plain, shown, "and in colour");
}

#[test]
fn the_report_for_programs_has_a_stable_shape() {
    let said = tried(&["--config", "shop.yaml", "--sample", "otel-demo", "--json"]);
    assert_eq!(said.status, Some(0), "{}", said.err);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    golden(
        "shop.json",
        &format!("{}\n", serde_json::to_string_pretty(&report).unwrap()),
    );
    let summary = &report["summary"];
    assert_eq!(summary["records"], 22, "{summary}");
}

/// The words of OTLP/JSON that the gate itself writes.
fn canonical(request: &str) -> (Signal, Value) {
    let value: Value = serde_json::from_str(request).unwrap();
    let keys = [
        ("resourceLogs", Signal::Logs),
        ("resourceSpans", Signal::Traces),
        ("resourceMetrics", Signal::Metrics),
    ];
    let (_, signal) = keys
        .into_iter()
        .find(|(key, _)| value.get(key).is_some())
        .unwrap();
    let wire = tollgate_json::decode(signal, request.as_bytes()).unwrap();
    let mut written = Vec::new();
    tollgate_json::encode(signal, &wire, &mut written).unwrap();
    (signal, serde_json::from_slice(&written).unwrap())
}

#[test]
fn applying_the_patch_to_what_came_gives_what_left() {
    let mut steps = 0;
    for sample in SAMPLES {
        let file = format!("../../../host/lab/src/samples/{sample}.jsonl");
        let text = fs::read_to_string(fixtures().join(&file)).unwrap();
        let arguments = ["--config", "agents.yaml", &file, "--format"];
        let patches = tried(&[&arguments[..], &["patch"]].concat());
        let otlp = tried(&[&arguments[..], &["otlp"]].concat());
        assert_eq!(
            (patches.status, otlp.status),
            (Some(0), Some(0)),
            "{}",
            patches.err
        );
        assert_eq!(
            patches.out.lines().count(),
            text.lines().count(),
            "{sample}"
        );
        for ((came, patch), left) in text.lines().zip(patches.out.lines()).zip(otlp.out.lines()) {
            let (_, mut request) = canonical(came);
            let patch: json_patch::Patch = serde_json::from_str(patch).unwrap();
            steps += patch.0.len();
            json_patch::patch(&mut request, &patch).unwrap();
            assert_eq!(
                request,
                serde_json::from_str::<Value>(left).unwrap(),
                "{sample}"
            );
        }
    }
    assert!(steps > 40, "{steps}");
}

#[test]
fn a_patch_is_of_one_exit() {
    let several = tried(&[
        "--config",
        "shop.yaml",
        "--sample",
        "otel-demo",
        "--format",
        "patch",
    ]);
    assert_eq!(several.status, Some(2));
    assert!(
        several.err.contains("--exit PIPELINE") && several.err.contains("logs/errors"),
        "{}",
        several.err
    );
    let arguments = [
        "--config",
        "shop.yaml",
        "--sample",
        "otel-demo",
        "--format",
        "otlp",
        "--exit",
    ];
    let errors = tried(&[&arguments[..], &["logs/errors"]].concat());
    assert_eq!(errors.out.lines().count(), 1, "{}", errors.err);
    assert!(
        errors.out.contains("Payment request failed") && !errors.out.contains("Charge request"),
        "{}",
        errors.out
    );
    let wrong = tried(&[&arguments[..], &["logs/nowhere"]].concat());
    assert_eq!(wrong.status, Some(2));
    assert!(
        wrong.err.contains("nothing leaves at `logs/nowhere`"),
        "{}",
        wrong.err
    );
}

#[test]
fn one_rule_is_tried_on_lines_of_text() {
    let lines = b"GET /health 200\nmail of jane.doe@example.com\nGET /orders 200\n";
    let rule = r#"IsMatch(body, "health")"#;
    let said = piped(&fixtures(), &["try", "--rule", rule], lines);
    assert_eq!(said.status, Some(0), "{}", said.err);
    assert!(
        said.out
            .contains("log record 1  GET /health 200\n    dropped by filter"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("3 records in 1 request: 1 dropped, 2 as they came"),
        "{}",
        said.out
    );
    let rule = r#"replace_pattern(body, "[a-z.]+@[a-z.]+", "****")"#;
    let said = piped(&fixtures(), &["try", "--rule", rule, "-"], lines);
    assert!(
        said.out
            .contains("- mail of jane.doe@example.com\n    + mail of ****\n"),
        "{}",
        said.out
    );
    let said = piped(
        &fixtures(),
        &[
            "try",
            "--policy",
            "redaction",
            "--settings",
            "{allow_all_keys: true, blocked_values: ['[a-z.]+@[a-z.]+']}",
        ],
        lines,
    );
    assert!(
        said.out
            .contains("redaction, rule blocked_values[0]\n    - mail of jane"),
        "{} {}",
        said.out,
        said.err
    );
}

#[test]
fn what_is_wrong_is_told_and_ends_with_its_status() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("config.yaml"), "receivers: {otlp: {protocols: {grpc: }}}\nprocessors: {redaction: {allow_all_keys: perhaps}}\nexporters: {debug: }\nservice: {pipelines: {logs: {receivers: [otlp], processors: [redaction], exporters: [debug]}}}\n").unwrap();
    let said = typed(
        path,
        &["try", "--config", "config.yaml", "--sample", "codex"],
    );
    assert_eq!(said.status, Some(78));
    assert!(said.err.contains("config.yaml:2:"), "{}", said.err);
    // Telemetry that is something else.
    let shop = fixtures().join("shop.yaml").display().to_string();
    let said = typed(path, &["try", "--config", &shop, &shop]);
    assert_eq!(said.status, Some(2));
    assert!(
        said.err
            .contains("shop.yaml:1:1: it looks like a configuration of a Collector"),
        "{}",
        said.err
    );
    // Nothing that a pipeline would take.
    fs::write(path.join("logs.yaml"), "receivers: {otlp: {protocols: {grpc: {endpoint: 'localhost:4317'}}}}\nexporters: {debug: }\nservice: {pipelines: {logs: {receivers: [otlp], exporters: [debug]}}}\n").unwrap();
    fs::write(path.join("metrics.json"), r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[{"asInt":"1"}]}}]}]}]}"#).unwrap();
    let said = typed(path, &["try", "--config", "logs.yaml", "metrics.json"]);
    assert_eq!(said.status, Some(2));
    assert!(
        said.err.contains("no pipeline that is tried takes metrics"),
        "{}",
        said.err
    );
    let said = typed(path, &["try", "--sample", "codex"]);
    assert!(
        said.err
            .contains("--config FILE, --policy NAME, or --rule OTTL"),
        "{}",
        said.err
    );
    let said = typed(
        path,
        &[
            "try",
            "--config",
            &shop,
            "--stage",
            "redaction/none",
            "--sample",
            "codex",
        ],
    );
    assert_eq!(said.status, Some(2));
    assert!(
        said.err.contains("no stage `redaction/none`"),
        "{}",
        said.err
    );
}

/// The policy of the hostile tests, as one that somebody is writing.
fn misbehaving(behaviour: &str) -> Said {
    let component = guest("hostile").display().to_string();
    let settings = format!("{{behaviour: {behaviour}, when: poison, signals: [logs]}}");
    let arguments = [
        "try",
        "--policy",
        &component,
        "--settings",
        &settings,
        "--gate",
        "{on_error: pass, time: 200ms}",
    ];
    piped(&fixtures(), &arguments, b"one\npoison\nthree\n")
}

#[test]
fn a_policy_that_fails_is_told_with_its_reason_and_its_functions() {
    for (behaviour, reason) in [
        ("trap", "trap"),
        ("panic", "panic"),
        ("loop", "time"),
        ("error", "error"),
    ] {
        let said = misbehaving(behaviour);
        assert_eq!(
            said.status,
            Some(1),
            "{behaviour}: {} {}",
            said.out,
            said.err
        );
        assert!(
            said.out
                .contains("log record 2  poison\n    failed in wasm/policy"),
            "{behaviour}: {}",
            said.out
        );
        assert!(said.out.contains(reason), "{behaviour}: {}", said.out);
        assert!(
            said.out
                .contains("3 records in 1 request: 2 changed, 1 failed"),
            "{behaviour}: {}",
            said.out
        );
    }
    let said = misbehaving("error");
    assert!(said.out.contains("it said: "), "{}", said.out);
    let said = misbehaving("panic");
    let named = "      at tollgate_hostile::act::panic_with\n";
    assert!(said.out.contains(named), "{}", said.out);
}

#[test]
fn nobody_who_reads_half_of_it_breaks_it() {
    let binary = tollgate_tests::gate::binary();
    let typed = format!(
        "{} try --config shop.yaml --sample otel-demo --all | head -1; echo ${{PIPESTATUS[0]}}",
        binary.display()
    );
    let shown = std::process::Command::new("bash")
        .args(["-c", &typed])
        .current_dir(fixtures())
        .output()
        .unwrap();
    assert!(String::from_utf8(shown.stdout).unwrap().ends_with("\n0\n"));
    assert_eq!(String::from_utf8(shown.stderr).unwrap(), "");
}

#[test]
fn each_save_is_answered() {
    let took = answers_to_saves(3);
    let longest = took.iter().max().unwrap();
    println!(
        "try --watch answers {} saves, the slowest after {longest:?}",
        took.len()
    );
}

#[test]
fn a_configuration_that_is_mended_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let write = |all: &str| {
        let text = format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{endpoint: 'localhost:4317'}}}}}}}}\nprocessors: {{redaction: {{allow_all_keys: {all}}}}}\nexporters: {{debug: }}\nservice: {{pipelines: {{logs: {{receivers: [otlp], processors: [redaction], exporters: [debug]}}}}}}\n"
        );
        fs::write(folder.path().join("config.yaml"), text).unwrap();
    };
    write("perhaps");
    fs::write(folder.path().join("a.log"), "one\n").unwrap();
    let going = Going::start(
        folder.path(),
        &["try", "--config", "config.yaml", "a.log", "--watch"],
    );
    let said = going.until("waiting for the next save").join("\n");
    assert!(said.contains("a boolean is expected"), "{said}");
    write("true");
    let said = going.until("waiting for the next save").join("\n");
    assert!(
        said.contains("1 record in 1 request: 1 as they came"),
        "{said}"
    );
}

#[test]
fn completions_hold_every_verb_and_are_scripts_of_their_shells() {
    let bash = typed(&fixtures(), &["completions", "bash"]);
    let zsh = typed(&fixtures(), &["completions", "zsh"]);
    let fish = typed(&fixtures(), &["completions", "fish"]);
    for (shell, said) in [("bash", &bash), ("zsh", &zsh), ("fish", &fish)] {
        for word in ["try", "capture", "validate", "sample", "otel-demo", "color"] {
            assert!(said.out.contains(word), "{shell} does not know {word}");
        }
    }
    let script = format!(
        "{}\nCOMP_WORDS=(tollgate try --sample ''); COMP_CWORD=3; _tollgate tollgate '' --sample; echo \"${{COMPREPLY[@]}}\"",
        bash.out
    );
    let completed = std::process::Command::new("bash")
        .args(["-c", &script])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(completed.stdout).unwrap(),
        "codex claude gemini otel-demo\n"
    );
    let wrong = typed(&fixtures(), &["completions", "tcsh"]);
    assert_eq!(wrong.status, Some(2));
}
