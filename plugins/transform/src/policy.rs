//! The policy.

use tollgate_sdk::{Batch, Compat, Description, Policy, Problem, Setup, Signal};
use tollgate_statements::{ErrorMode, Failures};

use crate::compile::Compiling;
use crate::program::Program;
use crate::written::Written;
use crate::{run, whole};

/// Runs statements.
#[derive(Debug)]
pub struct Transform {
    logs: Option<Program>,
    traces: Option<Program>,
    metrics: Option<Program>,
    failures: Failures,
    /// Whether a statement that fails takes the whole request with it.
    all: bool,
}

impl Policy for Transform {
    type Config = Written;

    fn describe() -> Description {
        let summary = "Runs statements on log records, spans, span events, metrics, data points, scopes and resources.";
        Description::new("transform", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        setup.takes(Signal::ALL);
        let mut problems = Vec::new();
        let mut failures = Failures::new();
        let mode = ErrorMode::of(
            written.error_mode.as_deref(),
            ErrorMode::default(),
            "/error_mode",
            &mut problems,
        );
        if written.flatten_data == Some(true) {
            let message = "`flatten_data` is not supported; a Collector takes it with an experimental feature alone";
            let help = "statements on `log` that set attributes of the resource change it for all records of the resource";
            problems.push(Problem::at("/flatten_data", message).help(help));
        }
        if written
            .profile_statements
            .is_some_and(|list| !list.is_empty())
        {
            let problem = Problem::at("/profile_statements", "profiles are not supported");
            problems.push(problem.help("leave this out"));
        }
        let mut compile = |signal, items: Option<Vec<_>>, list| {
            let compiling = Compiling {
                signal,
                mode,
                failures: &mut failures,
                setup: &mut *setup,
                problems: &mut problems,
            };
            compiling.program(items.unwrap_or_default(), list)
        };
        let logs = compile(Signal::Logs, written.log_statements, "log_statements");
        let traces = compile(Signal::Traces, written.trace_statements, "trace_statements");
        let metrics = compile(
            Signal::Metrics,
            written.metric_statements,
            "metric_statements",
        );
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            logs,
            traces,
            metrics,
            failures,
            all: setup.compat() == Compat::Collector,
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let program = match batch.signal() {
            Signal::Logs => &self.logs,
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
        };
        let Some(program) = program else {
            return Ok(());
        };
        match program.layout.whole() {
            None => run::run(program, &mut self.failures, self.all, batch),
            Some(field) => whole::run(program, field, &mut self.failures, self.all, batch)?,
        }
        self.failures.report(batch);
        Ok(())
    }
}
