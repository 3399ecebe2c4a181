//! A case file as it is meant.

use std::path::PathBuf;

use regex::Regex;
use serde_json::Value as Json;
use tollgate_config::ComponentId;
use tollgate_config::written::{Place, Written};
use tollgate_lab::Scope;

/// Something and where it is written.
#[derive(Debug, Clone)]
pub struct At<T> {
    /// What is written.
    pub value: T,
    /// Where.
    pub place: Place,
}

/// A file of cases.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// As it was named.
    pub name: String,
    /// Its text, for what is said of it later.
    pub written: Written,
    /// What its cases are about, where they do not say it themselves.
    pub subject: Option<Subject>,
    /// The cases, in order.
    pub cases: Vec<Case>,
}

/// What is tried.
#[derive(Debug, Clone)]
pub struct Subject {
    /// A configuration, or one policy.
    pub configuration: Configuration,
    /// Where it is written.
    pub place: Place,
    /// Values on top of it: `key.of.key=value`.
    pub set: Vec<String>,
    /// Variables of the environment, on top of those that there are.
    pub env: Vec<(String, String)>,
    /// Whether the policies answer as the Collector's do.
    pub compat_collector: bool,
}

/// Where a configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Configuration {
    /// A file.
    File(PathBuf),
    /// It stands in the case file, whose lines it keeps: what stands before it is blank.
    Inline {
        /// With the lines of the case file.
        padded: String,
        /// As it is written there.
        text: String,
    },
    /// One policy.
    Alone {
        /// The name of a stock policy, or a component's file.
        policy: String,
        /// Its configuration.
        settings: Option<Block>,
        /// What the host allows it.
        gate: Option<Block>,
    },
}

/// A mapping as it stands in a case file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Block {
    /// The line that it begins in, from 0.
    pub(crate) line: usize,
    /// Its lines, of which the first one begins at its column.
    pub(crate) text: String,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it is called.
    pub name: At<String>,
    /// What it is about, if that is not the file's.
    pub subject: Option<Subject>,
    /// What of it.
    pub scope: At<Scope>,
    /// Why it is not run, if it is not.
    pub ignored: Option<String>,
    /// What is passed through, in order.
    pub input: Vec<At<Input>>,
    /// What must come of it.
    pub expect: Expect,
}

/// Telemetry of a case.
#[derive(Debug, Clone)]
pub enum Input {
    /// Records in the short form, or requests, as OTLP/JSON already.
    Json(Json),
    /// A text as files hold it.
    Text(String),
    /// A text whose every line is the body of a log record.
    Lines(String),
    /// A file.
    File(PathBuf),
    /// What comes with the program.
    Sample(String),
}

/// What must come of a case.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    /// All that left, as it is written down.
    pub golden: Option<At<Golden>>,
    /// Of all records together.
    pub all: Vec<At<Assertion>>,
    /// Of single records, by their place in the input from 0.
    pub records: Vec<(u32, Vec<At<Assertion>>)>,
    /// What must be wrong with the configuration.
    pub config_errors: Vec<At<ConfigError>>,
    /// The most instructions a record.
    pub fuel_per_record: Option<At<u64>>,
    /// The most bytes of memory that any policy may hold.
    pub memory: Option<At<u64>>,
}

/// A golden output.
#[derive(Debug, Clone)]
pub enum Golden {
    /// It stands in the case file; none if it was not written yet. The place is that of its key.
    Inline(Option<String>),
    /// A file.
    File(PathBuf),
}

/// A configuration error that must be found.
#[derive(Debug, Clone)]
pub struct ConfigError {
    /// What its text must hold.
    pub text: Text,
    /// In which line.
    pub line: Option<u64>,
}

/// What a text must be like.
#[derive(Debug, Clone)]
pub enum Text {
    /// It holds this.
    Holds(String),
    /// This is found in it.
    Matches(Regex),
}

impl Text {
    pub(crate) fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Holds(part) => text.contains(part),
            Self::Matches(regex) => regex.is_match(text),
        }
    }
}

/// How many records something holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// All of them (`true`), or none (`false`).
    All(bool),
    /// So many.
    Exactly(u64),
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It left somewhere.
    Kept,
    /// A stage dropped it on purpose.
    Dropped,
    /// Its client is told that it was refused.
    Rejected,
    /// A stage failed for it, whatever became of it then.
    Failed,
    /// A connector made other telemetry of it, or a stage put it together with others.
    Consumed,
}

/// One thing that must hold.
#[derive(Debug, Clone)]
pub enum Assertion {
    /// `kept`, `dropped`, `rejected`, `failed`, `consumed`.
    Becomes(Fate, Quantity),
    /// A stage or a rule dropped it.
    DroppedBy {
        /// The stage.
        stage: Option<String>,
        /// The rule; where there is no stage, this may be the name of either.
        rule: Option<String>,
    },
    /// The reason of a failure, as its message says it.
    FailedWith(Text),
    /// Nowhere in what left.
    Absent {
        /// What is looked for.
        regex: Regex,
        /// Whether texts are decoded, too.
        decoded: bool,
    },
    /// Somewhere in what left.
    Present(Regex),
    /// A field has a value; null if it is not there.
    Equals(String, Json),
    /// A field's text matches.
    Matches(String, Regex),
    /// Where it went.
    RoutedTo(Vec<ComponentId>),
    /// A data point left.
    Metric(Metric),
    /// It left as it came.
    Unchanged(bool),
    /// A condition in OTTL holds of everything that left.
    Holds(String),
    /// A rule changed a field; no field: the rule changed something.
    ExplainedBy {
        /// The field.
        field: Option<String>,
        /// The rule.
        rule: String,
    },
}

/// A data point that must have left.
#[derive(Debug, Clone)]
pub struct Metric {
    /// Name of the metric.
    pub name: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Its value: of a histogram the sum of what was measured.
    pub value: Option<f64>,
    /// How many measurements, of a histogram.
    pub count: Option<u64>,
    /// Attributes that it has, among others.
    pub attributes: Vec<(String, Json)>,
}

impl CaseFile {
    /// The configuration's text, where it stands in the file.
    #[must_use]
    pub fn configuration_text(&self) -> Option<&str> {
        match &self.subject.as_ref()?.configuration {
            Configuration::Inline { text, .. } => Some(text),
            _ => None,
        }
    }
}

impl Case {
    /// The telemetry's text, where it stands in the file as such.
    #[must_use]
    pub fn input_text(&self) -> Option<&str> {
        self.input.iter().find_map(|input| match &input.value {
            Input::Text(text) | Input::Lines(text) => Some(text.as_str()),
            _ => None,
        })
    }
}
