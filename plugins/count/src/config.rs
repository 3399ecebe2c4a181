//! The configuration as written, and what it means where it is silent.

use serde::Deserialize;
use tollgate_sdk::Problem;
use tollgate_tally::{Metrics, Named, Section, WrittenDimension, named};

/// The whole configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Counts of spans.
    pub spans: Option<Metrics<WrittenCount>>,
    /// Counts of span events.
    pub spanevents: Option<Metrics<WrittenCount>>,
    /// Counts of metrics.
    pub metrics: Option<Metrics<WrittenCount>>,
    /// Counts of data points.
    pub datapoints: Option<Metrics<WrittenCount>>,
    /// Counts of log records.
    pub logs: Option<Metrics<WrittenCount>>,
    /// Profiles, which do not come here.
    pub profiles: Option<serde_json::Value>,
}

/// How one count is made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCount {
    /// What it counts.
    #[serde(default)]
    pub description: String,
    /// OTTL conditions, one of which must hold.
    #[serde(default)]
    pub conditions: Option<Vec<String>>,
    /// Attributes by which is counted.
    #[serde(default)]
    pub attributes: Option<Vec<WrittenDimension>>,
}

/// The counts of a section. One that is left out, or empty, has one that counts everything.
pub(crate) fn counts(
    written: &mut Written,
    section: Section,
    problems: &mut Vec<Problem>,
) -> Vec<Named<WrittenCount>> {
    let counts = match section {
        Section::Spans => written.spans.take(),
        Section::SpanEvents => written.spanevents.take(),
        Section::Metrics => written.metrics.take(),
        Section::DataPoints => written.datapoints.take(),
        Section::Logs => written.logs.take(),
    };
    let counts = named(section, counts.unwrap_or_default(), problems);
    if !counts.is_empty() {
        return counts;
    }
    let (name, description) = match section {
        Section::Spans => ("trace.span.count", "The number of spans observed."),
        Section::SpanEvents => (
            "trace.span.event.count",
            "The number of span events observed.",
        ),
        Section::Metrics => ("metric.count", "The number of metrics observed."),
        Section::DataPoints => (
            "metric.datapoint.count",
            "The number of data points observed.",
        ),
        Section::Logs => ("log.record.count", "The number of log records observed."),
    };
    vec![Named {
        section,
        name: name.to_owned(),
        metric: WrittenCount {
            description: description.to_owned(),
            ..WrittenCount::default()
        },
        at: String::new(),
    }]
}
