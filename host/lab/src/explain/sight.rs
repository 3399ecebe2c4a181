//! What a stage could see of a field.

use serde::Serialize;
use tollgate_pipeline::PlannedStage;
use tollgate_record::{NodeKind, Signal, Value, View};

use super::look::is_within;
use crate::fields::{RecordFields, path_of};
use crate::reasons::Nodes;

/// What a stage could see of a field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "sight", rename_all = "snake_case")]
pub enum Sight {
    /// It was shown its value.
    Seen,
    /// It was shown that it is there, and not what it is.
    Withheld,
    /// The record does not have it here.
    Absent,
    /// The record has it, and the policy did not declare that it reads it.
    Undeclared {
        /// What it declared.
        reads: Vec<String>,
    },
    /// The policy is not called for this signal: it declared nothing for it.
    NotCalled,
}

/// Whether a field is part of a metric, and not of what stands above it or came beside it.
fn is_in_metric(field: &str) -> bool {
    let others = ["resource.", "scope.", "metadata", "auth", "client."];
    !others.iter().any(|other| field.starts_with(other))
}

/// Withheld values.
const WITHHELD: u8 = 8;

/// What was seen of `field`, in a view in which the record stands at `position`.
pub(super) fn sight(
    view: Option<(&View, &Nodes<'_>)>,
    stage: Option<&PlannedStage<'_>>,
    (signal, position): (Signal, u32),
    before: Option<&RecordFields>,
    field: &str,
) -> Sight {
    let Some((view, nodes)) = view else {
        return Sight::NotCalled;
    };
    let cells = (0..view.cell_node.len()).filter(|cell| {
        let node = view.cell_node.get(*cell).copied().unwrap_or_default();
        let is_of_request = nodes.kind(node) == Some(NodeKind::Request);
        (is_of_request || nodes.records(node).contains(&position))
            && path_of(view, *cell).is_some_and(|path| {
                path == field
                    || !is_withheld(view, *cell)
                        && (is_within(field, &path) || path == "metric" && is_in_metric(field))
            })
    });
    let mut found = cells
        .map(|cell| is_withheld(view, cell))
        .collect::<Vec<_>>();
    found.sort_unstable();
    match found.first() {
        Some(false) => Sight::Seen,
        Some(true) => Sight::Withheld,
        None if before.is_some_and(|before| value_at(before, field).is_none()) => Sight::Absent,
        None => Sight::Undeclared {
            reads: stage
                .and_then(|stage| stage.manifest.of(signal))
                .map(|access| access.reads.iter().map(str::to_owned).collect())
                .unwrap_or_default(),
        },
    }
}

fn is_withheld(view: &View, cell: usize) -> bool {
    view.cell_kind.get(cell) == Some(&WITHHELD)
}

/// The value at a path, which may lead into a nested one.
pub(super) fn value_at<'f>(record: &'f RecordFields, path: &str) -> Option<&'f Value> {
    let exact = record.fields.iter().find(|(at, _)| at.path == path);
    if let Some((_, value)) = exact {
        return Some(value);
    }
    record.fields.iter().find_map(|(at, value)| {
        let steps = path.strip_prefix(at.path.as_str())?;
        if steps.starts_with('[') {
            descend(value, steps)
        } else {
            None
        }
    })
}

/// The value behind steps such as `["a"][0]`.
fn descend<'f>(value: &'f Value, steps: &str) -> Option<&'f Value> {
    if steps.is_empty() {
        return Some(value);
    }
    let inside = steps.strip_prefix('[')?;
    let mut step = serde_json::Deserializer::from_str(inside).into_iter::<serde_json::Value>();
    let key = step.next()?.ok()?;
    let rest = inside.get(step.byte_offset()..)?.strip_prefix(']')?;
    let next = match (value, &key) {
        (Value::Map(entries), serde_json::Value::String(key)) => entries
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value),
        (Value::Array(items), serde_json::Value::Number(index)) => {
            items.get(usize::try_from(index.as_u64()?).ok()?)
        }
        _ => None,
    };
    descend(next?, rest)
}
