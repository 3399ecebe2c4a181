//! Attributes by which series are told apart.

use serde::Deserialize;
use tollgate_attraction::Constant;
use tollgate_sdk::{
    Compat, Field, NodeKind, NodeView, Problem, Setup, Signal, Value, attribute_path,
};

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

/// Checks attributes as they are written, in the list at `at`. Whether anything can come of them: the Collector makes nothing where a key
/// stands twice, so that this is a mistake here.
pub fn check_dimensions(
    attributes: &[WrittenDimension],
    at: &str,
    setup: &Setup,
    problems: &mut Vec<Problem>,
) -> bool {
    let mut usable = true;
    for (nth, attribute) in attributes.iter().enumerate() {
        let at = format!("{at}/{nth}/key");
        let mut before = attributes.iter().take(nth);
        if attribute.key.is_empty() {
            problems.push(Problem::at(at, "the attribute has no key"));
        } else if before.any(|other| other.key == attribute.key) {
            usable = false;
            if setup.compat() == Compat::Tollgate {
                problems.push(Problem::at(at, "the attribute is named before"));
            }
        }
    }
    usable
}
