//! From what happened to its report.

use std::fmt::Write as _;

use tollgate_config::{ComponentId, OnError};
use tollgate_json::encode;
use tollgate_pipeline::rehearsal::{CallFailure, Exit, StagePlace};
use tollgate_record::Value;

use super::{
    ChangeReport, Child, EndReport, FailureReport, FieldReport, LeftReport, MadeReport, Place,
    RecordReport, RequestReport, RouteReport, label,
};
use crate::Telemetry;
use crate::fields::{FieldAt, RecordFields, fields};
use crate::passage::{Change, End, Failed, Fate, Passage, RouteTaken};
use crate::value::json;

pub(super) fn request(telemetry: &Telemetry, passage: &Passage, all: bool) -> RequestReport {
    let Telemetry { signal, source, .. } = telemetry;
    // It was read before, or it would not have passed.
    let came = fields(*signal, &passage.input.wire).unwrap_or_default();
    let records = passage.fates.iter().map(|fate| {
        let own = came.get(fate.record as usize);
        record(passage, fate, |own| label(*signal, own), own, all)
    });
    RequestReport {
        source: source.clone(),
        signal: signal.as_str(),
        records: records.collect(),
        left: passage.exits.iter().map(left).collect(),
    }
}

fn record(
    passage: &Passage,
    fate: &Fate,
    label: impl Fn(&RecordFields) -> String,
    own: Option<&RecordFields>,
    all: bool,
) -> RecordReport {
    let failures = fate.failures.iter();
    RecordReport {
        record: fate.record,
        label: own.map(label).unwrap_or_default(),
        changes: fate.changes.iter().map(change).collect(),
        routes: fate.routes.iter().map(route).collect(),
        failures: failures
            .map(|failed| failure(passage, fate.record, failed))
            .collect(),
        ends: fate.ends.iter().map(end).collect(),
        fields: own.filter(|_| all).map(every_field),
    }
}

fn change(change: &Change) -> ChangeReport {
    let difference = &change.difference;
    ChangeReport {
        place: place(&change.place),
        rule: change.rule.clone(),
        field: difference.field.path.clone(),
        child: child(&difference.field),
        before: difference
            .before
            .as_ref()
            .map(|value| shown(&difference.field, value)),
        after: difference
            .after
            .as_ref()
            .map(|value| shown(&difference.field, value)),
    }
}

fn route(route: &RouteTaken) -> RouteReport {
    RouteReport {
        place: place(&route.place),
        rule: route.rule.clone(),
        to: names(&route.to),
    }
}

fn failure(passage: &Passage, record: u32, failed: &Failed) -> FailureReport {
    let mut visits = passage.visits.iter().filter(|visit| {
        visit.place == failed.place && visit.before.origins.contains(&Some(record))
    });
    let call = visits.find_map(|visit| visit.calls.get(failed.call?)?.failure.as_ref());
    let judged = CallFailure {
        kind: "judged",
        message: "the policy says that it cannot judge the record".to_owned(),
        ..CallFailure::default()
    };
    let CallFailure {
        kind,
        message,
        said,
        backtrace,
    } = call.unwrap_or(&judged).clone();
    FailureReport {
        place: place(&failed.place),
        rule: failed.rule.clone(),
        on_error: on_error(failed.on_error),
        kind: kind.to_owned(),
        message,
        said,
        backtrace,
    }
}

fn end(end: &End) -> EndReport {
    match end {
        End::Left {
            pipeline,
            exporters,
        } => EndReport::Left {
            pipeline: pipeline.to_string(),
            exporters: names(exporters),
        },
        End::Dropped { place: at, rule } => EndReport::Dropped {
            place: place(at),
            rule: rule.clone(),
        },
        End::Failed {
            place: at,
            on_error: wanted,
        } => EndReport::Failed {
            place: place(at),
            on_error: on_error(*wanted),
        },
        End::Consumed { place: at } => EndReport::Consumed { place: place(at) },
        End::Merged { place: at } => EndReport::Merged { place: place(at) },
        End::KeptBack { pipeline } => EndReport::KeptBack {
            pipeline: pipeline.to_string(),
        },
    }
}

fn left(exit: &Exit) -> LeftReport {
    let snapshot = &exit.snapshot;
    let mut request = Vec::new();
    // What a pipeline made is OTLP; if ever it were not, there would be nothing to show.
    let request = match encode(snapshot.signal, &snapshot.wire, &mut request) {
        Ok(()) => serde_json::from_slice(&request).unwrap_or_default(),
        Err(_) => serde_json::Value::Null,
    };
    let is_made = snapshot.origins.iter().any(Option::is_none);
    let records = if is_made {
        fields(snapshot.signal, &snapshot.wire).unwrap_or_default()
    } else {
        Vec::new()
    };
    let made = snapshot.origins.iter().zip(&records);
    let made = made.filter(|(origin, _)| origin.is_none());
    LeftReport {
        pipeline: exit.pipeline.to_string(),
        exporters: names(&exit.exporters),
        signal: snapshot.signal.as_str(),
        records: snapshot.origins.len(),
        made: made
            .map(|(_, record)| MadeReport {
                label: label(snapshot.signal, record),
                fields: every_field(record),
            })
            .collect(),
        request,
    }
}

fn every_field(record: &RecordFields) -> Vec<FieldReport> {
    let fields = record.fields.iter();
    fields
        .map(|(at, value)| FieldReport {
            field: at.path.clone(),
            child: child(at),
            value: shown(at, value),
        })
        .collect()
}

/// A value as plain JSON; identifiers in hex, as OTLP/JSON and people write them.
fn shown(at: &FieldAt, value: &Value) -> serde_json::Value {
    let is_id = at.path.ends_with("trace_id") || at.path.ends_with("span_id");
    match value {
        Value::Bytes(bytes) if is_id => {
            let mut hex = String::new();
            for byte in bytes {
                // Writing to a string does not fail.
                let _ = write!(hex, "{byte:02x}");
            }
            hex.into()
        }
        other => json(other),
    }
}

fn child(at: &FieldAt) -> Option<Child> {
    at.child.map(|(kind, place)| Child {
        kind: kind.as_str(),
        number: place.saturating_add(1),
    })
}

fn place(place: &StagePlace) -> Place {
    Place {
        pipeline: place.pipeline.to_string(),
        stage: place.stage.to_string(),
    }
}

fn names(ids: &[ComponentId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn on_error(on_error: OnError) -> &'static str {
    match on_error {
        OnError::Reject => "reject",
        OnError::Drop => "drop",
        OnError::Pass => "pass",
    }
}
