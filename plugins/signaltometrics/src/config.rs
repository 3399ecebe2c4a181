//! The configuration as written.

use serde::Deserialize;

/// The whole configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Metrics from spans.
    pub spans: Option<Vec<WrittenMetric>>,
    /// Metrics from data points.
    pub datapoints: Option<Vec<WrittenMetric>>,
    /// Metrics from log records.
    pub logs: Option<Vec<WrittenMetric>>,
    /// Profiles, which do not come here.
    pub profiles: Option<serde_json::Value>,
    /// What becomes of a record whose condition or expression fails.
    #[serde(default)]
    pub error_mode: ErrorMode,
    /// Who makes the metrics: an attribute of their resources, so that two gates do not write one series.
    pub service_instance_id: Option<String>,
}

/// What becomes of a record whose condition or expression fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorMode {
    /// It could not be judged: the stage's `on_error` says what becomes of it.
    #[default]
    Propagate,
    /// It adds nothing, and a line is logged.
    Ignore,
    /// It adds nothing.
    Silent,
}

/// A metric.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenMetric {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// What it measures.
    #[serde(default)]
    pub description: String,
    /// Its unit.
    #[serde(default)]
    pub unit: String,
    /// Attributes of the resource that it keeps; all of them without a word.
    pub include_resource_attributes: Option<Vec<WrittenAttribute>>,
    /// Attributes by which its series are told apart.
    pub attributes: Option<Vec<WrittenAttribute>>,
    /// OTTL conditions, one of which must hold.
    pub conditions: Option<Vec<String>>,
    /// Counts of a value between bounds.
    pub histogram: Option<WrittenHistogram>,
    /// Counts of a value in buckets that grow by a factor.
    pub exponential_histogram: Option<WrittenExponential>,
    /// The sum of a value.
    pub sum: Option<WrittenSum>,
    /// The last of a value.
    pub gauge: Option<WrittenGauge>,
}

/// An attribute, or several.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenAttribute {
    /// Its key.
    #[serde(default)]
    pub key: String,
    /// An expression for a list of keys.
    #[serde(default)]
    pub keys_expression: String,
    /// Whether a record without it counts, too.
    #[serde(default)]
    pub optional: bool,
    /// Its value where it is missing.
    pub default_value: Option<serde_json::Value>,
}

/// A histogram.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenHistogram {
    /// Upper bounds of the buckets.
    pub buckets: Option<Vec<f64>>,
    /// How often the value was seen; once without a word.
    #[serde(default)]
    pub count: String,
    /// The value.
    #[serde(default)]
    pub value: String,
}

/// An exponential histogram.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenExponential {
    /// The most buckets for each sign.
    #[serde(default)]
    pub max_size: i64,
    /// How often the value was seen; once without a word.
    #[serde(default)]
    pub count: String,
    /// The value.
    #[serde(default)]
    pub value: String,
}

/// A sum.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSum {
    /// The value.
    #[serde(default)]
    pub value: String,
    /// Whether it never falls.
    #[serde(default)]
    pub monotonic: bool,
}

/// A gauge.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenGauge {
    /// The value.
    #[serde(default)]
    pub value: String,
}
