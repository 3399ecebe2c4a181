//! Nodes to edit and to judge.

use std::ops::Deref;

use crate::draft::{Draft, FieldOrPath, Operation};
use crate::node::{NodeView, narrow};
use crate::path::{self, Owner};
use crate::trail::Trail;
use crate::value::NewValue;
use crate::{Field, Instrument, NodeKind, Route, Rule, Verdict};

/// A node that can be edited and judged; reads like a [`NodeView`].
pub struct Node<'a> {
    view: NodeView<'a>,
    draft: &'a mut Draft,
}

/// A log record, a span or a data point.
pub type Record<'a> = Node<'a>;

impl<'a> Deref for Node<'a> {
    type Target = NodeView<'a>;

    fn deref(&self) -> &NodeView<'a> {
        &self.view
    }
}

impl<'a> Node<'a> {
    #[inline]
    pub(crate) fn new(view: NodeView<'a>, draft: &'a mut Draft) -> Self {
        Self { view, draft }
    }

    /// Sets a field, in place of what is there or anew. A field of an ancestor is set there.
    #[inline]
    pub fn set<'p, 'v>(
        &mut self,
        rule: Rule,
        field: impl Into<FieldOrPath<'p>>,
        value: impl Into<NewValue<'v>>,
    ) {
        let value = value.into();
        match field.into() {
            FieldOrPath::Field(field) => {
                if let Some(cell) = self.view.cell(field) {
                    self.draft
                        .edit(Operation::Set, narrow(cell), 0, &value, rule);
                } else {
                    let target = self.target(field.owner);
                    let path = self
                        .draft
                        .declared_path(field, &self.view.frame.declared.paths);
                    self.draft.edit(Operation::Put, target, path, &value, rule);
                }
            }
            FieldOrPath::Path(path) => {
                let target = self.target(path::owner(path));
                let path = self.draft.path(path);
                self.draft.edit(Operation::Put, target, path, &value, rule);
            }
        }
    }

