//! Columns of an outcome, row by row, and what can be read of a view: the numbers of `wit/policy.wit` under names.

use tollgate_sdk::bindings::tollgate::policy::batch::{
    Decisions, Edits, Judgements, Outcome, View,
};

use crate::manifest::RULE;

pub(crate) const SET: u8 = 0;
pub(crate) const PUT: u8 = 1;
pub(crate) const DELETE: u8 = 2;
pub(crate) const RENAME: u8 = 3;
pub(crate) const ADD: u8 = 4;

pub(crate) const DROP: u8 = 1;
pub(crate) const HOLD: u8 = 2;
pub(crate) const ROUTE: u8 = 3;

pub(crate) const TEXT: u8 = 1;
pub(crate) const INT: u8 = 2;
pub(crate) const DOUBLE: u8 = 3;
pub(crate) const BOOLEAN: u8 = 4;
pub(crate) const BYTES: u8 = 5;
pub(crate) const MAP: u8 = 7;
pub(crate) const WITHHELD: u8 = 8;

/// The outcome that changes nothing.
pub(crate) fn empty() -> Outcome {
    Outcome {
        judgements: Judgements {
            node: Vec::new(),
            verdict: Vec::new(),
            rule: Vec::new(),
            argument: Vec::new(),
            route_sets: Vec::new(),
        },
        edits: Edits {
            op: Vec::new(),
            target: Vec::new(),
            field: Vec::new(),
            kind: Vec::new(),
            value: Vec::new(),
            rule: Vec::new(),
            fields: Vec::new(),
            text: Vec::new(),
        },
        decisions: Decisions {
            key: Vec::new(),
            keep: Vec::new(),
            rule: Vec::new(),
            text: Vec::new(),
        },
        measurements: Vec::new(),
        emissions: Vec::new(),
    }
}

/// The records of the view: log records, spans and data points.
pub(crate) fn records(view: &View) -> impl Iterator<Item = u32> {
    nodes(view, |kind| matches!(kind, 3 | 4 | 6))
}

pub(crate) fn nodes(view: &View, wanted: impl Fn(u8) -> bool) -> impl Iterator<Item = u32> {
    let kinds = (0..).zip(&view.nodes.kind);
    kinds
        .filter(|&(_, &kind)| wanted(kind))
        .map(|(node, _)| node)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The cells of a field.
pub(crate) fn cells_of(view: &View, path: &str) -> impl Iterator<Item = u32> {
    let field = (0..)
        .zip(&view.fields)
        .find(|&(_, &span)| text_of(view, span) == path.as_bytes())
        .map(|(field, _)| field);
    let cells = (0..).zip(&view.cells.field);
    cells
        .filter(move |&(_, &of)| Some(of) == field)
        .map(|(cell, _)| cell)
}

/// Does something to the first cell of a field, where there is one.
pub(crate) fn on_cell(view: &View, path: &str, deed: impl FnOnce(u32)) {
    if let Some(cell) = cells_of(view, path).next() {
        deed(cell);
    }
}

/// What a span of the view's text covers.
pub(crate) fn text_of(view: &View, span: u64) -> &[u8] {
    let (start, length) = ((span >> 32) as usize, (span & 0xffff_ffff) as usize);
    view.text
        .get(start..start.saturating_add(length))
        .unwrap_or_default()
}

/// A span of text.
pub(crate) fn span(offset: usize, length: usize) -> u64 {
    (offset as u64) << 32 | length as u64
}

/// Adds rows to the columns, valid ones but for what the caller gives.
pub(crate) trait EditsExt {
    fn value(&mut self, op: u8, target: u32, kind: u8, value: u64);
    fn put(&mut self, node: u32, path: &str, kind: u8, value: u64);
    fn put_bytes(&mut self, node: u32, path: &str, kind: u8, value: &[u8]);
    fn add(&mut self, node: u32, child: u32, message: &[u8]);
    fn text(&mut self, bytes: &[u8]) -> u64;
}

impl EditsExt for Edits {
    fn value(&mut self, op: u8, target: u32, kind: u8, value: u64) {
        self.op.push(op);
        self.target.push(target);
        self.field.push(0);
        self.kind.push(kind);
        self.value.push(value);
        self.rule.push(RULE);
    }

    fn put(&mut self, node: u32, path: &str, kind: u8, value: u64) {
        let path = self.text(path.as_bytes());
        let field = u32::try_from(self.fields.len()).unwrap_or(u32::MAX);
        self.fields.push(path);
        self.value(PUT, node, kind, value);
        if let Some(last) = self.field.last_mut() {
            *last = field;
        }
    }

    fn put_bytes(&mut self, node: u32, path: &str, kind: u8, value: &[u8]) {
        let value = self.text(value);
        self.put(node, path, kind, value);
    }

    fn add(&mut self, node: u32, child: u32, message: &[u8]) {
        let message = self.text(message);
        self.value(ADD, node, BYTES, message);
        if let Some(last) = self.field.last_mut() {
            *last = child;
        }
    }

    fn text(&mut self, bytes: &[u8]) -> u64 {
        let span = span(self.text.len(), bytes.len());
        self.text.extend_from_slice(bytes);
        span
    }
}

pub(crate) trait JudgementsExt {
    fn judge(&mut self, node: u32, verdict: u8);
}

impl JudgementsExt for Judgements {
    fn judge(&mut self, node: u32, verdict: u8) {
        self.node.push(node);
        self.verdict.push(verdict);
        self.rule.push(RULE);
        self.argument.push(0);
    }
}
