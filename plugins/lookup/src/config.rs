//! The configuration as written.

use std::collections::BTreeMap;

use serde::Deserialize;
use tollgate_sdk::{NodeKind, Signal};

/// The whole configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Tables by name.
    pub tables: BTreeMap<String, WrittenTable>,
    /// What is looked up.
    pub lookups: Vec<WrittenLookup>,
}

/// A table: one of `file`, `text` and `rows` holds it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenTable {
    /// A file, by the name it has under `gate: {files: ...}`.
    pub file: Option<String>,
    /// The text of a table.
    pub text: Option<String>,
    /// Rows: a list of maps from columns to values, or a map from keys to them.
    pub rows: Option<serde_json::Value>,
    /// What `file` and `text` hold.
    #[serde(default)]
    pub format: Format,
    /// What stands between the cells of CSV.
    pub delimiter: Option<char>,
    /// The columns that are compared.
    pub keys: Vec<WrittenKey>,
}

/// What a table is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A line of columns, and a line for each row.
    #[default]
    Csv,
    /// JSON: what `rows` may hold.
    Json,
    /// YAML: what `rows` may hold.
    Yaml,
}

/// A column that is compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a column's name, or {column, match}")]
pub enum WrittenKey {
    /// Exactly.
    Exact(String),
    /// As it is said.
    As(ComparedAs),
}

/// A column and how it is compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedAs {
    column: String,
    #[serde(rename = "match", default)]
    compared: Match,
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// Texts are equal.
    #[default]
    Exact,
    /// The text begins with the column's; the longest wins.
    Prefix,
    /// The address lies in the column's network; the smallest wins.
    Cidr,
}

impl WrittenKey {
    pub(crate) fn column(&self) -> &str {
        match self {
            Self::Exact(column) | Self::As(ComparedAs { column, .. }) => column,
        }
    }

    pub(crate) fn compared(&self) -> Match {
        match self {
            Self::Exact(_) => Match::Exact,
            Self::As(ComparedAs { compared, .. }) => *compared,
        }
    }
}

/// A lookup.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenLookup {
    /// The table.
    pub table: String,
    /// Paths of what is looked up, one for each of the table's keys.
    pub from: Vec<String>,
    /// What is written.
    pub set: Vec<WrittenSet>,
    /// What becomes of a field that is there already; a field may say something else.
    #[serde(default)]
    pub action: Action,
    /// The signals. Without it, all that have the paths.
    pub signals: Option<Vec<WrittenSignal>>,
}

/// A field that is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSet {
    /// Its path.
    pub field: String,
    /// The column with its value.
    pub column: String,
    /// Its value where the table has none.
    pub default: Option<serde_json::Value>,
    /// What becomes of a field that is there already.
    pub action: Option<Action>,
}

/// What becomes of a field that is there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is replaced; one that is not there is made.
    #[default]
    Upsert,
    /// It stays.
    Insert,
    /// It is replaced; one that is not there is not made.
    Update,
}

/// A signal, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WrittenSignal {
    /// Log records.
    Logs,
    /// Spans.
    Traces,
    /// Data points.
    Metrics,
}

impl WrittenSignal {
    pub(crate) const fn signal(self) -> Signal {
        match self {
            Self::Logs => Signal::Logs,
            Self::Traces => Signal::Traces,
            Self::Metrics => Signal::Metrics,
        }
    }
}

/// How far down a path leads: what stands further up is the same for all that is below.
pub(crate) fn level(path: &str) -> NodeKind {
    let above = [
        ("metadata[", NodeKind::Request),
        ("auth[", NodeKind::Request),
        ("client.", NodeKind::Request),
        ("resource.", NodeKind::Resource),
        ("scope.", NodeKind::Scope),
        ("instrumentation_scope.", NodeKind::Scope),
    ];
    above
        .iter()
        .find(|(prefix, _)| path.starts_with(prefix))
        .map_or(NodeKind::LogRecord, |(_, kind)| *kind)
}

/// The signals whose records have a path, as far as its first words tell.
pub(crate) fn signals_of(path: &str) -> &'static [Signal] {
    const WORDS: [(&[&str], &[Signal]); 4] = [
        (
            &["log.", "body", "severity_", "observed_time", "event_name"],
            &[Signal::Logs],
        ),
        (
            &[
                "span.",
                "name",
                "kind",
                "status",
                "parent_span_id",
                "trace_state",
                "start_time",
                "end_time",
            ],
            &[Signal::Traces],
        ),
        (
            &["datapoint.", "metric.", "value_", "start_time_unix_nano"],
            &[Signal::Metrics],
        ),
        (&["trace_id", "span_id"], &[Signal::Logs, Signal::Traces]),
    ];
    WORDS
        .iter()
        .find(|(words, _)| words.iter().any(|word| path.starts_with(word)))
        .map_or(Signal::ALL, |(_, signals)| signals)
}
