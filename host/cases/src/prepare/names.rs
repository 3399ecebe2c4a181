//! Names that cases use, and that what they are about must know.

use tollgate_config::written::{Place, nearest};
use tollgate_config::{Diagnostics, Severity};

use super::assertions;
use crate::model::{Assertion, At, Case, CaseFile};
use crate::subject::Ready;

/// What somebody may have meant.
pub(super) fn near<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// Says which names nobody knows.
pub(super) fn names(file: &CaseFile, case: &Case, ready: &Ready, found: &mut Diagnostics) {
    let mut refuse = |place: Place, message: String, help: String| {
        found.push(
            file.written
                .diagnostic(Severity::Error, place, message, Some(help)),
        );
    };
    let stages = || ready.stages.iter().map(|(stage, _)| stage.as_str());
    let rules = |of: Option<&str>| {
        let own = ready.stages.iter();
        let own = own.filter(move |(stage, _)| of.is_none_or(|of| of == stage));
        own.flat_map(|(_, rules)| rules.iter().map(String::as_str))
            .collect::<Vec<_>>()
    };
    for At { value, place } in assertions(case) {
        match value {
            Assertion::DroppedBy { stage, rule } => {
                if let Some(stage) = stage
                    && stages().all(|own| own != stage)
                {
                    let message = format!("there is no stage `{stage}` in what is tried");
                    refuse(*place, message, near(stage, stages()));
                    continue;
                }
                let Some(rule) = rule else { continue };
                let known = rules(stage.as_deref());
                let is_stage = stage.is_none() && stages().any(|own| own == rule);
                if !is_stage && !known.contains(&rule.as_str()) {
                    let message = match stage {
                        Some(stage) => format!("`{stage}` has no rule `{rule}`"),
                        None => format!("there is no stage and no rule `{rule}` in what is tried"),
                    };
                    let words: Vec<&str> = if stage.is_none() {
                        stages().chain(known).collect()
                    } else {
                        known
                    };
                    refuse(*place, message, near(rule, words.into_iter()));
                }
            }
            Assertion::ExplainedBy { rule, .. } => {
                let known = rules(None);
                if !known.contains(&rule.as_str()) {
                    let message = format!("there is no rule `{rule}` in what is tried");
                    refuse(*place, message, near(rule, known.into_iter()));
                }
            }
            Assertion::RoutedTo(pipelines) => {
                let known = || ready.pipelines.iter().map(String::as_str);
                for id in pipelines {
                    let id = id.to_string();
                    if known().all(|own| own != id) {
                        let message = format!("there is no pipeline `{id}` in what is tried");
                        refuse(*place, message, near(&id, known()));
                    }
                }
            }
            _ => {}
        }
    }
}
