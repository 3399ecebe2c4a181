//! Of one record.

use serde::Serialize;
use serde_json::Value as Json;
use tollgate_pipeline::rehearsal::{Call, Visit};
use tollgate_record::{FieldError, Fields, Malformed, Outcome, Signal};

use super::look::{Look, Placed, is_within, looks};
use super::sight::{Sight, sight, value_at};
use super::why::why;
use crate::fields::{RecordFields, fields};
use crate::passage::Passage;
use crate::reasons::Nodes;
use crate::report::{EndReport, FailureReport, Place, Report};
use crate::value::json;
use crate::{Telemetry, Trial};

/// What happened to one record, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordExplanation {
    /// Where it was read.
    pub source: String,
    /// Its signal.
    pub signal: &'static str,
    /// Its place in the request, from 0.
    pub record: u32,
    /// What people call it.
    pub label: String,
    /// The field that was asked for, as OTTL spells it; null for all.
    pub field: Option<String>,
    /// What that field held when the record came; null if it was not there.
    pub came: Option<Json>,
    /// The stages that it came to, in order.
    pub stages: Vec<StageExplanation>,
    /// Where it ended.
    pub ends: Vec<EndReport>,
}

impl RecordExplanation {
    /// Whether it had the field that was asked for when it came, or came to have it.
    #[must_use]
    pub fn has_field(&self) -> bool {
        let mut stages = self.stages.iter();
        self.came.is_some() || stages.any(|stage| stage.before.is_some() || stage.after.is_some())
    }
}

/// What a stage did with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageExplanation {
    /// Which stage.
    #[serde(flatten)]
    pub place: Place,
    /// Who says what its rules saw.
    #[serde(flatten)]
    pub told_by: ToldBy,
    /// What the stage could see of the field; null where none was asked for.
    #[serde(flatten)]
    pub sight: Option<Sight>,
    /// What its rules looked at, in their order.
    pub looks: Vec<Look>,
    /// Rules of it that looked at nothing of this.
    pub silent: Vec<String>,
    /// What the field held before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// What it held after; absent if it was not there, or the record did not go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
    /// Why it failed for the record, if it did.
    pub failure: Option<FailureReport>,
    /// What it comes to, in sentences.
    pub why: Vec<String>,
}

/// Who says what the rules of a stage saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "told_by", content = "trouble", rename_all = "snake_case")]
pub enum ToldBy {
    /// The policy itself.
    Policy,
    /// Nobody but its outcome: it does not export `explanation`, so that rules which did nothing are not seen.
    Outcome,
    /// Likewise, for the policy failed when it was asked; why.
    Failed(String),
    /// The policy was not called.
    Nobody,
}

/// A path in its usual spelling: `log.attributes["a"]` is `attributes["a"]`.
pub fn spelled(signal: Signal, path: &str) -> Result<String, FieldError> {
    let parsed = Fields::parse(signal, &[path])?;
    Ok(parsed.iter().next().unwrap_or(path).to_owned())
}

/// Explains what became of a record of a request, or of one field of it. None if the request has no such record.
pub fn explain(
    trial: &Trial,
    telemetry: &Telemetry,
    passage: &Passage,
    record: u32,
    field: Option<&str>,
) -> Result<Option<RecordExplanation>, Malformed> {
    let mut report = Report::default();
    report.add(telemetry, passage, false);
    let reported = report.requests.pop().map(|request| request.records);
    let mut reported = reported.into_iter().flatten();
    let Some(reported) = reported.find(|reported| reported.record == record) else {
        return Ok(None);
    };
    let came = record_of(&passage.input, record)?;
    let mut stages = Vec::new();
    for visit in &passage.visits {
        let origins = visit.before.origins.iter();
        let position = origins
            .zip(0_u32..)
            .find(|(origin, _)| **origin == Some(record));
        if let Some((_, position)) = position {
            let failures = &reported.failures;
            stages.push(of_stage(trial, visit, (record, position), field, failures)?);
        }
    }
    Ok(Some(RecordExplanation {
        source: telemetry.source.clone(),
        signal: passage.signal.as_str(),
        record,
        label: reported.label,
        came: field
            .zip(came.as_ref())
            .and_then(|(field, came)| value_at(came, field))
            .map(json),
        field: field.map(str::to_owned),
        stages,
        ends: reported.ends,
    }))
}

