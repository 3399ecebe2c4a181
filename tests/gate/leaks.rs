//! `tollgate leak-test`: what gets through configurations of stock policies.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use tollgate_tests::browser::Browser;
use tollgate_tests::gate::run;

/// Every pipeline has these processors.
fn pipelines(processors: &str) -> String {
    let pipelines: Vec<String> = ["logs", "traces", "metrics"]
        .into_iter()
        .map(|signal| {
            format!("{signal}: {{receivers: [otlp], processors: [{processors}], exporters: [nop]}}")
        })
        .collect();
    format!("service: {{pipelines: {{{}}}}}\n", pipelines.join(", "))
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// A configuration whose pipelines have one processor.
fn configuration(folder: &Path, processor: &str, settings: &str) -> String {
    let text = format!(
        "receivers: {{otlp: {{protocols: {{http: }}}}}}\nexporters: {{nop: }}\nprocessors:\n  {processor}: {settings}\n{}",
        pipelines(processor)
    );
    written(folder, "config.yaml", &text)
}

fn leaks(arguments: &[&str]) -> (Option<i32>, Json) {
    let (status, said, complained) = run(&[&["leak-test", "--json"], arguments].concat());
    let report = serde_json::from_str(&said);
    (
        status,
        report.unwrap_or_else(|_| panic!("{said}{complained}")),
    )
}

/// Labels of places that have a cell of which this is so.
fn labels(report: &Json, is_so: impl Fn(&Json) -> bool) -> BTreeSet<&str> {
    let cells = report["cells"].as_array().unwrap().iter();
    cells
        .filter(|cell| is_so(cell))
        .map(|cell| cell["place"].as_str().unwrap())
        .collect()
}

fn is_open(cell: &Json) -> bool {
    cell["outcome"] == "open"
}

/// The Collector's own configuration of redaction: its README's values, and a pattern for each other kind that has one.
const UPSTREAM: &str = r"
    allow_all_keys: true
    scope: upstream
    blocked_values:
      - '4[0-9]{12}(?:[0-9]{3})?'
      - '(5[1-5][0-9]{14})'
      - '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}'
      - 'AKIA[0-9A-Z]{16}'
      - 'ghp_[A-Za-z0-9]{36}'
      - '[0-9]{3}-[0-9]{2}-[0-9]{4}'
";

/// What redaction is for: kinds that a pattern can describe.
fn has_pattern(cell: &Json) -> bool {
    !["address", "prompt"].contains(&cell["kind"].as_str().unwrap())
}

#[test]
fn the_preset_for_agents_closes_every_plain_url_base64_and_json_cell() {
    let folder = tempfile::tempdir().unwrap();
    let file = configuration(
        folder.path(),
        "redaction",
        "{allow_all_keys: true, preset: agents}",
    );
    let (status, report) = leaks(&["--config", &file, "--fail-on", "plain,url,base64,json"]);
    let left = labels(&report, |cell| {
        let encoding = cell["encoding"].as_str().unwrap();
        is_open(cell) && ["plain", "url", "base64", "json"].contains(&encoding)
    });
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(status, Some(0));
    let cells = report["cells"].as_array().unwrap();
    assert!(cells.len() > 20_000, "{}", cells.len());
    let redacted = cells.iter().find(|cell| cell["how"] == "redacted").unwrap();
    assert_eq!(redacted["by"][0]["stage"], "redaction");
}

#[test]
fn the_collectors_reach_leaves_the_places_open_that_the_documents_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = configuration(folder.path(), "redaction", UPSTREAM);
    let (status, report) = leaks(&["--config", &file, "--fail-on", "plain"]);
    assert_eq!(status, Some(1));
    let plain = |cell: &Json| cell["encoding"] == "plain" && has_pattern(cell);
    let open = labels(&report, |cell| plain(cell) && is_open(cell));
    for place in [
        "scope.name",
        "scope.version",
        "span.name",
        "spanevent.name",
        "span.status.message",
        "span.trace_state",
        "spanlink.trace_state",
        "spanlink.attributes[\"k\"]",
        "exemplar.filtered_attributes[\"k\"]",
        "metric.name",
        "metric.description",
        "metric.unit",
        "metric.metadata[\"k\"]",
        "resource.schema_url",
        "scope.schema_url",
        "resource.entity_refs.type",
        "log.severity_text",
        "log.event_name",
        "log.attributes (key)",
        "log.attributes[\"k\"] (bytes)",
        "log.attributes[\"k\"][0]",
        "log.attributes[\"k\"][\"k\"]",
    ] {
        assert!(open.contains(place), "{place} is closed: {open:?}");
    }
    for place in [
        "resource.attributes[\"k\"]",
        "scope.attributes[\"k\"]",
        "log.attributes[\"k\"]",
        "log.body",
        "log.body[\"k\"]",
        "span.attributes[\"k\"]",
        "spanevent.attributes[\"k\"]",
        "datapoint.attributes[\"k\"]",
    ] {
        assert!(!open.contains(place), "{place} is open");
    }
}

