//! Policies that broke, and telemetry that nobody takes.

use std::collections::BTreeSet;

use tollgate_config::written::Place;
use tollgate_lab::report::Report;

use super::some;
use crate::model::{Assertion, Case, Fate, Quantity, Text};
use crate::output::Produced;
use crate::prepare::assertions;
use crate::run::Failure;

pub(super) fn failed_with(
    place: Place,
    text: &Text,
    record: Option<u32>,
    produced: &Produced,
) -> Option<Failure> {
    let mut said = Vec::new();
    let mut number = 0_u32;
    for (telemetry, passage) in produced.passed() {
        let mut report = Report::default();
        report.add(telemetry, passage, false);
        for own in report.requests.iter().flat_map(|request| &request.records) {
            if record.is_none_or(|record| record == number) {
                for failure in &own.failures {
                    said.push(format!(
                        "{}: {}",
                        failure.message,
                        failure.said.as_deref().unwrap_or_default()
                    ));
                }
            }
            number = number.saturating_add(1);
        }
    }
    if said.iter().any(|said| text.is_in(said)) {
        return None;
    }
    let wanted = match text {
        Text::Holds(text) => format!("`{text}`"),
        Text::Matches(regex) => format!("/{regex}/"),
    };
    Some(Failure::new(place, format!("no policy failed with {wanted}")).with(some(said)))
}

/// Policies that broke although nobody expects it: what they said, and where they were.
pub(crate) fn broken(case: &Case, produced: &Produced) -> Vec<Failure> {
    let expected = assertions(case).any(|at| match &at.value {
        Assertion::FailedWith(_) => true,
        Assertion::Becomes(Fate::Failed | Fate::Rejected, quantity) => {
            !matches!(quantity, Quantity::All(false) | Quantity::Exactly(0))
        }
        _ => false,
    });
    if expected {
        return Vec::new();
    }
    let mut failures: Vec<Failure> = Vec::new();
    for (telemetry, passage) in produced.passed() {
        let mut report = Report::default();
        report.add(telemetry, passage, false);
        for own in report.requests.iter().flat_map(|request| &request.records) {
            for failure in own.failures.iter().filter(|own| own.kind != "judged") {
                let mut lines: Vec<String> = failure
                    .said
                    .iter()
                    .flat_map(|said| said.lines())
                    .map(|line| format!("said: {line}"))
                    .collect();
                if !failure.backtrace.is_empty() {
                    lines.push("where it was, innermost first:".to_owned());
                    lines.extend(failure.backtrace.iter().map(|own| format!("  {own}")));
                }
                let told = Failure::new(
                    case.name.place,
                    format!("{} failed: {}", failure.place.stage, failure.message),
                )
                .with(lines);
                // A loop that fails for a hundred records is one thing that is wrong.
                if failures.iter().all(|known| known.message != told.message) {
                    failures.push(told);
                }
            }
        }
    }
    failures
}

/// Telemetry that nothing takes.
pub(crate) fn not_taken(case: &Case, produced: &Produced) -> Option<Failure> {
    let lost: BTreeSet<&str> = produced
        .passages()
        .filter(|passage| {
            passage.visits.is_empty() && passage.exits.is_empty() && !passage.fates.is_empty()
        })
        .map(|passage| passage.signal.as_str())
        .collect();
    let lost: Vec<&str> = lost.into_iter().collect();
    (!lost.is_empty()).then(|| {
        Failure::new(
            case.name.place,
            format!("no pipeline of what is tried takes {}", lost.join(" or ")),
        )
    })
}
