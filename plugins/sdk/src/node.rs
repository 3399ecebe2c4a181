//! Nodes: records, and what stands above and below them.

use std::ops::Deref;

use crate::columns::{Cells, Frame};
use crate::draft::{Draft, FieldOrPath, Operation};
use crate::path::{self, Owner};
use crate::value::{NewValue, Value};
use crate::{Field, NodeKind, Rule, Signal, Verdict};

/// What a policy sees of a node: a value to read from, to copy and to keep as long as the batch lasts.
#[derive(Clone, Copy)]
pub struct NodeView<'a> {
    pub(crate) frame: &'a Frame<'a>,
    kind: NodeKind,
    index: u32,
    cells: Cells,
}

impl<'a> NodeView<'a> {
    #[inline]
    pub(crate) fn new(frame: &'a Frame<'a>, index: u32, kind: NodeKind, cells: Cells) -> Self {
        Self {
            frame,
            kind,
            index,
            cells,
        }
    }

    pub(crate) fn at(frame: &'a Frame<'a>, index: u32) -> Option<Self> {
        let kind = NodeKind::from_number(*frame.columns.node_kind.get(index as usize)?)?;
        Some(Self::new(frame, index, kind, frame.cells_of(index, kind)))
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        self.kind
    }

    /// The signal of the batch.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.frame.columns.signal
    }

    /// Its index in the batch, for the whole-batch methods of [`crate::Batch`].
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The value of a field: the node's own, or that of the ancestor it belongs to (`resource.attributes["service.name"]` of a
    /// record). `None` where there is none, or where the field was not declared under `reads` for this signal.
    #[must_use]
    #[inline]
    pub fn get(&self, field: Field) -> Option<Value<'a>> {
        self.frame.columns.value(self.cell(field)?)
    }

    /// The index of the cell with this field, own or of an ancestor.
    #[inline]
    pub(crate) fn cell(&self, field: Field) -> Option<usize> {
        let slot = *field.slots.get(self.signal().index())?;
        if slot == Field::UNREAD {
            return None;
        }
        let cells = if self.owns(field.owner) {
            self.cells
        } else {
            self.owner(field.owner)?.cells
        };
        self.frame.find(cells, slot)
    }

    /// Whether fields of this owner are the node's own, and not those of a node above it.
    #[inline]
    fn owns(&self, owner: Owner) -> bool {
        match owner {
            Owner::Record => self.kind.is_record(),
            Owner::Node(kind) => kind == self.kind,
        }
    }

    /// The node that a field belongs to: this one, or one above it.
    fn owner(&self, owner: Owner) -> Option<NodeView<'a>> {
        match owner {
            _ if self.owns(owner) => Some(*self),
            Owner::Record => self.ancestor(self.signal().record_kind()),
            Owner::Node(kind) => self.ancestor(kind),
        }
    }

    /// The attribute with this key: of a metric its metadata, of an exemplar its filtered attributes, of the request the client's
    /// metadata. It is there if the policy reads it, by name or by wildcard. A [`Field`] is faster.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<Value<'a>> {
        self.frame.columns.value(self.attribute_cell(key)?)
    }

    fn attribute_cell(&self, key: &str) -> Option<usize> {
        let Cells { start, end } = self.cells;
        let fields = self.frame.columns.cell_field.get(start..end)?;
        fields
            .iter()
            .position(|field| self.frame.key(*field) == Some(key))
            .map(|place| start + place)
    }

    /// The attributes that the policy reads, in the order of the request; not what is nested in them.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        let frame = self.frame;
        self.cells()
            .filter_map(move |(cell, field)| Some((frame.key(field)?, frame.columns.value(cell)?)))
    }

    /// Likewise, with the index of each one's cell, for [`Node::set_cell`] and [`Node::delete_cell`]: a key that stands there twice
    /// has two cells.
    pub fn attribute_cells(&self) -> impl Iterator<Item = (u32, &'a str, Value<'a>)> + use<'a> {
        let frame = self.frame;
        self.cells().filter_map(move |(cell, field)| {
            Some((narrow(cell), frame.key(field)?, frame.columns.value(cell)?))
        })
    }

    /// The index of each cell of the node in the batch, and the path and the value that it has: nested leaves, too.
    pub fn values(&self) -> impl Iterator<Item = (u32, &'a str, Value<'a>)> + use<'a> {
        let frame = self.frame;
        self.cells().filter_map(move |(cell, field)| {
            Some((narrow(cell), frame.path(field), frame.columns.value(cell)?))
        })
    }

    /// Index and field of each of its cells.
    fn cells(&self) -> impl Iterator<Item = (usize, u32)> + use<'a> {
        let Cells { start, end } = self.cells;
        let fields = self
            .frame
            .columns
            .cell_field
            .get(start..end)
            .unwrap_or_default();
        fields
            .iter()
            .enumerate()
            .map(move |(place, field)| (start + place, *field))
    }

    /// The nearest node of this kind above it.
    #[must_use]
    pub fn ancestor(&self, kind: NodeKind) -> Option<NodeView<'a>> {
        let columns = &self.frame.columns;
        let mut index = self.index;
        loop {
            let parent = *columns.node_parent.get(index as usize)?;
            // Parents stand before their children, and the request is its own.
            if parent >= index {
                return None;
            }
            if *columns.node_kind.get(parent as usize)? == kind as u8 {
                let cells = self.frame.cells_of(parent, kind);
                return Some(NodeView::new(self.frame, parent, kind, cells));
            }
            index = parent;
        }
    }

    /// The resource above it.
    #[must_use]
    pub fn resource(&self) -> Option<NodeView<'a>> {
        self.ancestor(NodeKind::Resource)
    }

    /// The scope above it.
    #[must_use]
    pub fn scope(&self) -> Option<NodeView<'a>> {
        self.ancestor(NodeKind::Scope)
    }

    /// The metric above it.
    #[must_use]
    pub fn metric(&self) -> Option<NodeView<'a>> {
        self.ancestor(NodeKind::Metric)
    }

    /// The request it came in.
    #[must_use]
    pub fn request(&self) -> Option<NodeView<'a>> {
        self.ancestor(NodeKind::Request)
    }

    /// The nodes directly under it: the events and links of a span, the exemplars of a data point, the records of a scope.
    pub fn children(&self) -> impl Iterator<Item = NodeView<'a>> + use<'a> {
        let (frame, index) = (self.frame, self.index);
        let after = frame
            .columns
            .node_parent
            .get(index as usize + 1..)
            .unwrap_or_default();
        after
            .iter()
            .enumerate()
            // A subtree stands together; what comes after it hangs higher.
            .take_while(move |(_, parent)| **parent >= index)
            .filter(move |(_, parent)| **parent == index)
            .filter_map(move |(place, _)| {
                NodeView::at(frame, index.saturating_add(narrow(place)).saturating_add(1))
            })
    }
}

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
            let path = self.draft.attribute_path(self.view.kind, key);
            self.draft
                .edit(Operation::Put, self.view.index, path, &value, rule);
        }
    }

    /// Deletes a field; returns whether it was there. The policy must read what it deletes, else its batch fails.
    pub fn delete<'p>(&mut self, rule: Rule, field: impl Into<FieldOrPath<'p>>) -> bool {
        let found = self.find("delete", field.into());
        self.delete_cells(rule, found)
    }

    /// Deletes the attribute with this key, as often as it stands there; returns whether it was there.
    pub fn delete_attribute(&mut self, rule: Rule, key: &str) -> bool {
        let view = self.view;
        let found: Vec<usize> = view
            .cells()
            .filter(|(_, field)| view.frame.key(*field) == Some(key))
            .map(|(cell, _)| cell)
            .collect();
        self.delete_cells(rule, found)
    }

    fn delete_cells(&mut self, rule: Rule, cells: Vec<usize>) -> bool {
        let any = !cells.is_empty();
        for cell in cells {
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
        let found = self.find("rename", field.into()).first().copied();
        self.rename_cell(rule, found, new_key)
    }

    /// Gives the attribute with this key another one; returns whether it was there.
    pub fn rename_attribute(&mut self, rule: Rule, key: &str, new_key: &str) -> bool {
        let found = self.view.attribute_cell(key);
        self.rename_cell(rule, found, new_key)
    }

    fn rename_cell(&mut self, rule: Rule, cell: Option<usize>, new_key: &str) -> bool {
        if let Some(cell) = cell {
            self.draft.edit(
                Operation::Rename,
                narrow(cell),
                0,
                &NewValue::from(new_key),
                rule,
            );
        }
        cell.is_some()
    }

    /// Judges the node: records, span events, links, exemplars and metrics can be dropped, records alone can fail. A record
    /// under [`crate::Batch::each_record`] is judged by the verdict that is returned for it; judge a node once.
    pub fn judge(&mut self, verdict: Verdict) {
        self.draft.judge(self.view.index, verdict);
    }

    /// A random number, drawn from the seed of the batch.
    pub fn random(&mut self) -> u64 {
        self.draft.random()
    }

    /// The node that a put of a field goes to. Without such an ancestor it is this node, and the host says what is wrong.
    #[inline]
    fn target(&self, owner: Owner) -> u32 {
        if self.view.owns(owner) {
            return self.view.index;
        }
        let above = self.view.owner(owner);
        above.map_or(self.view.index, |above| above.index)
    }

    /// All cells of a field.
    fn find(&mut self, verb: &str, field: FieldOrPath<'_>) -> Vec<usize> {
        let view = self.view;
        match field {
            FieldOrPath::Field(field) => {
                let slot = field
                    .slots
                    .get(view.signal().index())
                    .copied()
                    .unwrap_or(Field::UNREAD);
                if slot == Field::UNREAD {
                    self.draft.blame(|| {
                        let path = view.frame.declared.paths.get(field.path as usize).map_or("", String::as_str);
                        format!("the policy would {verb} `{path}`, but does not read it: declare it with `Setup::edits`")
                    });
                }
                let owner = view.owner(field.owner);
                owner.map_or_else(Vec::new, |owner| {
                    matching(owner, |candidate| candidate == slot)
                })
            }
            FieldOrPath::Path(path) => {
                let owner = view.owner(path::owner(path));
                owner.map_or_else(Vec::new, |owner| {
                    matching(owner, |candidate| owner.frame.path(candidate) == path)
                })
            }
        }
    }
}

fn matching(view: NodeView<'_>, matches: impl Fn(u32) -> bool) -> Vec<usize> {
    view.cells()
        .filter(|(_, field)| matches(*field))
        .map(|(cell, _)| cell)
        .collect()
}

/// An index of a column. Columns have fewer than 2^32 entries, as their indices cross the wall in 32 bits.
pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
