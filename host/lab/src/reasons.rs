//! By which rule a stage did what it did: read from the outcomes of its calls.

use std::collections::HashMap;

use tollgate_pipeline::rehearsal::{Call, Visit};
use tollgate_record::{NodeKind, Outcome, View};

use crate::fields::{FieldAt, path_of};
use crate::value::span;

/// What judgements are called on the interface.
const DROP: u8 = 1;
const ROUTE: u8 = 3;
const FAIL: u8 = 4;
/// What edits are called on the interface.
const PUT: u8 = 1;
const RENAME: u8 = 3;
const ADD: u8 = 4;

/// The reasons of one visit.
pub(crate) struct Reasons<'v> {
    rules: &'v [String],
    /// By the place of the record.
    drops: HashMap<u32, u32>,
    routes: HashMap<u32, u32>,
    failures: HashMap<u32, u32>,
    /// Edits, by the place of the record: what was changed, and by which rule.
    edits: HashMap<u32, Vec<(FieldAt, u32)>>,
}

impl<'v> Reasons<'v> {
    pub(crate) fn of(visit: &Visit, rules: &'v [String]) -> Self {
        let mut reasons = Self {
            rules,
            drops: HashMap::new(),
            routes: HashMap::new(),
            failures: HashMap::new(),
            edits: HashMap::new(),
        };
        for call in &visit.calls {
            if let Some(outcome) = &call.outcome {
                reasons.call(call, outcome);
            }
        }
        reasons
    }

    fn name(&self, rule: u32) -> Option<String> {
        self.rules.get(rule as usize).cloned()
    }

    /// Whether a record was dropped, and by which rule.
    #[expect(clippy::option_option, reason = "a rule may have no name")]
    pub(crate) fn of_drop(&self, record: u32) -> Option<Option<String>> {
        Some(self.name(*self.drops.get(&record)?))
    }

    pub(crate) fn of_route(&self, record: u32) -> Option<String> {
        self.name(*self.routes.get(&record)?)
    }

    pub(crate) fn of_failure(&self, record: u32) -> Option<String> {
        self.name(*self.failures.get(&record)?)
    }

    /// The rule of the last edit that reaches a field.
    pub(crate) fn of_change(&self, record: u32, field: &FieldAt) -> Option<String> {
        let mut edits = self.edits.get(&record)?.iter().rev();
        let (_, rule) = edits.find(|(edited, _)| reaches(edited, field))?;
        self.name(*rule)
    }

    fn call(&mut self, call: &Call, outcome: &Outcome) {
        let nodes = Nodes::of(&call.view, call.first);
        let judgements = &outcome.judgements;
        let judged = judgements.node.iter().zip(&judgements.verdict);
        for ((node, verdict), rule) in judged.zip(&judgements.rule) {
            let reason = match *verdict {
                DROP => &mut self.drops,
                ROUTE => &mut self.routes,
                FAIL => &mut self.failures,
                _ => continue,
            };
            // A span event that is dropped is a change of its span.
            if nodes.kind(*node).is_some_and(is_below) {
                let field = FieldAt {
                    child: nodes.child(*node),
                    path: String::new(),
                };
                for record in nodes.records(*node) {
                    self.edits
                        .entry(record)
                        .or_default()
                        .push((field.clone(), *rule));
                }
                continue;
            }
            reason.extend(nodes.records(*node).map(|record| (record, *rule)));
        }
        for edit in 0..outcome.edits.op.len() {
            if let Some((node, paths, rule)) = edited(&call.view, outcome, edit) {
                let child = nodes.child(node);
                for record in nodes.records(node) {
                    let edits = self.edits.entry(record).or_default();
                    edits.extend(paths.iter().map(|path| {
                        let path = path.clone();
                        (FieldAt { child, path }, rule)
                    }));
                }
            }
        }
    }
}

