//! The Collector's own cases.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]

use tollgate_filter::Filter;

#[test]
fn the_collector_answers_the_same() {
    let cases = include_str!("vectors/cases.jsonl");
    let differences = include_str!("../../../docs/differences.md");
    let report = tollgate_conformance::run::<Filter>(cases, differences).unwrap();
    report.announce("filter");
    assert!(report.is_clean());
}

#[test]
fn generated_conditions_do_what_the_component_made_of_them() {
    let cases = include_str!("vectors/ran.jsonl");
    let differences = include_str!("../../../docs/differences.md");
    let report = tollgate_conformance::run::<Filter>(cases, differences).unwrap();
    report.announce("filter, generated");
    assert!(report.is_clean());
}
