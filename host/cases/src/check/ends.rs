//! Where records ended, and by whose doing.

use std::collections::BTreeSet;

use tollgate_config::written::Place;
use tollgate_config::{ComponentId, OnError};
use tollgate_lab::passage::{self, End, Passage};

use super::some;
use crate::model::{Fate, Quantity};
use crate::output::{Left, Produced, ended};
use crate::run::Failure;

fn is(fate: &passage::Fate, wanted: Fate) -> bool {
    let any = |is: fn(&End) -> bool| fate.ends.iter().any(is);
    let left = any(|end| matches!(end, End::Left { .. }));
    match wanted {
        Fate::Kept => left,
        Fate::Dropped => !left && any(|end| matches!(end, End::Dropped { .. })),
        Fate::Rejected => any(|end| {
            matches!(
                end,
                End::Failed {
                    on_error: OnError::Reject,
                    ..
                } | End::KeptBack { .. }
            )
        }),
        Fate::Failed => !fate.failures.is_empty(),
        Fate::Consumed => any(|end| matches!(end, End::Consumed { .. } | End::Merged { .. })),
    }
}

const fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Kept => "kept",
        Fate::Dropped => "dropped",
        Fate::Rejected => "rejected",
        Fate::Failed => "failed",
        Fate::Consumed => "consumed",
    }
}

type One<'p> = (u32, &'p Passage, &'p passage::Fate);

fn of(record: Option<u32>, produced: &Produced) -> Vec<One<'_>> {
    let all = produced.fates();
    all.filter(|(own, ..)| record.is_none_or(|record| record == *own))
        .collect()
}

fn told(produced: &Produced, (record, _, fate): &One<'_>) -> String {
    format!("{}: {}", produced.called(*record), ended(fate))
}

