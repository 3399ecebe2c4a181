//! `tollgate try`: telemetry through a configuration, a policy or a rule, before and after side by side.

mod again;
mod format;
mod show;
mod words;

use std::cell::OnceCell;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;
use tollgate_config::{ComponentId, Surroundings};
use tollgate_lab::input::InputError;
use tollgate_lab::passage::Passage;
use tollgate_lab::report::Report;
use tollgate_lab::{Opened, Options, Telemetry};
use tollgate_sandbox::Sandbox;

use crate::args::Configuration;
use crate::configuration::{laptop, sandbox};
use crate::here::Here;
use crate::telemetry::Telemetries;
use crate::terminal;
use crate::trial::{BAD_INPUT, Subject};

/// What is tried, on what, and how it is shown.
#[derive(Debug, clap::Args)]
pub(crate) struct Try {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    telemetry: Telemetries,
    /// Show every record and every field, and texts at their full length, not only what changed.
    #[arg(long)]
    all: bool,
    /// How it is shown: text, json (what happened, for programs), patch (RFC 6902, an array a request and a line, from the request to what
    /// left in its place), otlp (what left, as OTLP/JSON, a request a line).
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true
    )]
    format: Format,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Of what leaves at several pipelines, what leaves at this one: for patch and otlp.
    #[arg(long, value_name = "PIPELINE", value_parser = ComponentId::parse)]
    exit: Option<ComponentId>,
    /// Do it again whenever the configuration, a component or the telemetry is saved.
    #[arg(long)]
    watch: bool,
    /// Randomness that policies are handed, such as a sampler's.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Patch,
    Otlp,
}

pub(crate) fn r#try(wanted: Try, before: Configuration) -> anyhow::Result<ExitCode> {
    let wanted = Try {
        format: if wanted.json {
            Format::Json
        } else {
            wanted.format
        },
        subject: wanted.subject.or(before),
        ..wanted
    };
    let sandboxes = Sandboxes::new()?;
    if wanted.watch {
        return again::again(&wanted, &sandboxes);
    }
    match wanted.once(&sandboxes, &Here, None)? {
        Ok(tried) => {
            terminal::show(&tried.shown);
            Ok(tried.code())
        }
        Err(code) => Ok(code),
    }
}

/// Where policies run. The gate's own sandbox has the stock policies compiled already; one that tells what a failing policy said, and in
/// which of its functions, compiles them first. It is asked only where a policy has failed.
struct Sandboxes {
    quick: Sandbox,
    telling: OnceCell<Sandbox>,
}

impl Sandboxes {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            quick: sandbox()?,
            telling: OnceCell::new(),
        })
    }

    fn telling(&self) -> anyhow::Result<&Sandbox> {
        if let Some(sandbox) = self.telling.get() {
            return Ok(sandbox);
        }
        let sandbox = laptop(false)?;
        Ok(self.telling.get_or_init(|| sandbox))
    }
}

/// What came of it.
struct Tried {
    opened: Opened,
    shown: String,
    /// Whether a policy failed.
    has_failed: bool,
}

impl Tried {
    fn code(&self) -> ExitCode {
        ExitCode::from(u8::from(self.has_failed))
    }
}

impl Try {
    /// Passes the telemetry through what is tried. What is wrong has been printed when this returns an exit code.
    fn once(
        &self,
        sandboxes: &Sandboxes,
        around: &dyn Surroundings,
        kept: Option<&Arc<[Telemetry]>>,
    ) -> anyhow::Result<Result<Tried, ExitCode>> {
        // The configuration goes first: what is wrong with it is what people look for.
        let options = Options {
            seed: self.seed,
            ..Options::default()
        };
        let mut opened = match self.subject.open(&sandboxes.quick, around, options)? {
            Ok(opened) => opened,
            Err(code) => return Ok(Err(code)),
        };
        let telemetry = match kept {
            Some(kept) => Arc::clone(kept),
            None => match self.telemetry.read()? {
                Ok(read) => read.into(),
                Err(code) => return Ok(Err(code)),
            },
        };
        let Some(mut passed) = pass(&mut opened, &telemetry) else {
            return Ok(Err(ExitCode::from(BAD_INPUT)));
        };
        if passed.iter().any(|(_, passage)| has_failed(passage)) {
            let telling = sandboxes.telling()?;
            if let Ok(mut again) = self.subject.open_quietly(telling, around, options)? {
                for (telemetry, passage) in &mut passed {
                    if let Ok(told) = again.trial.pass(telemetry) {
                        *passage = told;
                    }
                }
            }
        }
        let mut report = Report::default();
        for (telemetry, passage) in &passed {
            report.add(telemetry, passage, self.all);
        }
        report.sort_rules(opened.trial.places());
        let shown = match self.format {
            Format::Text => show::show(&report, self.all),
            Format::Json => serde_json::to_string(&report).context("the report is no JSON")?,
            Format::Patch | Format::Otlp => {
                let exit = match format::exit(&passed, self.exit.as_ref()) {
                    Ok(exit) => exit,
                    Err(trouble) => {
                        terminal::remark(&format!("error: {trouble}"));
                        return Ok(Err(ExitCode::from(BAD_INPUT)));
                    }
                };
                if self.format == Format::Patch {
                    format::patches(&passed, exit.as_ref())?
                } else {
                    format::otlp(&passed, exit.as_ref())?
                }
            }
        };
        Ok(Ok(Tried {
            opened,
            shown,
            has_failed: report.summary.failed > 0,
        }))
    }
}

/// Whether a policy trapped, looped or answered nonsense.
fn has_failed(passage: &Passage) -> bool {
    let mut calls = passage.visits.iter().flat_map(|visit| &visit.calls);
    calls.any(|call| call.failure.is_some())
}

/// Passes every request that a pipeline takes; none if that is wrong with all of them, which has been printed then.
pub(crate) fn pass<'t>(
    opened: &mut Opened,
    telemetry: &'t [Telemetry],
) -> Option<Vec<(&'t Telemetry, Passage)>> {
    let mut passed = Vec::new();
    let mut is_well = true;
    for request in telemetry {
        if !opened.trial.takes(request.signal) {
            continue;
        }
        match opened.trial.pass(request) {
            Ok(passage) => passed.push((request, passage)),
            Err(malformed) => {
                is_well = false;
                let error = InputError {
                    file: request.source.clone(),
                    place: None,
                    message: format!(
                        "it is no request of {} that the gate would take: {malformed}",
                        request.signal
                    ),
                    help: None,
                };
                terminal::remark(&format!("error: {error}"));
            }
        }
    }
    for signal in tollgate_record::Signal::ALL {
        let of_signal = telemetry.iter().filter(|request| request.signal == signal);
        let count = of_signal.count();
        if count > 0 && !opened.trial.takes(signal) {
            let requests = if count == 1 { "request" } else { "requests" };
            terminal::remark(&format!(
                "warning: no pipeline that is tried takes {signal}: {count} {requests} left out"
            ));
        }
    }
    if passed.is_empty() && is_well {
        terminal::remark(
            "error: nothing was tried: none of the telemetry is of a signal that is taken",
        );
    }
    (is_well && !passed.is_empty()).then_some(passed)
}