#[test]
fn everywhere_closes_in_every_place_what_its_patterns_say() {
    let folder = tempfile::tempdir().unwrap();
    let settings = UPSTREAM.replace("    scope: upstream\n", "");
    let file = configuration(folder.path(), "redaction", &settings);
    let (_, report) = leaks(&["--config", &file, "--only", "plain"]);
    let left = labels(&report, |cell| is_open(cell) && has_pattern(cell));
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_dropped_does_not_leak() {
    let folder = tempfile::tempdir().unwrap();
    let conditions = r#"{log_conditions: ['log.severity_number != 99'], trace_conditions: ['span.name != "-"'], metric_conditions: ['metric.name != "-"']}"#;
    let file = configuration(folder.path(), "filter", conditions);
    let (status, report) = leaks(&["--config", &file, "--fail-on", "any"]);
    assert_eq!(status, Some(0), "{}", report["total"]);
    assert_eq!(report["total"]["open"], 0);
    assert_eq!(report["suggestions"], json!([]));
    let cells = report["cells"].as_array().unwrap();
    let dropped = cells.iter().filter(|cell| cell["how"] == "dropped");
    let by: BTreeSet<&str> = dropped
        .map(|cell| cell["by"][0]["stage"].as_str().unwrap())
        .collect();
    assert_eq!(by, BTreeSet::from(["filter"]));
}

#[test]
fn a_rule_for_bodies_closes_bodies_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "{allow_all_keys: true, fields: [{path: body, action: remove}]}";
    let file = configuration(folder.path(), "redaction", settings);
    let (_, report) = leaks(&["--config", &file]);
    for cell in report["cells"].as_array().unwrap() {
        let is_body = cell["place"].as_str().unwrap().starts_with("log.body");
        let is_rejected = cell["how"] == "rejected";
        assert_eq!(
            cell["outcome"] == "closed",
            is_body || is_rejected,
            "{cell}"
        );
    }
}

#[test]
fn what_a_connector_makes_of_records_is_looked_through() {
    let folder = tempfile::tempdir().unwrap();
    let text = "
receivers: {otlp: {protocols: {http: }}}
exporters: {nop: }
connectors:
  count:
    logs: {records: {attributes: [{key: k}]}}
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [count]}
    metrics: {receivers: [count], exporters: [nop]}
";
    let file = written(folder.path(), "config.yaml", text);
    let only = ["--only", "mail/log.*/plain"];
    let (_, report) = leaks(&[&["--config", &file][..], &only].concat());
    let open = labels(&report, is_open);
    // The attribute becomes text, and with it everything in it.
    assert!(
        open.contains("log.attributes[\"k\"]") && open.contains("log.attributes[\"k\"][\"k\"][0]")
    );
    assert!(
        open.iter()
            .all(|label| label.starts_with("log.attributes[\"k\"]")),
        "{open:?}"
    );
    let closed = labels(&report, |cell| cell["how"] == "consumed");
    assert!(closed.contains("log.body"), "{closed:?}");
}

#[test]
fn suggestions_stop_what_they_say_they_stop() {
    let folder = tempfile::tempdir().unwrap();
    let file = configuration(folder.path(), "redaction", UPSTREAM);
    let some = ["--limit", "4000", "--secret", "Wolpertinger-17"];
    let (_, report) = leaks(&[&["--config", &file][..], &some].concat());
    let suggestions = report["suggestions"].as_array().unwrap();
    assert!(suggestions.len() >= 3, "{suggestions:#?}");
    let mut still_open = None;
    for (number, suggestion) in suggestions.iter().enumerate() {
        let yaml = suggestion["yaml"].as_str().unwrap();
        let stage = yaml.lines().nth(1).unwrap().trim().trim_end_matches(':');
        let yaml = yaml.replace("${env:SECRET}", "Wolpertinger-17");
        let text = format!("{yaml}{}", pipelines(&format!("redaction, {stage}")));
        let with = written(folder.path(), &format!("with-{number}.yaml"), &text);
        let (_, after) = leaks(&[&["--config", &file, "--config", &with][..], &some].concat());
        let before = report["cells"].as_array().unwrap().iter();
        let mut closed = 0;
        for (cell, later) in before.zip(after["cells"].as_array().unwrap()) {
            assert_eq!(
                (&cell["path"], &cell["kind"]),
                (&later["path"], &later["kind"])
            );
            closed += usize::from(is_open(cell) && !is_open(later) && later["how"] != "failed");
            if cell["suggestion"] == number {
                assert!(!is_open(later) && later["how"] != "failed", "{later}");
            }
        }
        assert_eq!(suggestion["closes"], closed);
        still_open = Some(after["total"]["open"].clone());
    }
    assert_eq!(still_open.is_some(), !suggestions.is_empty());
    assert!(!report.to_string().contains("Wolpertinger"));
}

