//! The configuration as written.

use serde::Deserialize;
use tollgate_sdk::Problem;
use tollgate_tally::{Metrics, Named, Section, WrittenDimension, named};

/// The whole configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// How values are added up.
    pub arithmetic: Option<Arithmetic>,
    /// Sums of spans.
    pub spans: Option<Metrics<WrittenSum>>,
    /// Sums of span events.
    pub spanevents: Option<Metrics<WrittenSum>>,
    /// Sums of metrics, which are 0: a metric has no attributes.
    pub metrics: Option<Metrics<WrittenSum>>,
    /// Sums of data points.
    pub datapoints: Option<Metrics<WrittenSum>>,
    /// Sums of log records.
    pub logs: Option<Metrics<WrittenSum>>,
    /// Profiles, which do not come here.
    pub profiles: Option<serde_json::Value>,
}

impl Written {
    /// The sums of a section.
    pub(crate) fn take(
        &mut self,
        section: Section,
        problems: &mut Vec<Problem>,
    ) -> Vec<Named<WrittenSum>> {
        let sums = match section {
            Section::Spans => self.spans.take(),
            Section::SpanEvents => self.spanevents.take(),
            Section::Metrics => self.metrics.take(),
            Section::DataPoints => self.datapoints.take(),
            Section::Logs => self.logs.take(),
        };
        named(section, sums.unwrap_or_default(), problems)
    }
}

/// How values are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// Each value once.
    Exact,
    /// As the Collector does: a value is added once for each attribute by which it sums, and an attribute that is 0, empty, a boolean, a
    /// list or a map counts as missing.
    Upstream,
}

/// How one sum is made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSum {
    /// What it adds up.
    #[serde(default)]
    pub description: String,
    /// The attribute whose values are added up.
    #[serde(default)]
    pub source_attribute: String,
    /// OTTL conditions, one of which must hold.
    #[serde(default)]
    pub conditions: Option<Vec<String>>,
    /// Attributes by which is summed.
    #[serde(default)]
    pub attributes: Option<Vec<WrittenDimension>>,
}
