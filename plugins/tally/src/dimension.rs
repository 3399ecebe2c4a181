//! Attributes by which series are told apart.

use serde::Deserialize;
use tollgate_attraction::Constant;
use tollgate_sdk::{Field, NodeKind, NodeView, Setup, Signal, Value, attribute_path};

/// An attribute as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenDimension {
    /// Its key.
    #[serde(default)]
    pub key: String,
    /// Its value where it is missing.
    pub default_value: Option<serde_json::Value>,
}

/// An attribute that is looked for in one place after the other.
#[derive(Debug, Clone)]
pub struct Dimension {
    /// Its key.
    pub key: String,
    places: Vec<Field>,
    /// Its value where it is nowhere.
    pub default: Option<Constant>,
}

impl Dimension {
    /// Declares that the attribute is read of nodes of these kinds, in their order. `kinds` names a record by any of its kinds.
    pub fn new(
        key: &str,
        default: Option<&serde_json::Value>,
        kinds: &[NodeKind],
        signal: Signal,
        setup: &mut Setup,
    ) -> Self {
        let places = kinds
            .iter()
            .map(|kind| setup.reads(&[signal], &attribute_path(*kind, key)));
        Self {
            key: key.to_owned(),
            places: places.collect(),
            default: default
                .map(Constant::of)
                .filter(|value| *value != Constant::Empty),
        }
    }

    /// Its value at a node, if it is anywhere.
    #[must_use]
    pub fn found<'v>(&self, node: &NodeView<'v>) -> Option<Value<'v>> {
        self.places.iter().find_map(|field| node.get(*field))
    }

    /// Its value at a node, or the one that stands for it.
    #[must_use]
    pub fn value<'v>(&'v self, node: &NodeView<'v>) -> Option<Value<'v>> {
        self.found(node)
            .or_else(|| self.default.as_ref().map(Constant::value))
    }
}
