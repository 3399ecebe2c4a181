//! Whether what came of a case is what it expects.

mod broken;
pub(crate) mod conditions;
mod cost;
mod ends;
mod fields;
mod golden;

use tollgate_config::written::Place;

use crate::absent::{hits, is_anywhere};
use crate::model::{Assertion, At, Case};
use crate::output::{Left, Produced};
use crate::run::Failure;
use conditions::{Answer, Conditions};

pub(crate) use broken::{broken, not_taken};
pub(crate) use cost::{Spent, cost};
pub(crate) use golden::{Compared, difference, golden};

/// Places of what is wrong that are told; more than this nobody reads at once.
const MOST: usize = 5;

/// What does not hold of what came.
pub(crate) fn assertions(
    case: &Case,
    produced: &Produced,
    conditions: &Conditions,
) -> Vec<Failure> {
    let left = produced.left();
    let mut failures = Vec::new();
    for at in &case.expect.all {
        failures.extend(check(at, None, produced, &left, conditions));
    }
    for (record, own) in &case.expect.records {
        let records = produced.records();
        if *record >= records {
            let place = own.first().map_or(case.name.place, |at| at.place);
            failures.push(Failure::new(
                place,
                format!(
                    "there is no record {}: {records} came",
                    record.saturating_add(1)
                ),
            ));
            continue;
        }
        for at in own {
            failures.extend(check(at, Some(*record), produced, &left, conditions));
        }
    }
    failures
}

fn check(
    at: &At<Assertion>,
    record: Option<u32>,
    produced: &Produced,
    all: &[Left],
    conditions: &Conditions,
) -> Option<Failure> {
    let left: Vec<&Left> = all
        .iter()
        .filter(|own| record.is_none() || own.origin == record)
        .collect();
    let place = at.place;
    match &at.value {
        Assertion::Becomes(fate, quantity) => {
            ends::becomes(place, *fate, *quantity, record, produced)
        }
        Assertion::DroppedBy { stage, rule } => {
            ends::dropped_by(place, stage.as_deref(), rule.as_deref(), record, produced)
        }
        Assertion::FailedWith(text) => broken::failed_with(place, text, record, produced),
        Assertion::RoutedTo(pipelines) => ends::routed_to(place, pipelines, record, produced),
        Assertion::Unchanged(wanted) => ends::unchanged(place, *wanted, record, produced, all),
        Assertion::ExplainedBy { field, rule } => {
            ends::explained_by(place, field.as_deref(), rule, record, produced)
        }
        Assertion::Absent { regex, decoded } => {
            let found = hits(&left, regex, *decoded);
            if !found.is_empty() {
                let lines = found
                    .iter()
                    .map(|hit| format!("{}: {}", hit.place, hit.what));
                return Some(
                    Failure::new(place, format!("/{regex}/ matches in what left"))
                        .with(some(lines)),
                );
            }
            let elsewhere = is_anywhere(produced, regex, *decoded).filter(|_| record.is_none())?;
            Some(Failure::new(place, format!("/{regex}/ matches in what left")).with([elsewhere]))
        }
        Assertion::Present(regex) => {
            let is_there = !hits(&left, regex, false).is_empty()
                || record.is_none() && is_anywhere(produced, regex, false).is_some();
            (!is_there).then(|| {
                Failure::new(place, format!("/{regex}/ matches nowhere in what left"))
                    .with(nothing(&left))
            })
        }
        Assertion::Equals(path, value) => fields::equals(place, path, value, record, produced),
        Assertion::Matches(path, regex) => fields::matches(place, path, regex, record, produced),
        Assertion::Metric(metric) => fields::metric(place, metric, &left, record),
        Assertion::Holds(condition) => holds(place, condition, record, produced, all, conditions),
    }
}

fn holds(
    place: Place,
    condition: &str,
    record: Option<u32>,
    produced: &Produced,
    all: &[Left],
    conditions: &Conditions,
) -> Option<Failure> {
    let mut lines = Vec::new();
    let mut asked = 0_usize;
    let mut records = all.iter();
    for (_, _, snapshot) in produced.exits() {
        let own: Vec<&Left> = records.by_ref().take(snapshot.origins.len()).collect();
        let Some(answers) = conditions.ask(condition, snapshot) else {
            continue;
        };
        for (left, answer) in own.into_iter().zip(answers) {
            if record.is_some() && left.origin != record {
                continue;
            }
            asked = asked.saturating_add(1);
            match answer {
                Answer::Holds => {}
                Answer::DoesNot => lines.push(left.called()),
                Answer::Fails(why) => lines.push(format!("{}: {why}", left.called())),
            }
        }
    }
    if asked == 0 {
        return Some(Failure::new(
            place,
            format!("nothing left that `{condition}` could hold for"),
        ));
    }
    (!lines.is_empty())
        .then(|| Failure::new(place, format!("`{condition}` does not hold")).with(some(lines)))
}

/// The first few lines, and how many there are besides.
fn some(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = lines.into_iter().collect();
    let hidden = all.len().saturating_sub(MOST);
    if hidden > 0 {
        all.truncate(MOST);
        all.push(format!("... and {hidden} more"));
    }
    all
}

fn nothing(left: &[&Left]) -> Vec<String> {
    if left.is_empty() {
        vec!["nothing left".to_owned()]
    } else {
        some(left.iter().map(|left| left.called()))
    }
}
