//! Conditions in OTTL, answered by the stock policy `filter`: what it would drop is what they hold for.

use std::collections::HashMap;

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
    known: HashMap<String, Vec<(Signal, std::sync::Mutex<Trial>)>>,
}

/// What a condition says of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Holds,
    DoesNot,
    /// It cannot be told.
    Fails(String),
}

impl Conditions {
    /// Reads a condition. What is wrong with it for records of a signal is told with what would mend it.
    pub(crate) fn add(
        &mut self,
        condition: &str,
        of: Option<Signal>,
        bench: &Bench<'_>,
    ) -> Result<(), (String, Option<String>)> {
        if self.known.contains_key(condition) {
            return Ok(());
        }
        let mut ready = Vec::new();
        let mut wrong = None;
        for signal in Signal::ALL {
            match open(condition, signal, bench) {
                Ok(trial) => ready.push((signal, std::sync::Mutex::new(trial))),
                Err(error) if of == Some(signal) => wrong = Some(error),
                Err(error) => wrong = wrong.or(Some(error)),
            }
        }
        if let (true, Some(error)) = (ready.is_empty(), wrong) {
            return Err(said(&error));
        }
        self.known.insert(condition.to_owned(), ready);
        Ok(())
    }

    /// What a condition says of each record of a request; none where it cannot be asked of records of this signal.
    pub(crate) fn ask(&self, condition: &str, snapshot: &Snapshot) -> Option<Vec<Answer>> {
        let ready = self.known.get(condition)?.iter();
        let (_, trial) = ready
            .into_iter()
            .find(|(signal, _)| *signal == snapshot.signal)?;
        let mut trial = {
            let trial = trial
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            trial.another()
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

fn said(error: &OpenError) -> (String, Option<String>) {
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
