//! The places of OTLP.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic")]
use tollgate_leaks::{Protocol, places};

#[test]
fn show() {
    let all = places(Protocol::otlp().unwrap());
    for place in &all {
        println!("{:50} {}", place.label, place);
    }
    let labels: std::collections::BTreeSet<_> = all.iter().map(|p| &p.label).collect();
    println!("{} {}", all.len(), labels.len());
}
