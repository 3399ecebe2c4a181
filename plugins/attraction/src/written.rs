//! Actions as they are written.

use serde::Deserialize;

/// One action, with the keys of the Collector's `attributes` and `resource` processors.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenAction {
    /// The attribute to act upon.
    pub key: Option<String>,
    /// What is done.
    pub action: Option<String>,
    /// A value of any type.
    pub value: Option<serde_json::Value>,
    /// The value where the source has none.
    pub default_value: Option<serde_json::Value>,
    /// The attribute whose value is taken.
    pub from_attribute: Option<String>,
    /// What is taken from the client's request: `metadata.KEY`, `auth.KEY` or `client.address`.
    pub from_context: Option<String>,
    /// A regular expression: of keys for `delete` and `hash`, of the value for `extract`.
    pub pattern: Option<String>,
    /// `int`, `double` or `string`, for `convert`.
    pub converted_type: Option<String>,
}
