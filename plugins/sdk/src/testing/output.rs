//! What became of a request.

use std::collections::BTreeMap;

use bytes::Bytes;
use tollgate_record as record;

use super::convert;
use crate::Signal;
use crate::log::Level;
use crate::manifest::Instrument;

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
    pub(super) routed: Vec<(u32, Vec<String>)>,
    pub(super) routes: Vec<(String, String)>,
    pub(super) emissions: Vec<(Signal, String)>,
    pub(super) measurements: Vec<Measured>,
    pub(super) created: u64,
    pub(super) merged: u64,
}

/// An addition to an instrument: its name, the value, and the attributes of the series.
pub type Measured = (String, f64, Vec<(String, String)>);

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

    /// The records that were routed, by their places in the request, each with its destinations.
    #[must_use]
    pub fn routed(&self) -> &[(u32, Vec<String>)] {
        &self.routed
    }

    /// What one destination gets, in OTLP/JSON: the records that were routed there, and those that were not routed at all.
    #[must_use]
    pub fn route_json(&self, route: &str) -> serde_json::Value {
        let json = self.routes.iter().find(|(name, _)| name == route);
        json.and_then(|(_, json)| serde_json::from_str(json).ok())
            .unwrap_or_default()
    }

    /// The telemetry that the policy made, in OTLP/JSON.
    #[must_use]
    pub fn emissions(&self) -> Vec<(Signal, serde_json::Value)> {
        let parsed = |json: &String| serde_json::from_str(json).unwrap_or_default();
        self.emissions
            .iter()
            .map(|(signal, json)| (*signal, parsed(json)))
            .collect()
    }

    /// What the policy measured, in the order of its instruments' first use.
    #[must_use]
    pub fn measurements(&self) -> &[Measured] {
        &self.measurements
    }

    /// How many records there are that were not there before.
    #[must_use]
    pub fn created(&self) -> u64 {
        self.created
    }

    /// How many data points went into fewer.
    #[must_use]
    pub fn merged(&self) -> u64 {
        self.merged
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

/// A request in OTLP/JSON.
pub(super) fn json(signal: Signal, wire: &[u8]) -> Result<String, RunError> {
    let mut json = Vec::new();
    tollgate_json::encode(convert::signal(signal), wire, &mut json).map_err(RunError::Output)?;
    Ok(String::from_utf8_lossy(&json).into_owned())
}

/// Where records go, by name.
pub(super) fn routed(routed: &record::Routed, names: &[String]) -> Vec<(u32, Vec<String>)> {
    let mut all: Vec<(u32, Vec<String>)> = Vec::new();
    for (route, name) in (0_u32..).zip(names) {
        for record in routed.records(route) {
            match all.iter_mut().find(|(known, _)| *known == record) {
                Some((_, names)) => names.push(name.clone()),
                None => all.push((record, vec![name.clone()])),
            }
        }
    }
    all.sort();
    all
}

/// New telemetry as OTLP/JSON.
pub(super) fn emissions(emitted: &[record::Emission]) -> Result<Vec<(Signal, String)>, RunError> {
    emitted
        .iter()
        .map(|emission| {
            let signal = convert::sdk_signal(emission.signal);
            Ok((signal, json(signal, &emission.request)?))
        })
        .collect()
}

/// Measurements with the names of their instruments.
pub(super) fn measurements(
    measured: Vec<record::Measurement>,
    instruments: &[Instrument],
) -> Vec<Measured> {
    let named = |measurement: record::Measurement| {
        let instrument = instruments.get(measurement.instrument as usize)?;
        Some((
            instrument.name.clone(),
            measurement.value,
            measurement.attributes,
        ))
    };
    measured.into_iter().filter_map(named).collect()
}
