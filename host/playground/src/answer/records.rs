//! Records as they came and as they left, side by side.

use serde::Serialize;
use serde_json::Value as Json;
use tollgate_lab::fields::{FieldAt, RecordFields, fields};
use tollgate_lab::passage::{Change, Fate, Passage};
use tollgate_lab::report::label;
use tollgate_lab::{Difference, Telemetry, json};
use tollgate_record::{Malformed, Value};

use super::story::{named, place_left, story, verdict};
use crate::words::{Part, marked, whole};

/// What became of one record.
#[derive(Debug, Serialize)]
pub(crate) struct Record {
    /// `log record 3`.
    name: String,
    /// What it is called among people.
    label: String,
    /// Its place among all that came; none where a policy made it.
    number: Option<usize>,
    /// Where it was read.
    source: String,
    /// In one word.
    pub(crate) verdict: &'static str,
    /// Each form in which it left; the form that it came in where it did not leave.
    forms: Vec<Form>,
    /// What happened to it, in order, in sentences.
    story: Vec<String>,
}

/// A record as it came, beside what it became on one way.
#[derive(Debug, Serialize)]
struct Form {
    /// Where it left, or why it did not.
    to: Vec<String>,
    rows: Vec<Row>,
}

/// One field.
#[derive(Debug, Serialize)]
struct Row {
    field: String,
    before: Option<Vec<Part>>,
    after: Option<Vec<Part>>,
    changed: bool,
    /// The stage and the rule that changed it, as far as it told.
    by: Vec<String>,
}

/// The records of a request, and those that policies made of them. `known` records stand before them.
pub(crate) fn of(
    telemetry: &Telemetry,
    passage: &Passage,
    known: usize,
) -> Result<Vec<Record>, Malformed> {
    let before = fields(passage.signal, &passage.input.wire)?;
    let exits: Vec<Vec<RecordFields>> = passage
        .exits
        .iter()
        .map(|exit| fields(exit.snapshot.signal, &exit.snapshot.wire))
        .collect::<Result<_, _>>()?;
    let kind = passage.signal.record_kind();
    let mut records = Vec::new();
    for (fate, own) in passage.fates.iter().zip(&before) {
        let number = known.saturating_add(records.len()).saturating_add(1);
        let forms = forms(fate, own, passage, &exits);
        let changed = forms
            .iter()
            .any(|form| form.rows.iter().any(|row| row.changed));
        records.push(Record {
            name: format!("{kind} {number}"),
            label: label(passage.signal, own),
            number: Some(number),
            source: telemetry.source.clone(),
            verdict: verdict(fate, changed),
            forms,
            story: story(fate, passage),
        });
    }
    for (exit, left) in passage.exits.iter().zip(&exits) {
        let made = exit.snapshot.origins.iter().zip(left);
        for (_, fields) in made.filter(|(origin, _)| origin.is_none()) {
            let kind = exit.snapshot.signal.record_kind();
            let to = place_left(&exit.pipeline.to_string(), &exit.exporters);
            records.push(Record {
                name: kind.to_string(),
                label: label(exit.snapshot.signal, fields),
                number: None,
                source: telemetry.source.clone(),
                verdict: "made",
                forms: vec![Form {
                    to: vec![to],
                    rows: fields
                        .fields
                        .iter()
                        .map(|(at, value)| new(at, value))
                        .collect(),
                }],
                story: Vec::new(),
            });
        }
    }
    Ok(records)
}

/// The forms of a record that differ from one another, each with everywhere that it went.
fn forms(
    fate: &Fate,
    before: &RecordFields,
    passage: &Passage,
    exits: &[Vec<RecordFields>],
) -> Vec<Form> {
    let mut left: Vec<(&RecordFields, Vec<String>)> = Vec::new();
    for (exit, records) in passage.exits.iter().zip(exits) {
        let to = place_left(&exit.pipeline.to_string(), &exit.exporters);
        let origins = exit.snapshot.origins.iter().zip(records);
        for (_, after) in origins.filter(|(origin, _)| **origin == Some(fate.record)) {
            match left.iter_mut().find(|(known, _)| *known == after) {
                Some((_, places)) => places.push(to.clone()),
                None => left.push((after, vec![to.clone()])),
            }
        }
    }
    if left.is_empty() {
        let gone = before.fields.iter().map(|(at, value)| gone(at, value));
        return vec![Form {
            to: vec!["nowhere".to_owned()],
            rows: gone.collect(),
        }];
    }
    let form = |(after, to): (&RecordFields, Vec<String>)| Form {
        to,
        rows: rows(before, after, &fate.changes),
    };
    left.into_iter().map(form).collect()
}

/// Every field of both, in the order of the first, those that are not the same where they stand.
fn rows(before: &RecordFields, after: &RecordFields, changes: &[Change]) -> Vec<Row> {
    let differences = before.differences(after);
    let mut told = vec![false; differences.len()];
    let mut rows = Vec::new();
    for (at, value) in &before.fields {
        let mut is_same = true;
        for (difference, told) in differences.iter().zip(&mut told) {
            if !*told && is_within(&difference.field, at) {
                is_same = false;
                *told = true;
                rows.push(differing(difference, changes));
            }
        }
        if is_same {
            rows.push(Row {
                field: at.to_string(),
                before: Some(whole(&shown(value), false)),
                after: Some(whole(&shown(value), false)),
                changed: false,
                by: Vec::new(),
            });
        }
    }
    let rest = differences.iter().zip(&told).filter(|(_, told)| !**told);
    rows.extend(rest.map(|(difference, _)| differing(difference, changes)));
    rows
}

/// Whether a difference is of a field, or of something in it.
fn is_within(part: &FieldAt, whole: &FieldAt) -> bool {
    let rest = part.path.strip_prefix(whole.path.as_str());
    part.child == whole.child && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

fn differing(difference: &Difference, changes: &[Change]) -> Row {
    let (before, after) = match (&difference.before, &difference.after) {
        (Some(before), Some(after)) => {
            let (before, after) = marked(&shown(before), &shown(after));
            (Some(before), Some(after))
        }
        (before, after) => {
            let one =
                |value: &Option<Value>| value.as_ref().map(|value| whole(&shown(value), true));
            (one(before), one(after))
        }
    };
    let mut by: Vec<String> = Vec::new();
    for change in changes {
        let field = &change.difference.field;
        if is_within(&difference.field, field) || is_within(field, &difference.field) {
            let own = named(&change.place, change.rule.as_deref());
            if !by.contains(&own) {
                by.push(own);
            }
        }
    }
    Row {
        field: difference.field.to_string(),
        before,
        after,
        changed: true,
        by,
    }
}

fn gone(at: &FieldAt, value: &Value) -> Row {
    Row {
        field: at.to_string(),
        before: Some(whole(&shown(value), true)),
        after: None,
        changed: true,
        by: Vec::new(),
    }
}

fn new(at: &FieldAt, value: &Value) -> Row {
    Row {
        field: at.to_string(),
        before: None,
        after: Some(whole(&shown(value), true)),
        changed: true,
        by: Vec::new(),
    }
}

/// Texts as they are, everything else as JSON.
fn shown(value: &Value) -> String {
    match json(value) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}
