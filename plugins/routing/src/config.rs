//! The configuration as written.

use serde::Deserialize;

/// The whole configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Conditions and where they lead.
    #[serde(default)]
    pub table: Vec<WrittenRow>,
    /// Pipelines of records that meet no condition.
    #[serde(default)]
    pub default_pipelines: Vec<String>,
    /// What becomes of a record whose condition fails.
    #[serde(default)]
    pub error_mode: ErrorMode,
    /// Whether a record leaves the table at the first condition that it meets. The Collector had this key until v0.120.
    pub match_once: Option<bool>,
}

/// What becomes of a record whose condition fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorMode {
    /// It could not be judged: the stage's `on_error` says what becomes of it.
    #[default]
    Propagate,
    /// The condition does not hold, and a line is logged.
    Ignore,
    /// The condition does not hold.
    Silent,
}

/// A row of the table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRow {
    /// What the condition is about: `request`, `resource`, `span`, `metric`, `datapoint`, `log` or `otelcol`. Left out, its paths say it.
    #[serde(default)]
    pub context: String,
    /// A statement such as `route() where ...`.
    #[serde(default)]
    pub statement: String,
    /// A condition.
    #[serde(default)]
    pub condition: String,
    /// Where what meets it goes.
    #[serde(default)]
    pub pipelines: Vec<String>,
    /// Whether what meets it leaves the table.
    #[serde(default)]
    pub action: Action,
}

/// Whether a record leaves the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It does.
    #[default]
    Move,
    /// It goes on to the next row as well.
    Copy,
}
