//! JSON, for other programs. The shape is stable: members are added, and those that there are keep their names and meanings.

use serde_json::{Value as Json, json as object};

use super::Finished;
use crate::run::{Failure, Outcome, Verdict};

/// The document: `cases`, `summary`, and `coverage` where that was asked for.
#[must_use]
pub fn json(finished: &Finished<'_>) -> Json {
    let mut summary = serde_json::to_value(finished.counts()).unwrap_or_default();
    if let Some(summary) = summary.as_object_mut() {
        summary.insert("milliseconds".to_owned(), milliseconds(finished.took));
    }
    let mut document = object!({
        "cases": finished.outcomes.iter().map(case).collect::<Vec<_>>(),
        "summary": summary,
    });
    if let (Some(document), Some(coverage)) = (document.as_object_mut(), finished.coverage) {
        let coverage = serde_json::to_value(coverage).unwrap_or_default();
        document.insert("coverage".to_owned(), coverage);
    }
    document
}

fn case(outcome: &Outcome) -> Json {
    let (verdict, ignored) = match &outcome.verdict {
        Verdict::Passed => ("passed", None),
        Verdict::Failed(_) => ("failed", None),
        Verdict::Ignored(why) => ("ignored", Some(why)),
    };
    let mut case = object!({
        "file": outcome.file,
        "line": outcome.line,
        "name": outcome.name,
        "verdict": verdict,
        "milliseconds": milliseconds(outcome.took),
        "memory": outcome.memory,
        "failures": outcome.failures().iter().map(failure).collect::<Vec<_>>(),
    });
    let mut put = |name: &str, value: Json| {
        if let Some(case) = case.as_object_mut() {
            case.insert(name.to_owned(), value);
        }
    };
    if let Some(why) = ignored {
        put("ignored", why.as_str().into());
    }
    if let Some(fuel) = outcome.fuel_per_record {
        put("fuel_per_record", fuel.into());
    }
    if let Some(report) = &outcome.report {
        put("happened", serde_json::to_value(report).unwrap_or_default());
    }
    case
}

fn failure(failure: &Failure) -> Json {
    object!({
        "line": failure.line,
        "column": failure.column,
        "message": failure.message,
        "detail": failure.detail,
    })
}

fn milliseconds(time: std::time::Duration) -> Json {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).into()
}