fn of_stage(
    trial: &Trial,
    visit: &Visit,
    (record, position): (u32, u32),
    field: Option<&str>,
    failures: &[FailureReport],
) -> Result<StageExplanation, Malformed> {
    let stage = trial.stage(&visit.place);
    let rules: &[String] = stage.as_ref().map_or(&[], |stage| &stage.manifest.rules);
    let call = call_of(visit, position);
    let nodes = call.map(|call| Nodes::of(&call.view, call.first));
    let mut placed = match (call, &nodes) {
        (Some(call), Some(nodes)) => looks(call, nodes, rules),
        _ => Vec::new(),
    };
    if let Some(nodes) = &nodes {
        placed.retain(|placed| {
            nodes.records(placed.node).contains(&position) && concerns(placed, field)
        });
    }
    let silent = rules.iter().filter(|rule| {
        let mut looked = placed.iter();
        !looked.any(|placed| placed.look.rule == **rule)
    });
    let silent = silent.cloned().collect();
    let place = Place {
        pipeline: visit.place.pipeline.to_string(),
        stage: visit.place.stage.to_string(),
    };
    let before = record_of(&visit.before, record)?;
    let after = record_of(&visit.after, record)?;
    let held = |record: &Option<RecordFields>| {
        let value = value_at(record.as_ref()?, field?)?;
        Some(json(value))
    };
    let sight = field.map(|field| {
        let view = call
            .zip(nodes.as_ref())
            .map(|(call, nodes)| (&call.view, nodes));
        let signal = visit.before.signal;
        sight(
            view,
            stage.as_ref(),
            (signal, position),
            before.as_ref(),
            field,
        )
    });
    let looks: Vec<Look> = placed.into_iter().map(|placed| placed.look).collect();
    let failure = failures
        .iter()
        .find(|failure| failure.place == place)
        .cloned();
    let told_by = told_by(call);
    Ok(StageExplanation {
        why: why(&looks, field, sight.as_ref(), failure.as_ref(), &told_by),
        told_by,
        sight,
        looks,
        silent,
        before: held(&before),
        after: held(&after),
        failure,
        place,
    })
}

/// The last call that a record was shown in; the last of those that succeeded, if one did.
fn call_of(visit: &Visit, position: u32) -> Option<&Call> {
    let holds =
        |call: &&Call| (call.first..call.first.saturating_add(call.records)).contains(&position);
    let of_record = || visit.calls.iter().filter(holds);
    let answered = of_record().rfind(|call| call.outcome.is_some());
    answered.or_else(|| of_record().next_back())
}

fn told_by(call: Option<&Call>) -> ToldBy {
    let has_acted = |outcome: &Outcome| {
        let Outcome {
            judgements, edits, ..
        } = outcome;
        !judgements.node.is_empty() || !edits.op.is_empty()
    };
    let acted = call.is_some_and(|call| call.outcome.as_ref().is_some_and(has_acted));
    match call.map(|call| &call.trail) {
        None => ToldBy::Nobody,
        Some(None) => ToldBy::Outcome,
        // Who acts without a look does not tell, whatever it exports.
        Some(Some(Ok(trail))) if trail.is_empty() && acted => ToldBy::Outcome,
        Some(Some(Ok(_))) => ToldBy::Policy,
        Some(Some(Err(failure))) => ToldBy::Failed(failure.message.clone()),
    }
}

/// Whether a look has to do with a field. What ends the record ends all its fields.
fn concerns(placed: &Placed, field: Option<&str>) -> bool {
    let Some(wanted) = field else { return true };
    match &placed.look.field {
        Some(own) => is_within(own, wanted) || is_within(wanted, own),
        None => placed.look.did.is_some(),
    }
}

/// A record by its place in what came, as a snapshot has it.
fn record_of(
    snapshot: &tollgate_pipeline::rehearsal::Snapshot,
    record: u32,
) -> Result<Option<RecordFields>, Malformed> {
    let place = snapshot
        .origins
        .iter()
        .position(|origin| *origin == Some(record));
    let Some(place) = place else { return Ok(None) };
    Ok(fields(snapshot.signal, &snapshot.wire)?
        .into_iter()
        .nth(place))
}
