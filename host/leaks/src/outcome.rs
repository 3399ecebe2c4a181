//! What became of a secret.

use std::fmt;

use tollgate_lab::passage::{End, Fate};
use tollgate_pipeline::rehearsal::StagePlace;

use crate::search::Found;

/// What became of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It got through.
    Open(Found),
    /// It got through as an id of the right length: it cannot be redacted without breaking the id.
    Unavoidable,
    /// It did not.
    Closed(Closed),
}

/// Why a secret did not get through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// The record left without it.
    Redacted {
        /// The stages that changed the record, each with the rule that it told.
        by: Vec<By>,
    },
    /// A stage dropped the record.
    Dropped {
        /// Which stage, by which rule.
        by: By,
    },
    /// A stage failed for the record.
    Failed {
        /// Which stage.
        stage: String,
    },
    /// A connector made something else of it.
    Consumed {
        /// Which connector.
        stage: String,
    },
    /// A stage put it together with others.
    Merged {
        /// Which stage.
        stage: String,
    },
    /// A post-condition did not hold.
    KeptBack,
    /// The request is refused as a whole.
    Rejected {
        /// What is wrong with it.
        reason: String,
    },
    /// No pipeline takes it.
    NotTaken,
}

/// A stage, and its rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct By {
    /// The stage.
    pub stage: String,
    /// By which of its rules, if it told.
    pub rule: Option<String>,
}

impl By {
    fn of(place: &StagePlace, rule: Option<&String>) -> Self {
        Self {
            stage: place.stage.to_string(),
            rule: rule.cloned(),
        }
    }
}

impl Outcome {
    /// Whether the secret got through where that can be helped.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }

    /// One word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open(Found::Whole) => "open",
            Self::Open(Found::Part) => "partly open",
            Self::Unavoidable => "unavoidable",
            Self::Closed(closed) => closed.word(),
        }
    }
}

impl Closed {
    /// One word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Redacted { .. } => "redacted",
            Self::Dropped { .. } => "dropped",
            Self::Failed { .. } => "failed",
            Self::Consumed { .. } => "consumed",
            Self::Merged { .. } => "merged",
            Self::KeptBack => "kept back",
            Self::Rejected { .. } => "rejected",
            Self::NotTaken => "not taken",
        }
    }

    /// Why the secret of a record did not leave, as its fate tells.
    pub(crate) fn of(fate: &Fate) -> Self {
        let left = |end: &End| matches!(end, End::Left { .. });
        if fate.ends.iter().any(left) {
            let changes = fate.changes.iter();
            let mut by: Vec<By> = changes
                .map(|change| By::of(&change.place, change.rule.as_ref()))
                .collect();
            by.sort();
            by.dedup();
            return Self::Redacted { by };
        }
        match fate.ends.last() {
            Some(End::Dropped { place, rule }) => Self::Dropped {
                by: By::of(place, rule.as_ref()),
            },
            Some(End::Failed { place, .. }) => Self::Failed {
                stage: place.stage.to_string(),
            },
            Some(End::Consumed { place }) => Self::Consumed {
                stage: place.stage.to_string(),
            },
            Some(End::Merged { place }) => Self::Merged {
                stage: place.stage.to_string(),
            },
            Some(End::KeptBack { .. }) => Self::KeptBack,
            Some(End::Left { .. }) | None => Self::NotTaken,
        }
    }
}

/// `redaction, blocked_values[0]`.
impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stage)?;
        match &self.rule {
            Some(rule) => write!(f, ", {rule}"),
            None => Ok(()),
        }
    }
}
