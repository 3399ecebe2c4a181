//! The page on a laptop, in a real browser.

mod access;
mod page;

use std::fs;

use serde_json::json;
use tollgate_tests::browser::{ALT, Browser, ENTER, F8, RELEASE};
use tollgate_tests::client::raw;
use tollgate_tests::gate::run;

use page::{Page, Seen};

/// What the telemetry of the first test ends with: nothing of the sample's rules touches it.
const ORDER: &str = "order 1815 is paid";

#[test]
fn a_rule_is_edited_seen_downloaded_and_tested() {
    let page = Page::serve(&[]);
    let Some(browser) = Browser::start("light") else {
        return;
    };
    browser.open(&page.url);
    let seen = Seen(&browser);
    seen.choose("lines");
    seen.waits_for("4 records: 1 unchanged, 2 changed, 1 dropped.");
    seen.waits_for(ORDER);

    // A rule is typed, key by key: the editor indents it as the one above.
    seen.cursor_behind("configuration", "# AWS access keys");
    browser.press(&format!("{ENTER}- 'order [0-9]+'"));
    seen.waits_for("4 records: 3 changed, 1 dropped.");
    seen.waits_for("**** is paid");
    let marked = seen.texts("#result ins");
    assert_eq!(marked, ["****", "****", "****"]);
    assert!(seen.texts("#result del").contains(&"order 1815".to_owned()));

    browser.click("#download");
    let file = browser.downloaded("playground.test.yaml");
    let file = file.display().to_string();
    let (status, out, err) = run(&["test", &file]);
    assert_eq!(status, Some(0), "{out}{err}");
    assert!(out.contains("1 passed"), "{out}");

    // The file does test something: what the page showed is what it expects.
    let case = fs::read_to_string(&file).unwrap();
    fs::write(&file, case.replace("order [0-9]+", "order [a-z]+")).unwrap();
    let (status, out, err) = run(&["test", &file]);
    assert_eq!(status, Some(1), "{out}{err}");

    // Who gets the file sees the same.
    fs::write(&file, &case).unwrap();
    seen.choose("otel-demo");
    seen.waits_for("records:");
    browser.pick("#file", &file);
    seen.waits_for("4 records: 3 changed, 1 dropped.");
    assert!(seen.value("configuration").contains("order [0-9]+"));
    assert!(seen.value("telemetry").ends_with(&format!("{ORDER}\n")));

    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn mistakes_stand_at_their_line_and_keys_lead_to_them() {
    let page = Page::serve(&[]);
    let Some(browser) = Browser::start("light") else {
        return;
    };
    browser.open(&page.url);
    let seen = Seen(&browser);
    seen.choose("lines");
    seen.waits_for("4 records:");
    seen.cursor_behind("configuration", "  redaction:");
    browser.press(&format!("{ENTER}  sumary: debug"));
    seen.waits_for("The configuration is wrong");
    let problems = browser.text("#configuration-problems");
    assert!(problems.contains("sumary"), "{problems}");
    assert!(
        problems.contains("Line 11") && problems.contains("^^^"),
        "{problems}"
    );
    assert_eq!(seen.texts("#configuration-pane mark"), ["sumary"]);
    assert_eq!(seen.texts("#configuration-pane .gutter .error"), ["11"]);

    browser.press(&format!("{ALT}1{RELEASE}{F8}"));
    let chosen = browser.script(
        "const field = document.activeElement;
         return [field.id, field.value.slice(field.selectionStart, field.selectionEnd)]",
        json!([]),
    );
    assert_eq!(chosen, json!(["configuration", "sumary"]));
    // It is chosen: what is typed takes its place.
    browser.press("summary");
    seen.waits_for("4 records:");
    assert_eq!(
        seen.texts("#configuration-problems *"),
        Vec::<String>::new()
    );
}

#[test]
fn records_cannot_speak_to_the_page() {
    let page = Page::serve(&[]);
    let Some(browser) = Browser::start("light") else {
        return;
    };
    browser.open(&page.url);
    let seen = Seen(&browser);
    seen.choose("lines");
    seen.waits_for("4 records:");
    let hostile = "<img src=http://evil.example/x onerror='document.title = 1'><script>document.title = 2</script>";
    seen.put("telemetry", &format!("{hostile} ada@example.org\n"));
    seen.waits_for("1 record: 1 changed.");
    seen.waits_for(hostile);
    browser.click("#result article summary");
    seen.waits_for("it leaves logs");
    let inside = browser.script(
        "return document.querySelectorAll('#result img, #result script').length",
        json!([]),
    );
    assert_eq!(inside, json!(0));
    assert_eq!(
        browser.script("return document.title", json!([])),
        json!("tollgate playground")
    );
    let elsewhere = browser.script(
        "return performance.getEntriesByType('resource').map(({name}) => name).filter(name => !name.startsWith(location.origin))",
        json!([]),
    );
    assert_eq!(elsewhere, json!([]));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn every_sample_shows_something() {
    let page = Page::serve(&[]);
    let Some(browser) = Browser::start("light") else {
        return;
    };
    browser.open(&page.url);
    let seen = Seen(&browser);
    for sample in ["codex", "claude", "gemini", "otel-demo", "lines"] {
        seen.choose(sample);
        browser.wait(sample, |_| {
            seen.texts("[aria-busy] #summary").is_empty()
                && browser.text("#summary").contains("changed")
        });
        for pane in ["configuration", "telemetry"] {
            assert_eq!(
                seen.texts(&format!("#{pane}-problems *")),
                Vec::<String>::new(),
                "{sample}"
            );
        }
        assert!(!seen.texts("#result ins").is_empty(), "{sample}");
    }
}

#[test]
fn a_file_of_ones_own_is_begun_with() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.log");
    fs::write(&file, "sign-in of ada@example.org\n").unwrap();
    let page = Page::serve(&[&file.display().to_string()]);
    let Some(browser) = Browser::start("dark") else {
        return;
    };
    browser.open(&page.url);
    let seen = Seen(&browser);
    seen.waits_for("1 record: 1 changed.");
    assert_eq!(seen.value("telemetry"), "sign-in of ada@example.org\n");
}

#[test]
fn other_machines_and_other_names_get_nothing() {
    let (status, _, err) = run(&["playground", "--host", "0.0.0.0"]);
    assert_eq!(status, Some(1));
    assert!(
        err.contains("reached from other machines") && err.contains("ssh -L"),
        "{err}"
    );
    let page = Page::serve(&[]);
    let address = page.url.trim_start_matches("http://").trim_end_matches('/');
    let ask = |host: &str| {
        let request = format!("GET / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        raw(address.parse().unwrap(), request.as_bytes())
    };
    assert_eq!(ask("evil.example").status, 421);
    let own = ask(address);
    assert_eq!(own.status, 200);
    assert!(own.head.contains("default-src 'self'"), "{}", own.head);
}