    /// Sets the attribute with this key, in place of what is there or anew.
    pub fn set_attribute<'v>(&mut self, rule: Rule, key: &str, value: impl Into<NewValue<'v>>) {
        let value = value.into();
        if let Some(cell) = self.view.attribute_cell(key) {
            self.draft
                .edit(Operation::Set, narrow(cell), 0, &value, rule);
        } else {
            let path = self.draft.attribute_path(self.view.kind(), key);
            self.draft
                .edit(Operation::Put, self.view.index(), path, &value, rule);
        }
    }

    /// Deletes a field; returns whether it was there. The policy must read what it deletes, else its batch fails.
    pub fn delete<'p>(&mut self, rule: Rule, field: impl Into<FieldOrPath<'p>>) -> bool {
        match field.into() {
            FieldOrPath::Field(field) => {
                let slot = self.slot("delete", field);
                let Some(owner) = self.view.owner(field.owner) else {
                    return false;
                };
                let found = owner.cells().filter(|(_, candidate)| *candidate == slot);
                self.delete_cells(rule, found.map(|(cell, _)| cell))
            }
            FieldOrPath::Path(path) => {
                let found = self.find(path);
                self.delete_cells(rule, found)
            }
        }
    }

    /// Deletes the attribute with this key, as often as it stands there; returns whether it was there.
    pub fn delete_attribute(&mut self, rule: Rule, key: &str) -> bool {
        let view = self.view;
        let found = view
            .cells()
            .filter(|(_, field)| view.frame.key(*field) == Some(key));
        self.delete_cells(rule, found.map(|(cell, _)| cell))
    }

    #[inline]
    fn delete_cells(&mut self, rule: Rule, cells: impl Iterator<Item = usize>) -> bool {
        let mut any = false;
        for cell in cells {
            any = true;
            self.draft
                .edit(Operation::Delete, narrow(cell), 0, &NewValue::Empty, rule);
        }
        any
    }

    /// Gives one of its cells another value.
    pub fn set_cell<'v>(&mut self, rule: Rule, cell: u32, value: impl Into<NewValue<'v>>) {
        self.draft
            .edit(Operation::Set, cell, 0, &value.into(), rule);
    }

    /// Deletes one of its cells.
    pub fn delete_cell(&mut self, rule: Rule, cell: u32) {
        self.draft
            .edit(Operation::Delete, cell, 0, &NewValue::Empty, rule);
    }

    /// Gives a field, which must be an attribute or an entry of a map, another key; returns whether it was there.
    pub fn rename<'p>(
        &mut self,
        rule: Rule,
        field: impl Into<FieldOrPath<'p>>,
        new_key: &str,
    ) -> bool {
        let found = match field.into() {
            FieldOrPath::Field(field) => {
                self.slot("rename", field);
                self.view.cell(field)
            }
            FieldOrPath::Path(path) => self.find(path).next(),
        };
        self.rename_cell(rule, found, new_key)
    }

    /// Gives the attribute with this key another one; returns whether it was there.
    pub fn rename_attribute(&mut self, rule: Rule, key: &str, new_key: &str) -> bool {
        let found = self.view.attribute_cell(key);
        self.rename_cell(rule, found, new_key)
    }

    fn rename_cell(&mut self, rule: Rule, cell: Option<usize>, new_key: &str) -> bool {
        if let Some(cell) = cell {
            self.draft.rename(narrow(cell), new_key, rule);
        }
        cell.is_some()
    }

    /// Judges the node: records, span events, links, exemplars and metrics can be dropped, records alone can fail. A record
    /// under [`crate::Batch::each_record`] is judged by the verdict that is returned for it; judge a node once.
    pub fn judge(&mut self, verdict: Verdict) {
        self.draft.judge(self.view.index(), verdict);
    }

    /// Sends a record to some of the policy's destinations and to no other: its judgement, beside which it gets none. What goes nowhere
    /// is dropped instead.
    pub fn route(&mut self, rule: Rule, routes: &[Route]) {
        self.draft.route(self.view.index(), rule, routes);
    }

    /// Adds a node of a kind, as an OTLP message, at the end of its kind: to this node, or to the one above it that has such nodes.
    /// From a data point, a metric goes to the end of its scope. The policy declares [`crate::Setup::adds`].
    ///
    /// A resource and a scope are the messages with what stands under them, such as `ResourceLogs`.
    pub fn add(&mut self, rule: Rule, child: NodeKind, message: &[u8]) {
        let parent = match child {
            NodeKind::Request | NodeKind::Resource => NodeKind::Request,
            NodeKind::Scope => NodeKind::Resource,
            NodeKind::LogRecord | NodeKind::Span | NodeKind::Metric => NodeKind::Scope,
            NodeKind::DataPoint => NodeKind::Metric,
            NodeKind::SpanEvent | NodeKind::SpanLink => NodeKind::Span,
            NodeKind::Exemplar => NodeKind::DataPoint,
        };
        // Without such a node the host says what is wrong.
        let target = self.target(Owner::Node(parent));
        self.draft
            .edit(Operation::Add, target, child as u32, &message.into(), rule);
    }

    /// Adds to one of the policy's own metrics: see [`crate::Batch::measure`].
    pub fn measure(&mut self, instrument: Instrument, value: f64, attributes: &[(&str, &str)]) {
        self.draft.measured.add(instrument, value, attributes);
    }

    /// Where the policy writes why it does what it does: see [`crate::Batch::trail`].
    #[must_use]
    pub fn trail(&mut self) -> Option<&mut Trail> {
        self.draft.trail.as_deref_mut()
    }

    /// A random number, drawn from the seed of the batch.
    pub fn random(&mut self) -> u64 {
        self.draft.random()
    }

    /// The node that a put of a field goes to. Without such an ancestor it is this node, and the host says what is wrong.
    #[inline]
    fn target(&self, owner: Owner) -> u32 {
        if self.view.owns(owner) {
            return self.view.index();
        }
        let above = self.view.owner(owner);
        above.map_or(self.view.index(), |above| above.index())
    }

    /// All cells with a path.
    fn find<'p>(&self, path: &'p str) -> impl Iterator<Item = usize> + use<'a, 'p> {
        let owner = self.view.owner(path::owner(path));
        owner.into_iter().flat_map(move |owner| {
            let found = owner
                .cells()
                .filter(move |(_, candidate)| owner.frame.path(*candidate) == path);
            found.map(|(cell, _)| cell)
        })
    }

    /// The index of a declared field among those of the view; a policy that does not read it has made a mistake.
    #[inline]
    fn slot(&mut self, verb: &str, field: Field) -> u32 {
        let slot = field.slots.get(self.view.signal().index()).copied();
        let slot = slot.unwrap_or(Field::UNREAD);
        if slot == Field::UNREAD {
            let paths = &self.view.frame.declared.paths;
            self.draft.blame(|| {
                let path = paths.get(field.path as usize).map_or("", String::as_str);
                format!("the policy would {verb} `{path}`, but does not read it: declare it with `Setup::edits`")
            });
        }
        slot
    }
}
