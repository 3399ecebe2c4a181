//! The tables of a batch, and the lists that run through them.

use std::collections::HashMap;

use super::names::Names;
use super::store::{Cell, Edited, Frame, List, NONE, Node, Table, flag};
use crate::fields::plan::Plan;

/// The tables that grow while bytes are read: at first the request, later the values that edits bring.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) nodes: Table<Node>,
    pub(crate) cells: Table<Cell>,
    pub(crate) frames: Table<Frame>,
    /// Lists of the cells inside a cell.
    pub(crate) children: Table<List>,
    /// Changed cells, chained by node.
    pub(crate) edits: Table<Edited>,
    /// For a cell whose field came before in the same message, the earlier one.
    pub(crate) shadows: HashMap<u32, u32>,
    pub(crate) names: Names,
    /// The node of each record.
    pub(crate) records: Table<u32>,
}

impl Store {
    /// Empty tables for so many bytes, with at most so many cells.
    pub(crate) fn new(plan: &Plan, wire: usize, cells: usize) -> Self {
        // A value of a record takes some 35 bytes of the request; room that is not needed is never touched.
        let room = if plan.finds {
            wire.div_ceil(32).min(cells)
        } else {
            0
        };
        Self {
            nodes: Table::default(),
            cells: Table::with_capacity(room),
            frames: Table::default(),
            children: Table::default(),
            edits: Table::default(),
            shadows: HashMap::new(),
            names: Names::new(plan, wire),
            records: Table::default(),
        }
    }

    #[inline]
    pub(crate) fn append_to_node(&mut self, node: u32, cell: u32) {
        let last = std::mem::replace(&mut self.nodes[node].cells.last, cell);
        if last == NONE {
            self.nodes[node].cells.first = cell;
        } else {
            self.cells[last].next = cell;
        }
    }

    pub(crate) fn append_to_cell(&mut self, container: u32, cell: u32) {
        let children = self.cells[container].children;
        let last = std::mem::replace(&mut self.children[children].last, cell);
        if last == NONE {
            self.children[children].first = cell;
        } else {
            self.cells[last].next = cell;
        }
    }

    /// Marks a cell whose place a later one takes.
    pub(super) fn shadow(&mut self, earlier: u32, later: u32) {
        if earlier != NONE {
            self.cells[earlier].flags |= flag::SHADOWED;
            self.names.release(self.cells[earlier].name);
            self.shadows.insert(later, earlier);
        }
    }

    /// Lists a cell among the changed ones of its node; before its flags say so, and once.
    pub(crate) fn list_edit(&mut self, cell: u32) {
        let entry = self.cells[cell];
        if !entry.is(flag::CHANGED | flag::NESTED) {
            self.append_edit(entry.node, cell);
        }
    }

    /// Lists a cell that is changed from its beginning.
    pub(crate) fn append_edit(&mut self, node: u32, cell: u32) {
        let edit = self.edits.push(Edited { cell, next: NONE });
        let last = std::mem::replace(&mut self.nodes[node].edits.last, edit);
        if last == NONE {
            self.nodes[node].edits.first = edit;
        } else {
            self.edits[last].next = edit;
        }
    }
}
