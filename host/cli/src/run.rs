//! `tollgate run`: the gate, until a signal ends it.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tollgate_config::{LogEncoding, LogLevel, Logs};
use tollgate_telemetry::{LogFormat, LogSettings, PipelineReport, StageReport, start_logging};
use tracing::{Level, info, warn};

use crate::args::Run;
use crate::configuration;
use crate::running::Running;
use crate::watch::Watch;

pub(crate) fn run(wanted: &Run) -> anyhow::Result<ExitCode> {
    let watch = Arc::<Watch>::default();
    let planned = configuration::plan_after(&wanted.configuration, &*watch, &Arc::default())?;
    let planned = match planned {
        Ok(planned) => planned,
        Err(code) => return Ok(code),
    };
    watch.add_stages(&planned.config);
    start_logging(log_settings(planned.config.telemetry.logs));
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        // Before anything listens, so that no signal is lost.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut running = Running::start(wanted.configuration.clone(), planned, watch).await?;
        info!(target: "tollgate", version = env!("CARGO_PKG_VERSION"), "ready");
        loop {
            let watch = running.watch();
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => running.reload().await,
                () = watch.changed(), if wanted.watch => running.reload().await,
            }
        }
        running.stopping();
        info!(target: "tollgate", "stopping: no new requests, those in flight are finished");
        let observer = tokio::select! {
            (reports, observer) = running.stop() => {
                reports.iter().for_each(account);
                observer
            }
            // Whoever asks twice does not want to wait. Nobody was told that the requests in flight were taken.
            _ = terminate.recv() => return Ok(at_once()),
            _ = interrupt.recv() => return Ok(at_once()),
        };
        observer.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

fn at_once() -> ExitCode {
    warn!(target: "tollgate", "stopped at once; requests in flight were not answered");
    ExitCode::FAILURE
}

/// The account of a pipeline: everything that came in, or was made on the way, went on, was dropped on purpose, rejected or refused.
fn account(report: &PipelineReport) {
    let pipeline = report.pipeline.as_str();
    info!(
        target: "tollgate",
        pipeline,
        received = report.received,
        delivered = report.delivered,
        dropped = report.dropped,
        rejected = report.rejected,
        refused = report.refused,
        malformed_requests = report.malformed_requests,
        created = report.created,
        copied = report.copied,
        forwarded = report.forwarded,
        consumed = report.consumed,
        merged = report.merged,
        "pipeline"
    );
    for stage in &report.stages {
        stage_account(pipeline, "stage", stage);
    }
    for connector in &report.connectors {
        stage_account(pipeline, "connector", connector);
    }
}

/// What a policy did in a pipeline, as one of its stages or as a connector at its end.
fn stage_account(pipeline: &str, what: &str, stage: &StageReport) {
    info!(
        target: "tollgate",
        pipeline,
        stage = stage.stage,
        calls = stage.calls,
        received = stage.received,
        dropped = stage.dropped,
        rejected = stage.rejected,
        passed = stage.passed,
        nanoseconds = stage.nanoseconds,
        log_lines = stage.log_lines,
        created = stage.created,
        merged = stage.merged,
        consumed = stage.consumed,
        emitted = stage.emitted,
        "{what}"
    );
    for (route, records) in &stage.routes {
        info!(target: "tollgate", pipeline, stage = stage.stage, route, records, "route");
    }
    for rule in &stage.rules {
        info!(target: "tollgate", pipeline, stage = stage.stage, rule = rule.rule, edits = rule.edits, drops = rule.drops, "rule");
    }
    for (kind, calls) in &stage.failures {
        info!(target: "tollgate", pipeline, stage = stage.stage, failure = kind, calls, "failed calls");
    }
}

fn log_settings(logs: Logs) -> LogSettings {
    LogSettings {
        level: match logs.level {
            LogLevel::Debug => Level::DEBUG,
            LogLevel::Info => Level::INFO,
            LogLevel::Warn => Level::WARN,
            LogLevel::Error => Level::ERROR,
        },
        format: match logs.encoding {
            LogEncoding::Console => LogFormat::Console,
            LogEncoding::Json => LogFormat::Json,
        },
    }
}
