//! Telemetry as it is named on the command line.

use std::io::{IsTerminal as _, Read as _, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use tollgate_lab::input::{InputError, files_of, read_lines, read_path};
use tollgate_lab::{Telemetry, samples};
use tollgate_record::Signal;

use crate::complain;
use crate::trial::BAD_INPUT;

/// Which telemetry: files, the standard input, or a sample.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Telemetries {
    /// Files, folders of `tollgate capture`, or `-` for the standard input: OTLP/JSON (also a request a line), OTLP/protobuf (also
    /// several, with their lengths), either compressed or not, or text, each line of which is the body of a log record.
    #[arg(value_name = "TELEMETRY")]
    pub(crate) telemetry: Vec<PathBuf>,
    /// Telemetry that comes with the program: codex, claude, gemini or otel-demo.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(samples::NAMES), hide_possible_values = true)]
    pub(crate) sample: Option<String>,
    /// The signal of protobuf that could be of several: logs, traces or metrics.
    #[arg(long, value_name = "SIGNAL", hide_possible_values = true)]
    pub(crate) signal: Option<Named>,
    /// Take every line as the body of a log record, whatever it looks like.
    #[arg(long, conflicts_with = "signal")]
    pub(crate) text: bool,
}

/// A signal by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Named {
    /// Log records.
    Logs,
    /// Spans.
    #[value(alias = "spans")]
    Traces,
    /// Data points.
    Metrics,
}

impl From<Named> for Signal {
    fn from(named: Named) -> Self {
        match named {
            Named::Logs => Self::Logs,
            Named::Traces => Self::Traces,
            Named::Metrics => Self::Metrics,
        }
    }
}

impl Telemetries {
    /// Reads all of it, in the order in which it is named. What is wrong has been printed when this returns an exit code.
    pub(crate) fn read(&self) -> anyhow::Result<Result<Vec<Telemetry>, ExitCode>> {
        Ok(self.read_quietly()?.map_err(|error| {
            complain(&format!("error: {error}"));
            ExitCode::from(BAD_INPUT)
        }))
    }

    /// Likewise; what is wrong is the caller's to print.
    pub(crate) fn read_quietly(&self) -> anyhow::Result<Result<Vec<Telemetry>, InputError>> {
        let mut all = Vec::new();
        if let Some(sample) = &self.sample {
            all.extend(samples::sample(sample).unwrap_or_default());
        }
        let mut paths = self.telemetry.clone();
        if paths.is_empty() && self.sample.is_none() {
            anyhow::ensure!(
                !stdin().is_terminal(),
                "say which telemetry: a file, a folder, `-` for the standard input, or --sample {}",
                samples::NAMES.join("|")
            );
            paths.push("-".into());
        }
        for path in &paths {
            match self.one(path) {
                Ok(read) => all.extend(read),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(all))
    }

    /// Whether it can be read only once.
    pub(crate) fn is_piped(&self) -> bool {
        let none = self.telemetry.is_empty() && self.sample.is_none();
        none || self.telemetry.iter().any(|path| path == Path::new("-"))
    }

    /// The files that it is read from, and the folders that may come to hold others.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for path in &self.telemetry {
            // A folder without files is watched all the same.
            files.extend(files_of(path).unwrap_or_default());
            if path.is_dir() {
                files.push(path.clone());
            }
        }
        files
    }

    fn one(&self, path: &Path) -> Result<Vec<Telemetry>, InputError> {
        if !self.text {
            return read_path(path, self.signal.map(Signal::from));
        }
        let name = path.display().to_string();
        let mut bytes = Vec::new();
        let read = if path == Path::new("-") {
            stdin().lock().read_to_end(&mut bytes).map(drop)
        } else {
            std::fs::read(path).map(|read| bytes = read)
        };
        read.map_err(|error| InputError {
            file: name.clone(),
            place: None,
            message: format!("it cannot be read: {error}"),
            help: None,
        })?;
        read_lines(&bytes, &name)
    }
}
