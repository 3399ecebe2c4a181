//! The Collector's own cases.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use tollgate_sdk::Compat;
use tollgate_signaltometrics::SignalToMetrics;

/// The name that the Collector had when the cases were taken; the host gives a policy its own.
const INSTANCE: &str = "627cc493-f310-47de-96bd-71410b7dec09";

#[test]
fn the_collector_answers_the_same() {
    let cases = include_str!("vectors/cases.jsonl");
    let differences = include_str!("../../../docs/differences.md");
    let report = tollgate_conformance::run_with(cases, differences, |case| {
        let mut case = case.clone();
        case.config["service_instance_id"] = INSTANCE.into();
        tollgate_conformance::answer::<SignalToMetrics>(&case, Compat::Collector)
    });
    let report = report.unwrap();
    report.announce("signaltometrics");
    assert!(report.is_clean());
}
