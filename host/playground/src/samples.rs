//! What the page can begin with.

use serde::Serialize;
use tollgate_lab::{Telemetry, samples};

/// A configuration and telemetry that show something.
#[derive(Debug, Serialize)]
pub(crate) struct Sample {
    name: &'static str,
    title: &'static str,
    configuration: &'static str,
    telemetry: String,
}

/// Each with the telemetry that `tollgate try --sample` has under its name, or telemetry of its own.
const SAMPLES: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "codex",
        "Codex: prompts, tool calls and mail addresses",
        include_str!("../samples/agent.yaml"),
        None,
    ),
    (
        "claude",
        "Claude Code: prompts and account ids",
        include_str!("../samples/agent.yaml"),
        None,
    ),
    (
        "gemini",
        "Gemini CLI: prompts and answers",
        include_str!("../samples/agent.yaml"),
        None,
    ),
    (
        "otel-demo",
        "OpenTelemetry demo: a shop with health checks and card numbers",
        include_str!("../samples/shop.yaml"),
        None,
    ),
    (
        "lines",
        "Plain lines of a log",
        include_str!("../samples/lines.yaml"),
        Some(include_str!("../samples/lines.log")),
    ),
];

/// All of them, in the order in which they are offered.
pub(crate) fn all() -> Vec<Sample> {
    let sample = |(name, title, configuration, own): &(
        &'static str,
        &'static str,
        &'static str,
        Option<&'static str>,
    )| {
        let telemetry = match own {
            Some(own) => (*own).to_owned(),
            None => text(&samples::sample(name)?)?,
        };
        Some(Sample {
            name,
            title,
            configuration,
            telemetry,
        })
    };
    SAMPLES.iter().filter_map(sample).collect()
}

/// Requests as people read them: OTLP/JSON, one below the other.
fn text(requests: &[Telemetry]) -> Option<String> {
    let one = |request: &Telemetry| {
        let mut out = Vec::new();
        tollgate_json::encode(request.signal, &request.wire, &mut out).ok()?;
        let value: serde_json::Value = serde_json::from_slice(&out).ok()?;
        serde_json::to_string_pretty(&value).ok()
    };
    let texts: Option<Vec<String>> = requests.iter().map(one).collect();
    Some(texts?.join("\n"))
}
