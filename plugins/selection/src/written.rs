//! Conditions as they are written.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The conditions of an `include` or an `exclude`, with the Collector's keys. All that are given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenProperties {
    /// As the key says.
    pub match_type: Option<String>,
    /// Settings of a cache of answers. The Collector's matching needs one; here they change nothing.
    #[serde(rename = "regexp")]
    pub cache: Option<WrittenCache>,
    /// As the key says.
    pub services: Option<Texts>,
    /// As the key says.
    pub span_names: Option<Texts>,
    /// As the key says.
    pub span_kinds: Option<Texts>,
    /// As the key says.
    pub log_bodies: Option<Texts>,
    /// As the key says.
    pub log_severity_texts: Option<Texts>,
    /// As the key says.
    pub log_severity_number: Option<WrittenSeverity>,
    /// As the key says.
    pub metric_names: Option<Texts>,
    /// As the key says.
    pub attributes: Option<Vec<WrittenAttribute>>,
    /// As the key says.
    pub resources: Option<Vec<WrittenAttribute>>,
    /// As the key says.
    pub libraries: Option<Vec<WrittenLibrary>>,
}

/// Settings of a cache, which change nothing here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCache {
    #[serde(rename = "cacheenabled")]
    _enabled: Option<bool>,
    #[serde(rename = "cachemaxnumentries")]
    _entries: Option<i64>,
}

/// Severities that match.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSeverity {
    /// The lowest severity that matches.
    pub min: Option<i32>,
    /// Whether records without severity match.
    pub match_undefined: Option<bool>,
}

/// An attribute that must be there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenAttribute {
    /// Its key.
    pub key: Option<String>,
    /// What it must hold; nothing for anything.
    pub value: Option<serde_json::Value>,
}

/// A scope of instrumentation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenLibrary {
    /// Its name.
    pub name: Option<String>,
    /// Its version; nothing for any.
    pub version: Option<String>,
}

/// A list of texts. One text with commas is a list, too, as for every list of the Collector's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor).map(Self)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Vec<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Vec<String>, E> {
        Ok(text
            .split(',')
            .filter(|_| !text.is_empty())
            .map(str::to_owned)
            .collect())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<String>, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            texts.push(text);
        }
        Ok(texts)
    }
}
