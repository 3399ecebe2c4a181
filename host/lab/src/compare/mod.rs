//! Two configurations over the same telemetry: what changes for whom.
//!
//! Records that change in the same way, by the same rules, are one [`Group`]: a review of a rule change reads groups, not records.

mod rights;

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use tollgate_record::{Malformed, Value};

use crate::Telemetry;
use crate::fields::{FieldAt, RecordFields, fields};
use crate::passage::{End, Fate, Passage};
use crate::value::json;

pub use rights::{StageChange, rights};

/// Records of a group that are named one by one.
const NAMED: usize = 5;

/// What became different.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Comparison {
    /// Records that were passed through both.
    pub records: u64,
    /// Those of which anything is different.
    pub changed: u64,
    /// What is different, by how many records.
    pub groups: Vec<Group>,
}

/// Records that change in one way.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// In which.
    #[serde(flatten)]
    pub what: What,
    /// How many.
    pub records: u64,
    /// Some of them.
    pub examples: Vec<Example>,
}

/// One way in which records change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// They end elsewhere.
    Ending {
        /// Where they ended.
        before: Vec<String>,
        /// Where they end.
        after: Vec<String>,
    },
    /// A field of them leaves with another value.
    Field {
        /// The pipeline that they leave.
        pipeline: String,
        /// The field.
        path: String,
        /// Who set its value before: stage and rule; none if it was as it came.
        before: Option<Author>,
        /// Who sets it now.
        after: Option<Author>,
    },
    /// Policies make other telemetry.
    Made {
        /// The pipeline that it leaves.
        pipeline: String,
        /// How many records they made.
        before: usize,
        /// How many they make.
        after: usize,
    },
}

/// Who set a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    /// The stage.
    pub stage: String,
    /// Its rule, if it told.
    pub rule: Option<String>,
}

/// A record of a group.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    /// The file that it is in, or the file and the line.
    pub source: String,
    /// Its place in the request, counted from 1; none of telemetry that policies make.
    pub record: Option<u32>,
    /// The value with which the field left before; none if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<serde_json::Value>,
    /// The value with which it leaves now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<serde_json::Value>,
}

impl Comparison {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Adds what became of one request in both.
    pub fn add(
        &mut self,
        telemetry: &Telemetry,
        before: &Passage,
        after: &Passage,
    ) -> Result<(), Malformed> {
        let (old, new) = (Left::of(before)?, Left::of(after)?);
        for (was, is) in before.fates.iter().zip(&after.fates) {
            let mut found = Vec::new();
            let (from, to) = (endings(was), endings(is));
            if from != to {
                let what = What::Ending {
                    before: from,
                    after: to,
                };
                found.push((what, None, None));
            }
            for (pipeline, one, other) in old.pairs(&new, was.record) {
                for difference in one.differences(other) {
                    let what = What::Field {
                        pipeline: pipeline.to_owned(),
                        before: author(was, pipeline, &difference.field),
                        after: author(is, pipeline, &difference.field),
                        path: difference.field.path,
                    };
                    found.push((what, difference.before, difference.after));
                }
            }
            self.records = self.records.saturating_add(1);
            self.changed = self.changed.saturating_add(u64::from(!found.is_empty()));
            let record = Some(was.record.saturating_add(1));
            self.note(telemetry, record, found);
        }
        let made = old.made(&new).into_iter().map(|what| (what, None, None));
        self.note(telemetry, None, made.collect());
        Ok(())
    }

    /// A record counts once in a group, however many of its values changed in that way.
    fn note(
        &mut self,
        telemetry: &Telemetry,
        record: Option<u32>,
        found: Vec<(What, Option<Value>, Option<Value>)>,
    ) {
        let mut counted: Vec<usize> = Vec::new();
        for (what, before, after) in found {
            let known = self.groups.iter().position(|group| group.what == what);
            let place = known.unwrap_or_else(|| {
                self.groups.push(Group {
                    what,
                    records: 0,
                    examples: Vec::new(),
                });
                self.groups.len().saturating_sub(1)
            });
            let Some(group) = self.groups.get_mut(place) else {
                continue;
            };
            if counted.contains(&place) {
                continue;
            }
            counted.push(place);
            group.records = group.records.saturating_add(1);
            if group.examples.len() < NAMED {
                group.examples.push(Example {
                    source: telemetry.source.clone(),
                    record,
                    before: before.as_ref().map(json),
                    after: after.as_ref().map(json),
                });
            }
        }
    }

