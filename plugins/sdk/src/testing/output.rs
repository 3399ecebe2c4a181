//! What became of a request.

use std::collections::BTreeMap;

use bytes::Bytes;
use tollgate_record as record;

use crate::log::Level;

/// Why the harness has no output: what a host would say, too.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// The request is no OTLP/JSON.
    Json(tollgate_json::JsonError),
    /// The request is no OTLP.
    Malformed(record::Malformed),
    /// The policy answered with an error.
    Policy(String),
    /// The outcome goes beyond the manifest, or points where nothing is. In the host it fails every record of the batch.
    Refused(record::Refusal),
    /// What is left cannot be written as OTLP/JSON.
    Output(tollgate_json::WireError),
}

impl std::fmt::Display for RunError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RunError::Json(error) => write!(formatter, "the request is not OTLP/JSON: {error}"),
            RunError::Malformed(error) => write!(formatter, "the request is not OTLP: {error}"),
            RunError::Policy(error) => write!(formatter, "the policy failed: {error}"),
            RunError::Refused(error) => write!(formatter, "the outcome was refused: {error}"),
            RunError::Output(error) => write!(formatter, "the output is not OTLP: {error}"),
        }
    }
}

impl std::error::Error for RunError {}

/// What became of a request.
#[derive(Debug, Clone)]
pub struct Output {
    pub(super) wire: Bytes,
    pub(super) json: String,
    pub(super) dropped: u64,
    pub(super) failed: Vec<u32>,
    pub(super) edits: BTreeMap<String, u64>,
    pub(super) drops: BTreeMap<String, u64>,
    pub(super) logs: Vec<(Level, String)>,
}

impl Output {
    /// What is left of the request, in OTLP/JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.json).unwrap_or_default()
    }

    /// What is left of the request, in OTLP/JSON as it would be written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.json
    }

    /// What is left of the request, in protobuf.
    #[must_use]
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }

    /// How many records were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The records that were judged [`crate::Verdict::Fail`], by their place in the request. They are not in what is left, as
    /// under `on_error: reject`.
    #[must_use]
    pub fn failed(&self) -> &[u32] {
        &self.failed
    }

    /// How many edits a rule made.
    #[must_use]
    pub fn edits_of(&self, rule: &str) -> u64 {
        self.edits.get(rule).copied().unwrap_or_default()
    }

    /// How many records a rule dropped.
    #[must_use]
    pub fn drops_of(&self, rule: &str) -> u64 {
        self.drops.get(rule).copied().unwrap_or_default()
    }

    /// The lines that the policy logged.
    #[must_use]
    pub fn logs(&self) -> &[(Level, String)] {
        &self.logs
    }
}

/// The counts of rules by their names.
pub(super) fn by_name(rules: &[String], counts: &[u64]) -> BTreeMap<String, u64> {
    rules.iter().cloned().zip(counts.iter().copied()).collect()
}
