//! What happened to a record, in sentences.

use tollgate_config::{ComponentId, OnError};
use tollgate_lab::passage::{End, Failed, Fate, Passage};
use tollgate_pipeline::rehearsal::StagePlace;

pub(super) fn verdict(fate: &Fate, changed: bool) -> &'static str {
    let any = |is: fn(&End) -> bool| fate.ends.iter().any(is);
    if any(|end| matches!(end, End::Left { .. })) {
        if changed { "changed" } else { "unchanged" }
    } else if any(|end| matches!(end, End::Failed { .. } | End::KeptBack { .. })) {
        "failed"
    } else if any(|end| matches!(end, End::Dropped { .. })) {
        "dropped"
    } else if any(|end| matches!(end, End::Consumed { .. } | End::Merged { .. })) {
        "consumed"
    } else {
        "untaken"
    }
}

pub(super) fn story(fate: &Fate, passage: &Passage) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut tell = |sentence: String| {
        if !told.contains(&sentence) {
            told.push(sentence);
        }
    };
    for change in &fate.changes {
        let by = named(&change.place, change.rule.as_deref());
        let what = match (&change.difference.before, &change.difference.after) {
            (None, _) => "adds",
            (_, None) => "removes",
            _ => "changes",
        };
        tell(format!("{by} {what} {}", change.difference.field));
    }
    for route in &fate.routes {
        let to: Vec<String> = route.to.iter().map(ToString::to_string).collect();
        let by = named(&route.place, route.rule.as_deref());
        tell(format!("{by} routes it to {}", to.join(", ")));
    }
    for failed in &fate.failures {
        tell(failure(failed, passage));
    }
    for end in &fate.ends {
        tell(match end {
            End::Left {
                pipeline,
                exporters,
            } => format!("it leaves {}", place_left(&pipeline.to_string(), exporters)),
            End::Dropped { place, rule } => {
                format!("{} drops it", named(place, rule.as_deref()))
            }
            End::Failed { place, on_error } => format!(
                "it ends at {}, which failed for it{}",
                named(place, None),
                match on_error {
                    OnError::Reject => ": its client is told",
                    OnError::Drop | OnError::Pass => "",
                }
            ),
            End::Consumed { place } => {
                format!("{} makes other telemetry of it", named(place, None))
            }
            End::Merged { place } => {
                format!("{} puts it together with others", named(place, None))
            }
            End::KeptBack { pipeline } => format!(
                "it is kept back at the end of {pipeline}: a post-condition (`ensure`) does not hold"
            ),
        });
    }
    if told.is_empty() {
        told.push(format!(
            "no pipeline takes {}: nothing happens to it",
            passage.signal.as_str()
        ));
    }
    told
}

fn failure(failed: &Failed, passage: &Passage) -> String {
    let by = named(&failed.place, failed.rule.as_deref());
    let visits = passage.visits.iter();
    let mut visits = visits.filter(|visit| visit.place == failed.place);
    let call = visits.find_map(|visit| visit.calls.get(failed.call?));
    match call.and_then(|call| call.failure.as_ref()) {
        None => format!("{by} cannot judge it"),
        Some(failure) => {
            let said = failure.said.as_ref();
            let said = said.map_or_else(String::new, |said| format!(", saying: {said}"));
            format!("{by} fails ({}: {}{said})", failure.kind, failure.message)
        }
    }
}

pub(super) fn place_left(pipeline: &str, exporters: &[ComponentId]) -> String {
    let exporters: Vec<String> = exporters.iter().map(ToString::to_string).collect();
    format!("{pipeline} \u{2192} {}", exporters.join(", "))
}

/// `redaction, rule blocked_values[0]`.
pub(super) fn named(place: &StagePlace, rule: Option<&str>) -> String {
    match rule {
        None => place.stage.to_string(),
        Some(rule) => format!("{}, rule {rule}", place.stage),
    }
}
