//! What happened to telemetry, in words that other programs can read: the shape of `tollgate try --json`.
//!
//! The shape is stable: members are added, and those that there are keep their names and meanings.

mod label;
mod make;
mod summary;

use serde::Serialize;
use serde_json::Value as Json;
use tollgate_pipeline::rehearsal::StagePlace;

pub use label::label;
pub use summary::{RuleSummary, Summary};

use crate::Telemetry;
use crate::passage::Passage;

/// Everything that happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// What became of each request, in order.
    pub requests: Vec<RequestReport>,
    /// Counted together.
    pub summary: Summary,
}

/// What became of one request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestReport {
    /// Where it was read.
    pub source: String,
    /// Its signal.
    pub signal: &'static str,
    /// What became of each of its records, in order.
    pub records: Vec<RecordReport>,
    /// What left, at each pipeline that something left at.
    pub left: Vec<LeftReport>,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordReport {
    /// Its place in the request, from 0.
    pub record: u32,
    /// What it is called among people: the name of a span, an event or a metric, or how a body begins.
    pub label: String,
    /// What changed in it, in order.
    pub changes: Vec<ChangeReport>,
    /// Where connectors sent it.
    pub routes: Vec<RouteReport>,
    /// Policies that failed for it.
    pub failures: Vec<FailureReport>,
    /// Where it ended: in several places if it went several ways, in none if no pipeline takes it.
    pub ends: Vec<EndReport>,
    /// All fields that it came with, where that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<FieldReport>>,
}

/// Which stage did something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// The pipeline.
    pub pipeline: String,
    /// The stage.
    pub stage: String,
}

/// What stands below a record: a span event, a span link, an exemplar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Child {
    /// What it is.
    pub kind: &'static str,
    /// Which of its kind, from 1.
    pub number: u32,
}

/// A value that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeReport {
    /// By which stage.
    #[serde(flatten)]
    pub place: Place,
    /// By which of its rules; null if it does not tell.
    pub rule: Option<String>,
    /// Which field, as OTTL spells it.
    pub field: String,
    /// What below the record has it; null if the record has it.
    pub child: Option<Child>,
    /// Its value before; absent if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// Its value after; absent if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
}

/// Where a connector sent a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteReport {
    /// Which connector.
    #[serde(flatten)]
    pub place: Place,
    /// By which of its rules; null if it does not tell.
    pub rule: Option<String>,
    /// The pipelines.
    pub to: Vec<String>,
}

/// A policy that failed for a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailureReport {
    /// Which stage.
    #[serde(flatten)]
    pub place: Place,
    /// By which of its rules; null if it does not tell.
    pub rule: Option<String>,
    /// What becomes of the record: reject, drop or pass.
    pub on_error: &'static str,
    /// What kind of failure it was, as metrics name it; `judged` if the policy itself said that it cannot judge the record.
    pub kind: String,
    /// What happened.
    pub message: String,
    /// What the policy itself said of it.
    pub said: Option<String>,
    /// Functions of the policy, innermost first.
    pub backtrace: Vec<String>,
}

/// Where a record ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum EndReport {
    /// At the exporters of a pipeline.
    Left {
        /// The pipeline.
        pipeline: String,
        /// Its exporters.
        exporters: Vec<String>,
    },
    /// A stage dropped it on purpose.
    Dropped {
        /// Which stage.
        #[serde(flatten)]
        place: Place,
        /// By which of its rules; null if it does not tell.
        rule: Option<String>,
    },
    /// A stage failed for it, and it does not go on.
    Failed {
        /// Which stage.
        #[serde(flatten)]
        place: Place,
        /// Whether the client is told: reject or drop.
        on_error: &'static str,
    },
    /// A connector made other telemetry of it.
    Consumed {
        /// Which connector.
        #[serde(flatten)]
        place: Place,
    },
    /// A stage put it together with others.
    Merged {
        /// Which stage.
        #[serde(flatten)]
        place: Place,
    },
    /// A post-condition of a stage did not hold when it was about to leave.
    KeptBack {
        /// The pipeline that it did not leave.
        pipeline: String,
    },
}

/// A value of a record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldReport {
    /// Which field, as OTTL spells it.
    pub field: String,
    /// What below the record has it; null if the record has it.
    pub child: Option<Child>,
    /// The value.
    pub value: Json,
}

/// What left at a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftReport {
    /// The pipeline.
    pub pipeline: String,
    /// Its exporters.
    pub exporters: Vec<String>,
    /// The signal of the pipeline.
    pub signal: &'static str,
    /// How many records.
    pub records: usize,
    /// Those of them that policies made.
    pub made: Vec<MadeReport>,
    /// All of it, as OTLP/JSON.
    pub request: Json,
}

/// A record that a policy made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MadeReport {
    /// What it is called among people.
    pub label: String,
    /// All its fields.
    pub fields: Vec<FieldReport>,
}

/// Which stage and rule, as people read it: `redaction, rule mail`.
#[must_use]
pub fn by(place: &Place, rule: Option<&str>) -> String {
    match rule {
        Some(rule) => format!("{}, rule {rule}", place.stage),
        None => place.stage.clone(),
    }
}

impl Report {
    /// Adds what happened to one more request. With `all`, every field of its records is told, too.
    pub fn add(&mut self, telemetry: &Telemetry, passage: &Passage, all: bool) {
        let request = make::request(telemetry, passage, all);
        self.summary.add(&request);
        self.requests.push(request);
    }

    /// Puts the rules of the summary into the order in which records meet their stages.
    pub fn sort_rules(&mut self, places: &[StagePlace]) {
        self.summary.rules.sort_by_key(|rule| {
            let is_it = |place: &StagePlace| {
                place.stage.to_string() == rule.place.stage
                    && place.pipeline.to_string() == rule.place.pipeline
            };
            places.iter().position(is_it)
        });
    }
}

impl RecordReport {
    /// Whether it left as it came, wherever it went, and whatever was made of it besides.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        let goes_on =
            |end: &EndReport| matches!(end, EndReport::Left { .. } | EndReport::Consumed { .. });
        self.changes.is_empty()
            && self.routes.is_empty()
            && self.failures.is_empty()
            && self.has_left()
            && self.ends.iter().all(goes_on)
    }

    /// Whether it left anywhere.
    #[must_use]
    pub fn has_left(&self) -> bool {
        let mut ends = self.ends.iter();
        ends.any(|end| matches!(end, EndReport::Left { .. }))
    }
}