    /// The most common first.
    pub fn sort(&mut self) {
        self.groups
            .sort_by_key(|group| std::cmp::Reverse(group.records));
    }
}

/// Where a record ended, as people say it; sorted, because ways have no order.
fn endings(fate: &Fate) -> Vec<String> {
    let said = |end: &End| match end {
        End::Left { pipeline, .. } => format!("leaves {pipeline}"),
        End::Dropped { place, rule } => match rule {
            Some(rule) => format!("dropped by {}, {rule}", place.stage),
            None => format!("dropped by {}", place.stage),
        },
        End::Failed { place, .. } => format!("{} fails for it", place.stage),
        End::Consumed { place } => format!("ends in {}", place.stage),
        End::Merged { place } => format!("merged by {}", place.stage),
        End::KeptBack { pipeline } => format!("kept back at the end of {pipeline}"),
    };
    let mut all: Vec<String> = fate.ends.iter().map(said).collect();
    all.sort();
    all
}

/// Who was the last to set a field on the way that leads out of a pipeline.
fn author(fate: &Fate, pipeline: &str, field: &FieldAt) -> Option<Author> {
    let touches = |other: &FieldAt| {
        let (one, other) = (&*field.path, &*other.path);
        let (outer, inner) = if one.len() < other.len() {
            (one, other)
        } else {
            (other, one)
        };
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
    };
    let own = fate
        .changes
        .iter()
        .rev()
        .filter(|change| touches(&change.difference.field));
    // The pipeline's own stages come last; those before it stand in others.
    let change = own
        .clone()
        .find(|change| change.place.pipeline.to_string() == pipeline)
        .or_else(|| own.clone().next())?;
    Some(Author {
        stage: change.place.stage.to_string(),
        rule: change.rule.clone(),
    })
}

/// What left, by pipeline.
struct Left {
    pipelines: Vec<(String, Vec<Option<u32>>, Vec<RecordFields>)>,
}

impl Left {
    fn of(passage: &Passage) -> Result<Self, Malformed> {
        let mut pipelines: Vec<(String, Vec<Option<u32>>, Vec<RecordFields>)> = Vec::new();
        for exit in &passage.exits {
            let name = exit.pipeline.to_string();
            let records = fields(exit.snapshot.signal, &exit.snapshot.wire)?;
            let origins = exit.snapshot.origins.clone();
            // New telemetry leaves in requests of its own.
            match pipelines.iter_mut().find(|(known, _, _)| *known == name) {
                Some((_, known_origins, known)) => {
                    known_origins.extend(origins);
                    known.extend(records);
                }
                None => pipelines.push((name, origins, records)),
            }
        }
        Ok(Self { pipelines })
    }

    /// A record in both, at the end of each pipeline that it leaves in both.
    fn pairs<'l>(
        &'l self,
        other: &'l Self,
        record: u32,
    ) -> impl Iterator<Item = (&'l str, &'l RecordFields, &'l RecordFields)> {
        let of = move |origins: &[Option<u32>]| origins.iter().position(|own| *own == Some(record));
        self.pipelines
            .iter()
            .filter_map(move |(name, origins, records)| {
                let (_, others, theirs) =
                    other.pipelines.iter().find(|(known, _, _)| known == name)?;
                let one = records.get(of(origins)?)?;
                let two = theirs.get(of(others)?)?;
                Some((name.as_str(), one, two))
            })
    }

    /// Pipelines at whose end the telemetry that policies make is another.
    fn made(&self, other: &Self) -> Vec<What> {
        let (old, new) = (self.made_by_pipeline(), other.made_by_pipeline());
        let all: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
        let none = Vec::new();
        let of = |pipeline| {
            let made = old.get(pipeline).unwrap_or(&none);
            (made, new.get(pipeline).unwrap_or(&none))
        };
        let changed = all.into_iter().filter_map(|pipeline| {
            let (before, after) = of(pipeline);
            (before != after).then(|| What::Made {
                pipeline: pipeline.to_owned(),
                before: before.len(),
                after: after.len(),
            })
        });
        changed.collect()
    }

    /// The records that policies made, where any leave.
    fn made_by_pipeline(&self) -> HashMap<&str, Vec<&RecordFields>> {
        let pipelines = self.pipelines.iter().map(|(name, origins, records)| {
            let all = origins.iter().zip(records);
            let made = all.filter(|(origin, _)| origin.is_none());
            (name.as_str(), made.map(|(_, record)| record).collect())
        });
        pipelines.collect()
    }
}
