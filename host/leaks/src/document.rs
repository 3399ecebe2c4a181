//! A report for programs.

use serde::Serialize;

use crate::encoding::Encoding;
use crate::kind::SecretKind;
use crate::outcome::{By, Closed, Outcome};
use crate::remedy::Advice;
use crate::report::{Report, Tally};
use crate::search::Found;

/// A report, as it is written for programs. No secret of the user's own is in it.
#[derive(Debug, Serialize)]
pub struct Document<'r> {
    seed: u64,
    total: Tally,
    /// How many there are of each outcome.
    outcomes: std::collections::BTreeMap<&'static str, usize>,
    encodings: Vec<&'static str>,
    matrix: Vec<Line>,
    suggestions: Vec<Suggestion<'r>>,
    /// Open cells that none of the suggestions closes.
    helpless: usize,
    cells: Vec<CellResult<'r>>,
}

#[derive(Debug, Serialize)]
struct Line {
    place: String,
    cells: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Serialize)]
struct Suggestion<'r> {
    title: &'r str,
    cost: &'r str,
    yaml: &'r str,
    closes: usize,
}

#[derive(Debug, Serialize)]
struct CellResult<'r> {
    signal: &'static str,
    /// The label of the place.
    place: &'r str,
    /// Its way through the protocol's messages.
    path: String,
    kind: &'static str,
    encoding: &'static str,
    /// `open`, `unavoidable` or `closed`.
    outcome: &'static str,
    /// How it is open or closed, in a word.
    how: &'static str,
    /// Stages that closed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    by: Vec<ByStage<'r>>,
    /// Why the gate refuses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<&'r str>,
    /// The first of the suggestions that closes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<usize>,
}

#[derive(Debug, Serialize)]
struct ByStage<'r> {
    stage: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'r str>,
}

impl<'r> Document<'r> {
    /// Of a report and what is advised.
    #[must_use]
    pub fn new(report: &'r Report, advice: &'r Advice, seed: u64) -> Self {
        let matrix = report.rows(None).into_iter().map(|row| Line {
            place: row.labels.concat(),
            cells: Encoding::ALL
                .iter()
                .zip(&row.tallies)
                .filter(|(_, tally)| tally.total() > 0)
                .map(|(encoding, tally)| (encoding.name().to_owned(), serde_json::json!(tally)))
                .collect(),
        });
        let suggestions = advice.remedies.iter().map(|remedy| Suggestion {
            title: &remedy.title,
            cost: remedy.cost,
            yaml: &remedy.yaml,
            closes: remedy.closes,
        });
        let cells = report.results().enumerate();
        let cells = cells.map(|(at, (cell, place, tried))| {
            let (outcome, how, by, reason) = told(&tried.outcome);
            let is_shown = cell.kind != SecretKind::Own && outcome != "closed";
            CellResult {
                signal: place.signal.as_str(),
                place: &place.label,
                path: place.path(),
                kind: cell.kind.name(),
                encoding: cell.encoding.name(),
                outcome,
                how,
                by,
                reason,
                sent: is_shown.then_some(&*cell.written.text),
                left: tried.left.as_deref().filter(|_| is_shown),
                suggestion: advice.of_cell.get(at).copied().flatten(),
            }
        });
        Self {
            seed,
            total: report.total(),
            outcomes: report.words(),
            encodings: Encoding::ALL.iter().map(|own| own.name()).collect(),
            matrix: matrix.collect(),
            suggestions: suggestions.collect(),
            helpless: advice.helpless,
            cells: cells.collect(),
        }
    }
}

fn told(outcome: &Outcome) -> (&'static str, &'static str, Vec<ByStage<'_>>, Option<&str>) {
    match outcome {
        Outcome::Open(Found::Whole) => ("open", "whole", Vec::new(), None),
        Outcome::Open(Found::Part) => ("open", "part", Vec::new(), None),
        Outcome::Unavoidable => ("unavoidable", "id", Vec::new(), None),
        Outcome::Closed(closed) => {
            let (by, reason) = match closed {
                Closed::Redacted { by } => (by.iter().map(ByStage::of).collect(), None),
                Closed::Dropped { by } => (vec![ByStage::of(by)], None),
                Closed::Failed { stage }
                | Closed::Consumed { stage }
                | Closed::Merged { stage } => (vec![ByStage { stage, rule: None }], None),
                Closed::KeptBack | Closed::NotTaken => (Vec::new(), None),
                Closed::Rejected { reason } => (Vec::new(), Some(&**reason)),
            };
            ("closed", closed.word(), by, reason)
        }
    }
}

impl<'r> ByStage<'r> {
    fn of(by: &'r By) -> Self {
        Self {
            stage: &by.stage,
            rule: by.rule.as_deref(),
        }
    }
}
