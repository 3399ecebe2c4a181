//! `tollgate explain`: which rules looked at what, which one won and why; of a record, of a field, or of a whole data set.

mod record;
mod survey;

use std::process::ExitCode;

use anyhow::Context as _;
use tollgate_lab::explain::{RecordExplanation, Survey, explain as explained, spelled};
use tollgate_lab::passage::Passage;
use tollgate_lab::{Opened, Options, Telemetry};
use tollgate_record::Signal;

use crate::args::Configuration;
use crate::configuration::sandbox;
use crate::here::Here;
use crate::telemetry::Telemetries;
use crate::terminal;
use crate::trial::{BAD_INPUT, Subject};

/// Records that are explained where nobody says which.
const MOST: usize = 10;

/// What is explained, and of what.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    telemetry: Telemetries,
    /// This record, from 1, counted through all of the telemetry. Without it, and without --field: a survey of all rules.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    record: Option<u64>,
    /// This field, as OTTL spells it: `body`, `attributes["prompt"]`, `resource.attributes["host.name"]`. Without --record: of the
    /// first ten records that have it.
    #[arg(long, value_name = "PATH")]
    field: Option<String>,
    /// Rules that looked at something and did not match are shown, too.
    #[arg(long)]
    all: bool,
    /// For programs.
    #[arg(long)]
    json: bool,
    /// Randomness that policies are handed, such as a sampler's.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(crate) fn explain(wanted: Explain, before: Configuration) -> anyhow::Result<ExitCode> {
    let wanted = Explain {
        subject: wanted.subject.or(before),
        ..wanted
    };
    let sandbox = sandbox()?;
    let options = Options {
        seed: wanted.seed,
        explain: true,
        ..Options::default()
    };
    let mut opened = match wanted.subject.open(&sandbox, &Here, options)? {
        Ok(opened) => opened,
        Err(code) => return Ok(code),
    };
    let telemetry = match wanted.telemetry.read()? {
        Ok(read) => read,
        Err(code) => return Ok(code),
    };
    let Some(passed) = crate::r#try::pass(&mut opened, &telemetry) else {
        return Ok(ExitCode::from(BAD_INPUT));
    };
    if wanted.record.is_none() && wanted.field.is_none() {
        wanted.survey(&opened, &passed)?;
        return Ok(ExitCode::SUCCESS);
    }
    let records = match wanted.records(&opened, &passed)? {
        Ok(records) => records,
        Err(trouble) => {
            terminal::remark(&format!("error: {trouble}"));
            return Ok(ExitCode::from(BAD_INPUT));
        }
    };
    wanted.show(&records)?;
    Ok(ExitCode::SUCCESS)
}

impl Explain {
    fn survey(&self, opened: &Opened, passed: &[(&Telemetry, Passage)]) -> anyhow::Result<()> {
        let mut survey = Survey::default();
        for (_, passage) in passed {
            survey.add(&opened.trial, passage);
        }
        let report = survey.report(&opened.trial);
        let shown = if self.json {
            serde_json::to_string(&report).context("the survey is no JSON")?
        } else {
            survey::show(&report)
        };
        terminal::show(&shown);
        Ok(())
    }

    /// The records that are asked for, explained; or what is wrong with what was asked.
    fn records(
        &self,
        opened: &Opened,
        passed: &[(&Telemetry, Passage)],
    ) -> anyhow::Result<Result<Vec<RecordExplanation>, String>> {
        let mut explained_ones = Vec::new();
        let mut mistake = None;
        let mut number = 0_u64;
        for (telemetry, passage) in passed {
            let field = match self.spelled(telemetry.signal) {
                Ok(field) => field,
                Err(trouble) => {
                    // It may be a field of another signal.
                    mistake = Some(trouble);
                    number = number.saturating_add(u64::try_from(passage.fates.len())?);
                    continue;
                }
            };
            for fate in &passage.fates {
                number = number.saturating_add(1);
                if self.record.is_some_and(|wanted| wanted != number) {
                    continue;
                }
                let record = fate.record;
                let told = explained(&opened.trial, telemetry, passage, record, field.as_deref())?;
                let told = told.filter(|told| self.record.is_some() || told.has_field());
                explained_ones.extend(told);
                if self.record.is_none() && explained_ones.len() >= MOST {
                    terminal::remark(&format!(
                        "note: these are the first {MOST} records that have the field; --record N shows another one"
                    ));
                    return Ok(Ok(explained_ones));
                }
            }
        }
        Ok(match (explained_ones.is_empty(), mistake, self.record) {
            (false, ..) => Ok(explained_ones),
            (true, Some(mistake), _) => Err(mistake),
            (true, None, Some(wanted)) => Err(format!(
                "there is no record {wanted}: there are {number}, counted from 1"
            )),
            (true, None, None) => Err(format!(
                "none of the {number} records has, or comes to have, {}",
                self.field.as_deref().unwrap_or_default()
            )),
        })
    }

    /// The field in its usual spelling. What is no field of the signal may be a place within a nested value.
    fn spelled(&self, signal: Signal) -> Result<Option<String>, String> {
        let Some(field) = &self.field else {
            return Ok(None);
        };
        match spelled(signal, field) {
            Ok(field) => Ok(Some(field)),
            Err(_) if field.starts_with("body[") || field.matches('[').count() > 1 => {
                Ok(Some(field.clone()))
            }
            Err(error) => Err(format!("--field is {error}")),
        }
    }

    fn show(&self, records: &[RecordExplanation]) -> anyhow::Result<()> {
        let shown = if self.json {
            serde_json::to_string(records).context("the explanation is no JSON")?
        } else {
            records
                .iter()
                .map(|told| record::show(told, self.all))
                .collect::<Vec<_>>()
                .join("\n")
        };
        terminal::show(&shown);
        Ok(())
    }
}