#[test]
fn a_seed_says_which_secrets_and_a_limit_how_many() {
    let with = |seed| {
        run(&[
            "leak-test",
            "--json",
            "--policy",
            "redaction",
            "--settings",
            "{allow_all_keys: true}",
            "--limit",
            "60",
            "--seed",
            seed,
        ])
        .1
    };
    let (one, again, other) = (with("3"), with("3"), with("4"));
    assert_eq!(one, again);
    assert_ne!(one, other);
    let report: Json = serde_json::from_str(&one).unwrap();
    assert_eq!(report["cells"].as_array().unwrap().len(), 60);
}

#[test]
fn the_matrix_says_by_its_signs_what_it_says_by_colour() {
    let arguments = [
        "leak-test",
        "--policy",
        "redaction",
        "--settings",
        "{allow_all_keys: true, detect: [email]}",
        "--only",
        "mail/log.body",
        "--only",
        "card/log.severity_text",
    ];
    let (status, said, complained) = run(&arguments);
    assert_eq!((status, &*complained), (Some(0), ""));
    let line = |start: &str| {
        said.lines()
            .find(|line| line.starts_with(start))
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
    };
    assert_eq!(line("place")[..3], ["place", "plain", "case"]);
    assert_eq!(line("log.body ")[..3], ["log.body", "·", "·"]);
    assert_eq!(line("log.severity_text")[1], "●");
    assert!(
        said.contains("secrets got through") && !said.contains('\x1b'),
        "{said}"
    );
}

#[test]
fn mistakes_are_told_with_their_status() {
    let policy = [
        "leak-test",
        "--policy",
        "redaction",
        "--settings",
        "{allow_all_keys: true}",
    ];
    for (arguments, status, says) in [
        (&["--only", "rot13"][..], 2, "encodings"),
        (&["--fail-on", "rot13"], 2, "plain"),
        (&["--kind", "phone"], 2, "mail"),
        (&["--kind", "own"], 2, "--secret"),
        (&["--secret", "a-b"], 2, "4 letters"),
        (&["--only", "mail/nowhere.*"], 2, "no such cells"),
        (
            &["--only", "mail/log.body/plain", "--fail-on", "url"],
            0,
            "",
        ),
        (
            &["--only", "mail/log.body/plain", "--fail-on", "url,plain"],
            1,
            "",
        ),
    ] {
        let (ended, _, said) = run(&[&policy[..], arguments].concat());
        assert_eq!(ended, Some(status), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    let wrong = [
        "leak-test",
        "--policy",
        "redaction",
        "--settings",
        "{blocked_values: ['(']}",
    ];
    assert_eq!(run(&wrong).0, Some(78));
    assert_eq!(run(&["leak-test"]).0, Some(1));
}

#[test]
fn the_page_shows_one_kind_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("leaks.html").display().to_string();
    let (status, ..) = run(&[
        "leak-test",
        "--policy",
        "redaction",
        "--settings",
        "{allow_all_keys: true, detect: [email]}",
        "--limit",
        "5000",
        "--html",
        &page,
    ]);
    assert_eq!(status, Some(0));
    let Some(browser) = Browser::start("dark") else {
        return;
    };
    browser.open(&format!("file://{page}"));
    let shown = || {
        let shown = browser.script(
            "return [...document.querySelectorAll('#matrix caption')].filter(caption => caption.checkVisibility()).map(caption => caption.textContent)",
            json!([]),
        );
        shown.to_string()
    };
    assert_eq!(shown(), r#"["Secrets of all kinds","All places together"]"#);
    browser.click("#kind-card");
    assert_eq!(
        shown(),
        r#"["Secrets of the kind card","All places together"]"#
    );
    for kind in ["rawKeyDown", "keyUp"] {
        let arrow = json!({"type": kind, "key": "ArrowDown", "code": "ArrowDown", "windowsVirtualKeyCode": 40});
        drop(browser.devtools("Input.dispatchKeyEvent", &arrow));
    }
    let by_keyboard = shown();
    assert!(
        by_keyboard.contains("of the kind ssn"),
        "the arrow keys choose, too: {by_keyboard}"
    );
    let back = browser.script(
        "return getComputedStyle(document.body).backgroundColor",
        json!([]),
    );
    assert_eq!(back, json!("rgb(15, 19, 24)"), "dark where the browser is");
    assert!(
        browser.complaints().is_empty(),
        "{:?}",
        browser.complaints()
    );
}
