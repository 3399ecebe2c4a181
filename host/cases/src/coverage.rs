//! Which rules of a configuration no case made do anything.

use std::collections::BTreeSet;

use serde::Serialize;
use tollgate_lab::fields::{RecordFields, fields};
use tollgate_lab::passage::End;
use tollgate_record::{Emission, Value};

use crate::output::Produced;
use crate::prepare::{Prepared, Slot};
use crate::run::Outcome;

/// Stages and their rules that did something: `(configuration, stage, rule)`.
pub(crate) type Touched = BTreeSet<(String, String, Option<String>)>;

/// The rules of what was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Each stage of each configuration, in order.
    pub stages: Vec<StageCoverage>,
    /// Rules that some case made do something.
    pub exercised: usize,
    /// All rules.
    pub rules: usize,
}

/// The rules of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageCoverage {
    /// The configuration.
    pub configuration: String,
    /// The stage.
    pub stage: String,
    /// How many rules it has.
    pub rules: usize,
    /// Those that no case made do anything.
    pub missed: Vec<String>,
    /// Whether the stage did anything at all.
    pub is_exercised: bool,
}

/// What did something in a case.
pub(crate) fn touched(slot: &Slot, produced: &Produced) -> Touched {
    let configuration = slot.key.called();
    let mut all = Touched::new();
    let mut add = |stage: String, rule: Option<&String>| {
        all.insert((configuration.clone(), stage, rule.cloned()));
    };
    for (_, _, fate) in produced.fates() {
        for change in &fate.changes {
            add(change.place.stage.to_string(), change.rule.as_ref());
        }
        for route in &fate.routes {
            add(route.place.stage.to_string(), route.rule.as_ref());
        }
        for failed in &fate.failures {
            add(failed.place.stage.to_string(), failed.rule.as_ref());
        }
        for end in &fate.ends {
            if let End::Dropped { place, rule } = end {
                add(place.stage.to_string(), rule.as_ref());
            }
        }
    }
    // Edits that another rule's overlay, and those of records that a policy made, are no change of a record that came.
    for visit in produced.passages().flat_map(|passage| &passage.visits) {
        let stage = visit.place.stage.to_string();
        let rules = slot.opened.as_ref().ok().and_then(|ready| {
            let own = ready.stages.iter().find(|(own, _)| *own == stage)?;
            Some(&own.1)
        });
        for outcome in visit.calls.iter().filter_map(|call| call.outcome.as_ref()) {
            let used = outcome.judgements.rule.iter().chain(&outcome.edits.rule);
            for rule in used {
                if let Some(rule) = rules.and_then(|rules| rules.get(*rule as usize)) {
                    add(stage.clone(), Some(rule));
                }
            }
            // Whoever makes metrics names the rules after them.
            for emission in &outcome.emissions {
                for name in metrics(emission) {
                    add(stage.clone(), Some(&name));
                }
            }
            if !outcome.emissions.is_empty() || !outcome.measurements.is_empty() {
                add(stage.clone(), None);
            }
        }
    }
    all
}

fn metrics(emission: &Emission) -> BTreeSet<String> {
    let wire = emission.request.clone().into();
    let records = fields(emission.signal, &wire).unwrap_or_default();
    let name = |record: &RecordFields| match record.get("metric.name") {
        Some(Value::Text(name)) => Some(name.clone()),
        _ => None,
    };
    records.iter().filter_map(name).collect()
}

impl Coverage {
    /// Of all cases that were run.
    #[must_use]
    pub fn of(prepared: &Prepared, outcomes: &[Outcome]) -> Self {
        let touched: BTreeSet<_> = outcomes
            .iter()
            .flat_map(|outcome| &outcome.touched)
            .collect();
        let mut coverage = Self::default();
        let mut seen = BTreeSet::new();
        for slot in prepared.slots.iter().filter(|slot| !slot.key.is_metered) {
            let Ok(ready) = &slot.opened else { continue };
            let configuration = slot.key.called();
            for (stage, rules) in &ready.stages {
                // Cases of parts of a configuration are about the same stages.
                if !seen.insert((configuration.clone(), stage.clone())) {
                    continue;
                }
                let is_touched = |rule: Option<&String>| {
                    touched.contains(&(configuration.clone(), stage.clone(), rule.cloned()))
                };
                let missed: Vec<String> = rules
                    .iter()
                    .filter(|rule| !is_touched(Some(*rule)))
                    .cloned()
                    .collect();
                coverage.rules = coverage.rules.saturating_add(rules.len());
                coverage.exercised = coverage
                    .exercised
                    .saturating_add(rules.len().saturating_sub(missed.len()));
                coverage.stages.push(StageCoverage {
                    is_exercised: touched
                        .iter()
                        .any(|(config, own, _)| *config == configuration && own == stage),
                    configuration: configuration.clone(),
                    stage: stage.clone(),
                    rules: rules.len(),
                    missed,
                });
            }
        }
        coverage
    }
}
