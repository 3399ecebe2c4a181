//! The configuration as written.

use std::fmt;

use serde::de::{MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};

/// The configuration as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    pub(crate) error_mode: Option<String>,
    pub(crate) trace_statements: Option<Vec<Item>>,
    pub(crate) metric_statements: Option<Vec<Item>>,
    pub(crate) log_statements: Option<Vec<Item>>,
    pub(crate) profile_statements: Option<Vec<Item>>,
    pub(crate) flatten_data: Option<bool>,
}

/// A statement, or a group of them.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Statement(String),
    Group(Group),
}

/// Statements with conditions, a context or an error mode of their own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) context: Option<String>,
    pub(crate) conditions: Option<Vec<String>>,
    pub(crate) statements: Option<Vec<String>>,
    pub(crate) error_mode: Option<String>,
    pub(crate) shared_cache: Option<bool>,
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ItemVisitor;
        impl<'de> Visitor<'de> for ItemVisitor {
            type Value = Item;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a statement, or a group of statements")
            }
            fn visit_str<E>(self, text: &str) -> Result<Item, E> {
                Ok(Item::Statement(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item, A::Error> {
                Group::deserialize(MapAccessDeserializer::new(map)).map(Item::Group)
            }
        }
        deserializer.deserialize_any(ItemVisitor)
    }
}
