//! Nodes to read: records, and what stands above and below them.

use crate::columns::{Cells, Frame};
use crate::path::Owner;
use crate::value::Value;
use crate::{Field, NodeKind, Signal};

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
    #[inline]
    pub fn kind(&self) -> NodeKind {
        self.kind
    }

    /// The signal of the batch.
    #[must_use]
    #[inline]
    pub fn signal(&self) -> Signal {
        self.frame.columns.signal
    }

    /// Its index in the batch, for the whole-batch methods of [`crate::Batch`].
    #[must_use]
    #[inline]
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

    /// Where a declared field stands, for a [`crate::Trail`]: the index of its node, that of its cell if it has one, and its path.
    #[must_use]
    pub fn spot(&self, field: Field) -> Option<(u32, Option<u32>, &'a str)> {
        let owner = self.owner(field.owner)?;
        let path = self.frame.declared.paths.get(field.path as usize)?;
        Some((owner.index, self.cell(field).map(narrow), path))
    }

    /// The index of the cell with this field, own or of an ancestor.
    #[inline]
    pub(crate) fn cell(&self, field: Field) -> Option<usize> {
        let slot = *field.slots.get(self.signal().index())?;
        if slot == Field::UNREAD {
            return None;
        }
        let owner = self.owner(field.owner)?;
        self.frame.find(owner.kind, owner.cells, slot)
    }

    /// Whether fields of this owner are the node's own, and not those of a node above it.
    #[inline]
    pub(crate) fn owns(&self, owner: Owner) -> bool {
        match owner {
            Owner::Record => self.kind.is_record(),
            Owner::Node(kind) => kind == self.kind,
        }
    }

    /// The node that a field belongs to: this one, or one above it.
    pub(crate) fn owner(&self, owner: Owner) -> Option<NodeView<'a>> {
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

    pub(crate) fn attribute_cell(&self, key: &str) -> Option<usize> {
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

    /// Likewise, with the index of each one's cell, for [`crate::Node::set_cell`] and [`crate::Node::delete_cell`]: a key that stands there twice
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
    pub(crate) fn cells(&self) -> impl Iterator<Item = (usize, u32)> + use<'a> {
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
        let index = self.ancestor_index(kind)?;
        let cells = self.frame.cells_of(index, kind);
        Some(NodeView::new(self.frame, index, kind, cells))
    }

    /// The index of the nearest node of this kind above it: enough to tell whether two records share it.
    #[must_use]
    #[inline]
    pub fn ancestor_index(&self, kind: NodeKind) -> Option<u32> {
        let columns = &self.frame.columns;
        let mut index = self.index;
        loop {
            let parent = *columns.node_parent.get(index as usize)?;
            // Parents stand before their children, and the request is its own.
            if parent >= index {
                return None;
            }
            if *columns.node_kind.get(parent as usize)? == kind as u8 {
                return Some(parent);
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

/// An index of a column. Columns have fewer than 2^32 entries, as their indices cross the wall in 32 bits.
pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
