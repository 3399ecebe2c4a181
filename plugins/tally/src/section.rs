//! The sections of a configuration: what is counted.

use std::collections::BTreeMap;

use tollgate_sdk::{NodeKind, Problem, Signal};

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Spans.
    Spans,
    /// Events of spans.
    SpanEvents,
    /// Metrics.
    Metrics,
    /// Data points.
    DataPoints,
    /// Log records.
    Logs,
}

impl Section {
    /// All of them.
    pub const ALL: &'static [Section] = &[
        Section::Spans,
        Section::SpanEvents,
        Section::Metrics,
        Section::DataPoints,
        Section::Logs,
    ];

    /// Its key in the configuration.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Section::Spans => "spans",
            Section::SpanEvents => "spanevents",
            Section::Metrics => "metrics",
            Section::DataPoints => "datapoints",
            Section::Logs => "logs",
        }
    }

    /// The signal that it is of.
    #[must_use]
    pub const fn signal(self) -> Signal {
        match self {
            Section::Spans | Section::SpanEvents => Signal::Traces,
            Section::Metrics | Section::DataPoints => Signal::Metrics,
            Section::Logs => Signal::Logs,
        }
    }

    /// The nodes that it is about.
    #[must_use]
    pub const fn kind(self) -> NodeKind {
        match self {
            Section::Spans => NodeKind::Span,
            Section::SpanEvents => NodeKind::SpanEvent,
            Section::Metrics => NodeKind::Metric,
            Section::DataPoints => NodeKind::DataPoint,
            Section::Logs => NodeKind::LogRecord,
        }
    }
}

/// The metrics of a section as they are written, by name. `M` says how one is made; without a word it is made as usual.
pub type Metrics<M> = BTreeMap<String, Option<M>>;

/// A metric of a section.
#[derive(Debug, Clone)]
pub struct Named<M> {
    /// What it is about.
    pub section: Section,
    /// Its name.
    pub name: String,
    /// How it is made.
    pub metric: M,
    /// Where it stands, as a JSON pointer.
    pub at: String,
}

/// The metrics of a section, by name. A name that is empty is a mistake.
pub fn named<M: Default>(
    section: Section,
    metrics: Metrics<M>,
    problems: &mut Vec<Problem>,
) -> Vec<Named<M>> {
    metrics
        .into_iter()
        .map(|(name, metric)| {
            let at = format!(
                "/{}/{}",
                section.key(),
                name.replace('~', "~0").replace('/', "~1")
            );
            if name.is_empty() {
                problems.push(Problem::at(&at, "the metric has no name"));
            }
            Named {
                section,
                name,
                metric: metric.unwrap_or_default(),
                at,
            }
        })
        .collect()
}
