//! Conditions as they are written.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The conditions of an `include` or an `exclude`, with the Collector's keys. All that are given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenProperties {
    pub(super) match_type: Option<String>,
    /// Settings of a cache of answers. The Collector's matching needs one; here they change nothing.
    #[serde(rename = "regexp")]
    pub(super) _cache: Option<WrittenCache>,
    pub(super) services: Option<Texts>,
    pub(super) span_names: Option<Texts>,
    pub(super) span_kinds: Option<Texts>,
    pub(super) log_bodies: Option<Texts>,
    pub(super) log_severity_texts: Option<Texts>,
    pub(super) log_severity_number: Option<WrittenSeverity>,
    pub(super) metric_names: Option<Texts>,
    pub(super) attributes: Option<Vec<WrittenAttribute>>,
    pub(super) resources: Option<Vec<WrittenAttribute>>,
    pub(super) libraries: Option<Vec<WrittenLibrary>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenCache {
    #[serde(rename = "cacheenabled")]
    _enabled: Option<bool>,
    #[serde(rename = "cachemaxnumentries")]
    _entries: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSeverity {
    pub(super) min: Option<i32>,
    pub(super) match_undefined: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenAttribute {
    pub(super) key: Option<String>,
    pub(super) value: Option<serde_json::Value>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLibrary {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
}

/// A list of texts. One text with commas is a list, too, as for every list of the Collector's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Texts(pub(super) Vec<String>);

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
