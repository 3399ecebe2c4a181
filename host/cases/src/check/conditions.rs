//! Conditions in OTTL, answered by the stock policy `filter`: what it would drop is what they hold for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::json;
use tollgate_config::{Location, Source};
use tollgate_lab::passage::End;
use tollgate_lab::{OpenError, Opening, Options, Scope, Telemetry, Trial};
use tollgate_pipeline::rehearsal::Snapshot;
use tollgate_record::Signal;

use crate::subject::Bench;

/// Conditions, ready for each signal that they can be asked of.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    known: HashMap<String, Vec<(Signal, Opened)>>,
}

type Opened = Result<Mutex<Trial>, Wrong>;

/// What is wrong, and what would mend it.
pub(crate) type Wrong = (String, Option<String>);

/// What a condition says of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Holds,
    DoesNot,
    /// It cannot be told.
    Fails(String),
}

impl Conditions {
    /// Reads a condition for the signals of pipelines. What is wrong with it, for records of one of them first, is told with what would
    /// mend it.
    pub(crate) fn add(
        &mut self,
        condition: &str,
        of: Option<Signal>,
        pipelines: &[String],
        bench: &Bench<'_>,
    ) -> Result<(), Wrong> {
        let has = |signal: Signal| {
            let mut kinds = pipelines.iter().map(|id| id.split('/').next());
            kinds.any(|kind| kind == Some(signal.as_str()))
        };
        // Where there is no pipeline yet, nothing can leave, and a mistake is a mistake all the same.
        let signals = Signal::ALL.into_iter();
        let signals: Vec<Signal> = signals
            .filter(|signal| pipelines.is_empty() || has(*signal))
            .collect();
        let ready = self.known.entry(condition.to_owned()).or_default();
        for signal in signals {
            if ready.iter().all(|(known, _)| *known != signal) {
                let opened = open(condition, signal, bench);
                ready.push((signal, opened.map(Mutex::new).map_err(|error| said(&error))));
            }
        }
        if ready.iter().any(|(_, opened)| opened.is_ok()) {
            return Ok(());
        }
        let own = ready.iter().find(|(signal, _)| of == Some(*signal));
        match own.or(ready.first()) {
            Some((_, Err(wrong))) => Err(wrong.clone()),
            _ => Ok(()),
        }
    }

    /// What a condition says of each record of a request; none where it cannot be asked of records of this signal.
    pub(crate) fn ask(&self, condition: &str, snapshot: &Snapshot) -> Option<Vec<Answer>> {
        let mut ready = self.known.get(condition)?.iter();
        let (_, opened) = ready.find(|(signal, _)| *signal == snapshot.signal)?;
        let mut trial = {
            let trial = opened.as_ref().ok()?.lock();
            trial.unwrap_or_else(PoisonError::into_inner).another()
        };
        let telemetry = Telemetry::new(snapshot.signal, snapshot.wire.clone(), "what left");
        let passage = trial.pass(&telemetry).ok()?;
        let answers = passage.fates.iter().map(|fate| {
            if let Some(failed) = fate.failures.first() {
                let call = failed.call.and_then(|call| {
                    let visit = passage.visits.iter();
                    let visit = visit
                        .into_iter()
                        .find(|visit| visit.place == failed.place)?;
                    visit.calls.get(call)?.failure.clone()
                });
                let why = call.map_or_else(
                    || "it cannot be evaluated for this record".to_owned(),
                    |call| call.said.unwrap_or(call.message),
                );
                return Answer::Fails(why);
            }
            if fate
                .ends
                .iter()
                .any(|end| matches!(end, End::Dropped { .. }))
            {
                Answer::Holds
            } else {
                Answer::DoesNot
            }
        });
        Some(answers.collect())
    }
}

fn open(condition: &str, signal: Signal, bench: &Bench<'_>) -> Result<Trial, OpenError> {
    // The form in which a path needs no prefix.
    let (section, list) = match signal {
        Signal::Logs => ("logs", "log_record"),
        Signal::Traces => ("traces", "span"),
        Signal::Metrics => ("metrics", "datapoint"),
    };
    let text = json!({
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": "127.0.0.1:4317"}}}},
        "processors": {"filter": {"error_mode": "propagate", (section): {(list): [condition]}}},
        "exporters": {"debug": {}},
        "service": {"pipelines": {(signal.as_str()): {
            "receivers": ["otlp"], "processors": ["filter"], "exporters": ["debug"],
        }}},
    });
    let opening = Opening {
        around: bench.around,
        stock: bench.stock,
        sandbox: bench.sandbox,
        compat_collector: false,
    };
    let source = Source {
        name: "condition".to_owned(),
        text: text.to_string(),
    };
    let opened = opening.open(&[Location::Text(source)], &Scope::Whole, Options::default())?;
    Ok(opened.trial)
}

fn said(error: &OpenError) -> Wrong {
    let OpenError::Wrong(found) = error else {
        return (format!("this condition cannot be asked: {error}"), None);
    };
    let Some(first) = found.iter().next() else {
        return ("this condition cannot be asked".to_owned(), None);
    };
    let message = first.message.strip_prefix("processors::filter: ");
    (
        format!(
            "this condition cannot be read: {}",
            message.unwrap_or(&first.message)
        ),
        first.help.clone(),
    )
}
