//! The configuration as written.

use std::fmt;

use serde::de::{MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use tollgate_selection::{WrittenAttribute, WrittenCache, WrittenProperties};

/// The configuration as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    pub(crate) error_mode: Option<String>,
    pub(crate) spans: Option<Match>,
    pub(crate) traces: Option<Traces>,
    pub(crate) metrics: Option<Metrics>,
    pub(crate) logs: Option<Logs>,
    pub(crate) profiles: Option<serde_json::Value>,
    pub(crate) trace_conditions: Option<Vec<Item>>,
    pub(crate) metric_conditions: Option<Vec<Item>>,
    pub(crate) log_conditions: Option<Vec<Item>>,
    pub(crate) profile_conditions: Option<serde_json::Value>,
}

/// Spans by their properties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Match {
    pub(crate) include: Option<WrittenProperties>,
    pub(crate) exclude: Option<WrittenProperties>,
}

/// Conditions on traces.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traces {
    pub(crate) resource: Option<Vec<String>>,
    pub(crate) span: Option<Vec<String>>,
    pub(crate) spanevent: Option<Vec<String>>,
}

/// Conditions on metrics, or properties of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    pub(crate) include: Option<MetricProperties>,
    pub(crate) exclude: Option<MetricProperties>,
    #[serde(rename = "regexp")]
    pub(crate) _cache: Option<WrittenCache>,
    pub(crate) resource: Option<Vec<String>>,
    pub(crate) metric: Option<Vec<String>>,
    pub(crate) datapoint: Option<Vec<String>>,
}

/// Properties of metrics.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricProperties {
    pub(crate) match_type: Option<String>,
    #[serde(rename = "regexp")]
    pub(crate) _cache: Option<WrittenCache>,
    pub(crate) metric_names: Option<Vec<String>>,
    pub(crate) expressions: Option<Vec<String>>,
    pub(crate) resource_attributes: Option<Vec<WrittenAttribute>>,
}

/// Conditions on logs, or properties of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Logs {
    pub(crate) include: Option<LogProperties>,
    pub(crate) exclude: Option<LogProperties>,
    pub(crate) resource: Option<Vec<String>>,
    pub(crate) log_record: Option<Vec<String>>,
}

/// Properties of log records.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogProperties {
    pub(crate) match_type: Option<String>,
    pub(crate) resource_attributes: Option<Vec<WrittenAttribute>>,
    pub(crate) record_attributes: Option<Vec<WrittenAttribute>>,
    pub(crate) severity_texts: Option<Vec<String>>,
    pub(crate) severity_number: Option<Severity>,
    pub(crate) bodies: Option<Vec<String>>,
}

/// Severities.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Severity {
    pub(crate) min: Option<Level>,
    pub(crate) match_undefined: Option<bool>,
}

/// A severity by its name or its number.
#[derive(Debug, Clone)]
pub(crate) struct Level(pub(crate) String);

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LevelVisitor;
        impl Visitor<'_> for LevelVisitor {
            type Value = Level;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a severity, such as INFO")
            }
            fn visit_str<E>(self, text: &str) -> Result<Level, E> {
                Ok(Level(text.to_owned()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Level, E> {
                Ok(Level(number.to_string()))
            }
        }
        deserializer.deserialize_any(LevelVisitor)
    }
}

/// A condition, or a group of them.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Condition(String),
    Group(Group),
}

/// Conditions with a context or an error mode of their own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) context: Option<String>,
    pub(crate) conditions: Option<Vec<String>>,
    pub(crate) error_mode: Option<String>,
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ItemVisitor;
        impl<'de> Visitor<'de> for ItemVisitor {
            type Value = Item;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a condition, or a group of conditions")
            }
            fn visit_str<E>(self, text: &str) -> Result<Item, E> {
                Ok(Item::Condition(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item, A::Error> {
                Group::deserialize(MapAccessDeserializer::new(map)).map(Item::Group)
            }
        }
        deserializer.deserialize_any(ItemVisitor)
    }
}
