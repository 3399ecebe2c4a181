//! What the page is told: what came of a configuration and telemetry, ready to be shown.

mod records;
mod remarks;
mod story;

use serde::Serialize;
use tollgate_lab::explain::{StageSurvey, Survey};
use tollgate_lab::passage::Passage;
use tollgate_lab::report::Report;
use tollgate_lab::{Telemetry, Trial};

use crate::workbench::{Tried, Unpassable};
use records::Record;
use remarks::{Remark, remarks};

/// Everything that one run has to tell.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// What is wrong with the configuration, or probably not meant so.
    configuration: Vec<Remark>,
    /// Why the telemetry cannot be passed.
    telemetry: Option<Trouble>,
    /// How many records ended how.
    summary: Option<Summary>,
    /// Side by side, for people.
    records: Vec<Record>,
    /// What each stage's rules came to.
    rules: Vec<StageSurvey>,
    /// The same for programs: the shape of `tollgate try --json`.
    report: Option<Report>,
}

/// What is wrong with the telemetry.
#[derive(Debug, Serialize)]
struct Trouble {
    message: String,
    help: Option<String>,
    /// Line and column, from 1.
    line: Option<usize>,
    column: Option<usize>,
}

/// Records by how they ended.
#[derive(Debug, Default, Serialize)]
struct Summary {
    records: usize,
    unchanged: usize,
    changed: usize,
    dropped: usize,
    failed: usize,
    other: usize,
    /// Records that policies made.
    made: usize,
}

impl Answer {
    pub(crate) fn of(tried: &Tried, configuration: &str) -> Self {
        let mut answer = Self {
            configuration: remarks(&tried.remarks, configuration),
            telemetry: None,
            summary: None,
            records: Vec::new(),
            rules: Vec::new(),
            report: None,
        };
        match (&tried.passed, &tried.opened) {
            (Some(Err(trouble)), _) => answer.telemetry = Some(Trouble::from(trouble)),
            (Some(Ok(passed)), Some(opened)) => answer.passed(passed, &opened.trial),
            _ => {}
        }
        answer
    }

    fn passed(&mut self, passed: &[(Telemetry, Passage)], trial: &Trial) {
        let mut survey = Survey::default();
        let mut report = Report::default();
        for (telemetry, passage) in passed {
            survey.add(trial, passage);
            report.add(telemetry, passage, false);
            match records::of(telemetry, passage, self.records.len()) {
                Ok(records) => self.records.extend(records),
                Err(source) => {
                    let what = telemetry.source.clone();
                    self.telemetry = Some(Trouble::from(&Unpassable::Malformed { what, source }));
                }
            }
        }
        let mut summary = Summary::default();
        for record in &self.records {
            let count = match record.verdict {
                "unchanged" => &mut summary.unchanged,
                "changed" => &mut summary.changed,
                "dropped" => &mut summary.dropped,
                "failed" => &mut summary.failed,
                "made" => &mut summary.made,
                _ => &mut summary.other,
            };
            *count = count.saturating_add(1);
            if record.verdict != "made" {
                summary.records = summary.records.saturating_add(1);
            }
        }
        self.summary = Some(summary);
        self.rules = survey.report(trial).stages;
        report.sort_rules(trial.places());
        self.report = Some(report);
    }
}

impl From<&Unpassable> for Trouble {
    fn from(trouble: &Unpassable) -> Self {
        match trouble {
            Unpassable::Input(error) => Self {
                message: error.message.clone(),
                help: error.help.clone(),
                line: error.place.map(|(line, _)| line),
                column: error.place.map(|(_, column)| column),
            },
            other => Self {
                message: other.to_string(),
                help: None,
                line: None,
                column: None,
            },
        }
    }
}