/// The node that an edit is of, the paths that it touches, and its rule.
pub(crate) fn edited(
    view: &View,
    outcome: &Outcome,
    edit: usize,
) -> Option<(u32, Vec<String>, u32)> {
    let edits = &outcome.edits;
    let op = *edits.op.get(edit)?;
    let target = *edits.target.get(edit)?;
    let rule = *edits.rule.get(edit)?;
    let text = |number: u64| {
        let text = span(number, &edits.text)?;
        Some(String::from_utf8_lossy(text).into_owned())
    };
    match op {
        ADD => Some((target, vec![String::new()], rule)),
        PUT => {
            let field = *edits.field.get(edit)? as usize;
            Some((target, vec![text(*edits.fields.get(field)?)?], rule))
        }
        _ => {
            let cell = target as usize;
            let path = path_of(view, cell)?;
            let mut paths = Vec::new();
            if op == RENAME {
                let key = text(*edits.value.get(edit)?)?;
                let parent = path
                    .rfind('[')
                    .and_then(|at| path.get(..at))
                    .unwrap_or(&path);
                paths.push(format!("{parent}[{}]", serde_json::Value::from(key)));
            }
            paths.push(path);
            Some((*view.cell_node.get(cell)?, paths, rule))
        }
    }
}

/// Whether an edit of one field can have changed the other: it is the same one, lies inside it, or holds it.
fn reaches(edited: &FieldAt, field: &FieldAt) -> bool {
    let holds = |outer: &str, inner: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
    };
    let is_whole_node = edited.path.is_empty() || edited.path == "metric";
    let same_node = edited.child == field.child || edited.child.is_none() && is_whole_node;
    let (one, other) = (edited.path.as_str(), field.path.as_str());
    same_node && (is_whole_node || holds(one, other) || holds(other, one))
}

fn is_below(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::SpanEvent | NodeKind::SpanLink | NodeKind::Exemplar
    )
}

/// Which records the nodes of a view belong to.
pub(crate) struct Nodes<'v> {
    view: &'v View,
    /// For each node, the places of its records: from the first to before the last.
    records: Vec<(u32, u32)>,
}

impl<'v> Nodes<'v> {
    pub(crate) fn of(view: &'v View, first: u32) -> Self {
        let mut records = vec![(u32::MAX, 0); view.node_kind.len()];
        let mut next = first;
        for node in 0..view.node_kind.len() {
            let is_record = kind_of(view, node).is_some_and(NodeKind::is_record);
            if !is_record {
                continue;
            }
            let own = (next, next.saturating_add(1));
            next = own.1;
            // What it stands under has it, too.
            let mut above = Some(node);
            while let Some(node) = above {
                if let Some(range) = records.get_mut(node) {
                    *range = (range.0.min(own.0), range.1.max(own.1));
                }
                above = parent_of(view, node);
            }
        }
        // What stands below a record has its record.
        for node in 0..view.node_kind.len() {
            if kind_of(view, node).is_some_and(is_below)
                && let Some(range) =
                    parent_of(view, node).and_then(|parent| records.get(parent).copied())
                && let Some(own) = records.get_mut(node)
            {
                *own = range;
            }
        }
        Self { view, records }
    }

    pub(crate) fn kind(&self, node: u32) -> Option<NodeKind> {
        kind_of(self.view, node as usize)
    }

    pub(crate) fn records(&self, node: u32) -> std::ops::Range<u32> {
        let (first, behind) = self.records.get(node as usize).copied().unwrap_or_default();
        first..behind
    }

    /// Which of its kind a node below a record is.
    pub(crate) fn child(&self, node: u32) -> Option<(NodeKind, u32)> {
        let kind = self.kind(node).filter(|kind| is_below(*kind))?;
        let parent = self.view.node_parent.get(node as usize)?;
        let before = self.view.node_kind.iter().zip(&self.view.node_parent);
        let same = before
            .take(node as usize)
            .filter(|(own, above)| **own == kind as u8 && *above == parent);
        Some((kind, u32::try_from(same.count()).unwrap_or(u32::MAX)))
    }
}

fn kind_of(view: &View, node: usize) -> Option<NodeKind> {
    NodeKind::try_from(*view.node_kind.get(node)?).ok()
}

fn parent_of(view: &View, node: usize) -> Option<usize> {
    let parent = *view.node_parent.get(node)? as usize;
    (parent != node).then_some(parent)
}