pub(super) fn becomes(
    place: Place,
    fate: Fate,
    quantity: Quantity,
    record: Option<u32>,
    produced: &Produced,
) -> Option<Failure> {
    let all = of(record, produced);
    let (yes, no): (Vec<One<'_>>, Vec<One<'_>>) =
        all.into_iter().partition(|(_, _, own)| is(own, fate));
    let word = word(fate);
    let lines = |wrong: &[One<'_>]| some(wrong.iter().map(|one| told(produced, one)));
    match quantity {
        Quantity::All(true) if no.is_empty() && !yes.is_empty() => None,
        Quantity::All(true) => Some(
            Failure::new(
                place,
                format!("{} not {word}", counted(no.len(), "is", "are")),
            )
            .with(lines(&no)),
        ),
        Quantity::All(false) if yes.is_empty() => None,
        Quantity::All(false) => Some(
            Failure::new(place, format!("{} {word}", counted(yes.len(), "is", "are")))
                .with(lines(&yes)),
        ),
        Quantity::Exactly(wanted) if u64::try_from(yes.len()).ok() == Some(wanted) => None,
        Quantity::Exactly(wanted) => {
            let lists = [lines(&yes), lines(&no)].concat();
            Some(
                Failure::new(
                    place,
                    format!(
                        "{} {word}, and {wanted} should be",
                        counted(yes.len(), "is", "are")
                    ),
                )
                .with(lists),
            )
        }
    }
}

fn counted(records: usize, is: &str, are: &str) -> String {
    match records {
        0 => format!("no record {is}"),
        1 => format!("1 record {is}"),
        many => format!("{many} records {are}"),
    }
}

pub(super) fn dropped_by(
    place: Place,
    stage: Option<&str>,
    rule: Option<&str>,
    record: Option<u32>,
    produced: &Produced,
) -> Option<Failure> {
    let by_it = |end: &End| {
        let End::Dropped {
            place: by,
            rule: by_rule,
        } = end
        else {
            return false;
        };
        let by_stage = by.stage.to_string();
        match (stage, rule) {
            (None, Some(either)) => by_stage == either || by_rule.as_deref() == Some(either),
            (stage, rule) => {
                stage.is_none_or(|stage| stage == by_stage)
                    && rule.is_none_or(|rule| by_rule.as_deref() == Some(rule))
            }
        }
    };
    let all = of(record, produced);
    let wrong: Vec<String> = all
        .iter()
        .filter(|(_, _, fate)| !is(fate, Fate::Dropped) || !fate.ends.iter().any(by_it))
        .map(|one| told(produced, one))
        .collect();
    if wrong.is_empty() && !all.is_empty() {
        return None;
    }
    let who = match (stage, rule) {
        (Some(stage), Some(rule)) => format!("{stage}, rule {rule}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "a policy".to_owned(),
    };
    Some(
        Failure::new(
            place,
            format!("{} not dropped by {who}", counted(wrong.len(), "is", "are")),
        )
        .with(some(wrong)),
    )
}

pub(super) fn routed_to(
    place: Place,
    pipelines: &[ComponentId],
    record: Option<u32>,
    produced: &Produced,
) -> Option<Failure> {
    let wanted: BTreeSet<String> = pipelines.iter().map(ToString::to_string).collect();
    let mut wrong = Vec::new();
    let all = of(record, produced);
    for one in &all {
        let (number, _, fate) = one;
        let left = fate.ends.iter().filter_map(|end| match end {
            End::Left { pipeline, .. } => Some(pipeline),
            _ => None,
        });
        let left: BTreeSet<String> = left.map(ToString::to_string).collect();
        let routed = fate.routes.iter().flat_map(|route| &route.to);
        let routed: BTreeSet<String> = routed.map(ToString::to_string).collect();
        if wanted != left && (routed.is_empty() || wanted != routed) {
            let list = |set: &BTreeSet<String>| {
                let names: Vec<&str> = set.iter().map(String::as_str).collect();
                names.join(", ")
            };
            let mut line = format!("{}: {}", produced.called(*number), ended(fate));
            if !routed.is_empty() {
                line = format!("{line}; routed to {}", list(&routed));
            }
            wrong.push(line);
        }
    }
    if wrong.is_empty() && !all.is_empty() {
        return None;
    }
    let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
    Some(
        Failure::new(
            place,
            format!(
                "{} not routed to {}",
                counted(wrong.len(), "is", "are"),
                names.join(" and ")
            ),
        )
        .with(some(wrong)),
    )
}

pub(super) fn unchanged(
    place: Place,
    wanted: bool,
    record: Option<u32>,
    produced: &Produced,
    left: &[Left],
) -> Option<Failure> {
    let mut changed = Vec::new();
    let all = of(record, produced);
    for one in &all {
        let (number, _, fate) = one;
        let name = || produced.called(*number);
        for change in &fate.changes {
            let by = change.rule.as_ref().map_or_else(
                || change.place.stage.to_string(),
                |rule| format!("{}, rule {rule}", change.place.stage),
            );
            changed.push(format!("{}: {}: {by}", name(), change.difference.field));
        }
        if left.iter().all(|own| own.origin != Some(*number)) {
            changed.push(told(produced, one));
        }
    }
    match (wanted, changed.is_empty()) {
        (true, true) | (false, false) => None,
        (true, false) => {
            Some(Failure::new(place, "not everything left as it came").with(some(changed)))
        }
        (false, true) => Some(Failure::new(place, "everything left as it came")),
    }
}

pub(super) fn explained_by(
    place: Place,
    field: Option<&str>,
    rule: &str,
    record: Option<u32>,
    produced: &Produced,
) -> Option<Failure> {
    let all = of(record, produced);
    let mut others = Vec::new();
    let mut is_fine = !all.is_empty();
    for (number, _, fate) in &all {
        let mut by: Vec<(Option<String>, Option<&String>)> = Vec::new();
        by.extend(fate.changes.iter().map(|change| {
            let field = change.difference.field.path.clone();
            (Some(field), change.rule.as_ref())
        }));
        by.extend(fate.routes.iter().map(|route| (None, route.rule.as_ref())));
        by.extend(fate.failures.iter().map(|own| (None, own.rule.as_ref())));
        by.extend(fate.ends.iter().filter_map(|end| match end {
            End::Dropped { rule, .. } => Some((None, rule.as_ref())),
            _ => None,
        }));
        let is_it = |(own, by): &(Option<String>, Option<&String>)| {
            let here = match (field, own) {
                (None, _) => true,
                (Some(field), Some(own)) => is_within(own, field),
                (Some(_), None) => false,
            };
            here && by.is_some_and(|by| by == rule)
        };
        if !by.iter().any(is_it) {
            is_fine = false;
            let names = by.iter().filter_map(|(own, by)| {
                let by = (*by)?;
                Some(match own {
                    Some(own) => format!("{own}: {by}"),
                    None => by.clone(),
                })
            });
            let names: Vec<String> = names.collect();
            others.push(format!(
                "{}: {}",
                produced.called(*number),
                if names.is_empty() {
                    "no rule did anything".to_owned()
                } else {
                    names.join(", ")
                }
            ));
        }
    }
    (!is_fine).then(|| {
        let what = field.map_or_else(String::new, |field| format!(" to {field}"));
        Failure::new(place, format!("rule {rule} did nothing{what}")).with(some(others))
    })
}

/// Whether a field that changed is the one that is meant, or stands inside it.
fn is_within(own: &str, field: &str) -> bool {
    let field = ["log.", "span.", "datapoint."]
        .iter()
        .find_map(|prefix| field.strip_prefix(prefix))
        .unwrap_or(field);
    own.strip_prefix(field)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}
