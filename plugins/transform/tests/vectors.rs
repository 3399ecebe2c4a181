//! The Collector's own cases: those of the processor, and those of the language, which ran in it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]

use tollgate_transform::Transform;

const DIFFERENCES: &str = include_str!("../../../docs/differences.md");

#[test]
fn the_collector_transforms_the_same() {
    let cases = include_str!("vectors/transform.jsonl");
    let report = tollgate_conformance::run::<Transform>(cases, DIFFERENCES).unwrap();
    report.announce("transform");
    assert!(report.is_clean());
}

#[test]
fn generated_statements_do_what_the_components_made_of_them() {
    let cases = include_str!("vectors/ran.jsonl");
    let report = tollgate_conformance::run::<Transform>(cases, DIFFERENCES).unwrap();
    report.announce("transform, generated");
    assert!(report.is_clean());
}

#[test]
fn the_collector_speaks_the_same() {
    let cases = include_str!("vectors/ottl.jsonl");
    let report = tollgate_conformance::run::<Transform>(cases, DIFFERENCES).unwrap();
    report.announce("ottl");
    assert!(report.is_clean());
}
