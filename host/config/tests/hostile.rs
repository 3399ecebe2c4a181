//! Configurations that nobody writes in good faith: refused with a reason, quickly, and never with a panic.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::fmt::Write;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use support::load_with;

/// Time that this thread has had a processor: a machine that is busy with something else makes nothing here slower.
fn worked() -> Option<Duration> {
    let own = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = own.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn quickly<T>(run: impl FnOnce() -> T) -> T {
    let (start, before) = (Instant::now(), worked());
    let result = run();
    let taken = match (before, worked()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => start.elapsed(),
    };
    assert!(taken < Duration::from_secs(2), "it took {taken:?}");
    result
}

#[test]
fn ten_megabytes_are_refused() {
    let text = "x: y\n".repeat(2 << 20);
    let found = quickly(|| load_with(&text, &[])).unwrap_err();
    assert!(found.to_string().contains("bytes"), "{found}");
}

#[test]
fn a_large_file_full_of_mistakes_is_refused_in_time() {
    let mut text = String::from("receivers:\n");
    while text.len() < 3 << 20 {
        let next = text.len();
        _ = writeln!(
            text,
            "  otpl/{next}: {{protocols: {{grpc: {{endpont: x}}}}}}"
        );
    }
    let found = quickly(|| {
        load_with(&text, &[])
            .map(|_| ())
            .map_err(|found| found.render(true))
    })
    .unwrap_err();
    assert!(found.contains("more\n"), "the list is cut");
    let one_line = format!("{{a: [{}]}}", "{b: c}, ".repeat(60_000));
    quickly(|| {
        load_with(&one_line, &[])
            .map(|_| ())
            .map_err(|found| found.render(false))
    })
    .unwrap_err();
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
        let text = format!("{}x{}", open.repeat(60_000), close.repeat(60_000));
        quickly(|| load_with(&text, &[])).unwrap_err();
    }
    // Each level of it through an alias or a variable.
    let mut aliases = String::from("a0: &a0 [x]\n");
    for level in 1..2_000 {
        _ = writeln!(aliases, "a{level}: &a{level} [*a{}]", level - 1);
    }
    quickly(|| load_with(&aliases, &[])).unwrap_err();
}

#[test]
fn variables_that_grow_are_refused() {
    let text = "processors: {resource: {v: '${env:A}'}}\nservice: ";
    for env in [
        [
            ("A", "${env:B}${env:B}${env:B}${env:B}"),
            ("B", "${env:C}${env:C}${env:C}${env:C}"),
            ("C", "${env:A}"),
        ],
        [
            ("A", "[${env:B}, ${env:B}]"),
            ("B", "[${env:C}, ${env:C}]"),
            ("C", "[${env:A}, ${env:A}]"),
        ],
        [("A", "['${env:A}', '${env:A}']"), ("B", ""), ("C", "")],
    ] {
        let found = quickly(|| load_with(text, &env)).unwrap_err();
        let said = found.to_string();
        assert!(
            said.contains("without end") || said.contains("makes a text of more than"),
            "{said}"
        );
    }
}

#[test]
fn forty_pipelines_load_in_milliseconds() {
    let list = |write: &dyn Fn(usize) -> String| (0..40).map(write).collect::<Vec<_>>().join(",");
    let text = format!(
        r#"{{"receivers":{{{}}},"processors":{{{}}},"exporters":{{{}}},"service":{{"pipelines":{{{}}}}}}}"#,
        list(&|n| format!(
            r#""otlp/r{n}":{{"protocols":{{"http":{{"endpoint":"127.0.0.1:{}"}}}}}}"#,
            20_000 + n
        )),
        list(&|n| format!(
            r#""redaction/p{n}":{{"allow_all_keys":true,"blocked_values":["[0-9]{{{n}}}$$"]}}"#
        )),
        list(&|n| format!(r#""file/e{n}":{{"path":"/tmp/out-{n}.json"}}"#)),
        list(&|n| format!(
            r#""logs/{n}":{{"receivers":["otlp/r{n}"],"processors":["redaction/p{n}"],"exporters":["file/e{n}"]}}"#
        )),
    );
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            load_with(&text, &[]).unwrap();
            start.elapsed()
        })
        .min()
        .unwrap();
    assert!(best < Duration::from_millis(20), "it took {best:?}");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[ \\n\\t:a-c{}\\[\\]\"'$&*|>%!#,?\u{e9}-]{0,200}") {
        if let Err(found) = load_with(&text, &[("a", "${b}"), ("b", "[c]")]) {
            prop_assert!(found.has_errors());
            drop(found.render(true));
        }
    }

    #[test]
    fn no_change_of_a_good_file_makes_it_panic(at in 0_usize..420, with in "[ \\n:{}\\[\\]\"'$&*0-9a-z\u{e9}]{0,6}", cut in 0_usize..8) {
        let good = "receivers: {otlp: {protocols: {grpc: {endpoint: 'localhost:4317'}, http: }}}\nprocessors:\n  redaction: {blocked_values: ['[0-9]$$'], gate: {time: 5ms, keys: {a: b}}}\nexporters:\n  otlp: {endpoint: '${env:a}', headers: {x: y}, timeout: 5s}\n  otlphttp: {endpoint: 'http://x:1', tls: {ca_file: x}}\nservice:\n  telemetry: {logs: {level: warn}}\n  pipelines: {logs: {receivers: [otlp], processors: [redaction], exporters: [otlp, otlphttp]}}\n";
        let head: String = good.chars().take(at).collect();
        let tail: String = good.chars().skip(at).skip(cut).collect();
        match load_with(&format!("{head}{with}{tail}"), &[("a", "host:1")]) {
            Ok(loaded) => drop(loaded.warnings.render(false)),
            Err(found) => drop(found.render(false)),
        }
    }
}
