//! The Collector's own cases.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    missing_docs,
    reason = "a test may panic, and says how many cases passed"
)]

use tollgate_redaction::Redaction;

#[test]
fn the_collector_answers_the_same() {
    let cases = include_str!("vectors/cases.jsonl");
    let differences = include_str!("../../../docs/differences.md");
    let report = tollgate_conformance::run::<Redaction>(cases, differences).unwrap();
    eprintln!("redaction: {report}");
    assert!(report.is_clean());
}
