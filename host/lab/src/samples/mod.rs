//! Telemetry to begin with: what coding agents and a shop send, small and with planted secrets, which are examples of their
//! documentations. The agents' are recordings, cut down; the shop's has the shape of the OpenTelemetry demo.

use crate::Telemetry;
use crate::input::read;

/// Names of the samples.
pub const NAMES: [&str; 4] = ["codex", "claude", "gemini", "otel-demo"];

const TEXTS: [(&str, &str); 4] = [
    ("codex", include_str!("codex.jsonl")),
    ("claude", include_str!("claude.jsonl")),
    ("gemini", include_str!("gemini.jsonl")),
    ("otel-demo", include_str!("otel-demo.jsonl")),
];

/// A sample's text: OTLP/JSON, a request a line.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    let found = TEXTS.iter().find(|(own, _)| *own == name);
    found.map(|(_, text)| *text)
}

/// A sample's requests.
#[must_use]
pub fn sample(name: &str) -> Option<Vec<Telemetry>> {
    read(text(name)?.as_bytes(), name, None).ok()
}
