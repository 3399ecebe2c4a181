//! What one stage is shown: the cells its manifest reads, as columns.

use std::ops::Range;

use super::names::{Name, Step};
use super::store::{Cell, NONE, Node, flag};
use super::{Batch, element};
use crate::access::Access;
use crate::fields::plan::{LEAVES, Place, Plan, READ, TEXTS, VALUE};
use crate::signal::{NodeKind, ValueKind};
use crate::view::View;
use crate::wire::Span;

/// What a stage is shown of the cells with one name.
#[derive(Debug, Clone, Copy)]
struct Shown {
    bits: u8,
    /// Whether the last step is a key, which must be seen where texts are.
    keyed: bool,
    /// Index into the view's fields.
    field: u32,
}

/// How a cell is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Whole,
    KeyOnly,
    Nothing,
}

impl Batch {
    /// Fills `view` with what `access.reads` allows of the records of `part` that are left, and of the nodes above and below them.
    ///
    /// A resource, scope or metric that came without records is shown with the records it stands before, and after the last
    /// record with the last part: its texts are the business of policies, too. `now` and `seed` are the caller's.
    pub fn project(&self, access: &Access, part: Range<u32>, view: &mut View) {
        clear(view);
        view.signal = Some(self.signal);
        let plan = access.reads.plan();
        let part = part.start..part.end.min(self.records());
        let mut shown = self.resolve(plan);
        let nodes = self.nodes_of(access, &part);
        let all =
            part.start == 0 && part.end == self.records() && self.live_records() == self.records();
        if plan.finds && !all {
            self.restrict(&nodes, &mut shown);
        }
        self.write_fields(access, &mut shown, view);
        self.write_nodes(&nodes, &shown, view);
    }

    /// What the stage is shown of each name. Names without a cell are not shown.
    fn resolve(&self, plan: &Plan) -> Vec<Shown> {
        let mut places: Vec<Place> = Vec::with_capacity(self.store.names.len());
        let mut shown = Vec::with_capacity(self.store.names.len());
        for (_, name) in self.store.names.iter() {
            let place = place_of(plan, &places, name, &self.memory);
            places.push(place);
            let field = plan.listed(place).unwrap_or(NONE);
            let bits = if name.uses == 0 { 0 } else { place.bits };
            shown.push(Shown {
                bits,
                keyed: matches!(name.step, Step::Key(_)),
                field,
            });
        }
        shown
    }

    /// The nodes of a part, in order.
    fn nodes_of(&self, access: &Access, part: &Range<u32>) -> Vec<u32> {
        let names = |kind| access.reads.plan().names(kind) || access.writes.plan().names(kind);
        let kinds =
            NodeKind::ALL.map(|kind| kind.is_above_records() || kind.is_record() || names(kind));
        let mut nodes = Vec::new();
        let mut next = 0;
        while let Some(node) = self.store.nodes.at(next) {
            let wanted = kinds.get(node.kind as usize).copied().unwrap_or(false);
            if node.dead || !wanted || !self.is_in_part(node, part) {
                next = node.end;
                continue;
            }
            nodes.push(next);
            next = next.saturating_add(1);
        }
        nodes
    }

    fn is_in_part(&self, node: &Node, part: &Range<u32>) -> bool {
        let (from, to) = node.records;
        if from == to {
            return part.contains(&from) || (from == self.records() && part.end == self.records());
        }
        from < part.end && part.start < to
    }

    /// Takes away the names that no cell of these nodes has.
    fn restrict(&self, nodes: &[u32], shown: &mut [Shown]) {
        let mut used = vec![false; shown.len()];
        for node in nodes {
            self.each_cell(self.store.nodes[*node].cells.first, &mut |_, cell| {
                if let Some(used) = used.get_mut(cell.name as usize) {
                    *used = true;
                }
            });
        }
        for (shown, _) in shown.iter_mut().zip(used).filter(|(_, used)| !used) {
            shown.bits = 0;
        }
    }

    /// Writes the paths: those the manifest lists, then those that were found.
    fn write_fields(&self, access: &Access, shown: &mut [Shown], view: &mut View) {
        for path in access.reads.iter() {
            push_field(view, path);
        }
        for (name, shown) in (0_u32..).zip(shown.iter_mut()) {
            if shown.bits != 0 && shown.field == NONE {
                shown.field = u32::try_from(view.fields.len()).unwrap_or(NONE);
                push_field(view, self.store.names.text(name));
            }
        }
    }

    fn write_nodes(&self, nodes: &[u32], shown: &[Shown], view: &mut View) {
        // The last node of each kind, as an index of the view: parents are of another kind than their children.
        let mut latest = [0_u32; NodeKind::ALL.len()];
        for id in nodes {
            let node = &self.store.nodes[*id];
            let index = u32::try_from(view.node_kind.len()).unwrap_or(u32::MAX);
            let parent_kind = if node.parent == NONE {
                NodeKind::Request
            } else {
                self.store.nodes[node.parent].kind
            };
            let parent = latest.get(parent_kind as usize).copied().unwrap_or(0);
            if let Some(latest) = latest.get_mut(node.kind as usize) {
                *latest = index;
            }
            view.node_kind.push(node.kind as u8);
            view.node_parent.push(parent);
            view.node_in_batch.push(*id);
            self.write_cells(index, node.cells.first, shown, view);
        }
    }

    fn write_cells(&self, node: u32, first: u32, shown: &[Shown], view: &mut View) {
        self.each_cell(first, &mut |id, cell| {
            let Some(shown) = shown
                .get(cell.name as usize)
                .filter(|shown| shown.bits != 0)
            else {
                return;
            };
            let kind = match self.delivery(*shown, cell) {
                Delivery::Whole => cell.kind,
                Delivery::KeyOnly => ValueKind::Withheld,
                Delivery::Nothing => return,
            };
            view.cell_node.push(node);
            view.cell_field.push(shown.field);
            view.cell_kind.push(kind as u8);
            view.cell_in_batch.push(id);
            let value = if kind.is_span() {
                let start = view.text.len();
                if cell.is(flag::BELOW) {
                    element::any_content(&self.memory, &self.store, cell, &mut view.text);
                } else if cell.is(flag::WHOLE) {
                    self.message_of(cell.node, &mut view.text);
                } else {
                    view.text.extend_from_slice(self.memory.get(cell.span()));
                }
                text_span(start, view.text.len()).pack()
            } else if kind == ValueKind::Withheld {
                0
            } else {
                cell.value
            };
            view.cell_value.push(value);
        });
    }

    #[inline]
    fn delivery(&self, shown: Shown, cell: &Cell) -> Delivery {
        if shown.bits & VALUE != 0 {
            return Delivery::Whole;
        }
        if shown.bits & LEAVES != 0 && self.is_leaf(cell) {
            return Delivery::Whole;
        }
        if shown.bits & TEXTS == 0 {
            return Delivery::Nothing;
        }
        let is_text = match cell.kind {
            ValueKind::Text => true,
            ValueKind::Bytes => std::str::from_utf8(self.memory.get(cell.span())).is_ok(),
            _ => false,
        };
        match (is_text, shown.keyed) {
            (true, _) => Delivery::Whole,
            (false, true) => Delivery::KeyOnly,
            (false, false) => Delivery::Nothing,
        }
    }

    /// Whether no value lies inside: a number or a text, or an array or a map without entries.
    fn is_leaf(&self, cell: &Cell) -> bool {
        if cell.children == NONE {
            return !cell.kind.is_container();
        }
        let mut next = self.store.children[cell.children].first;
        while next != NONE {
            let child = &self.store.cells[next];
            if child.is_live() {
                return false;
            }
            next = child.next;
        }
        true
    }

    /// Visits the live cells of a list, each followed by those inside it.
    #[inline]
    fn each_cell(&self, first: u32, visit: &mut impl FnMut(u32, &Cell)) {
        let mut next = first;
        while next != NONE {
            let cell = &self.store.cells[next];
            if cell.is_live() {
                visit(next, cell);
                if cell.children != NONE {
                    self.each_inside(self.store.children[cell.children].first, visit);
                }
            }
            next = cell.next;
        }
    }

    fn each_inside(&self, first: u32, visit: &mut impl FnMut(u32, &Cell)) {
        self.each_cell(first, visit);
    }
}

fn place_of(plan: &Plan, places: &[Place], name: &Name, memory: &super::store::Memory) -> Place {
    let parent = places
        .get(name.parent as usize)
        .copied()
        .unwrap_or(Place::NOWHERE);
    match name.step {
        Step::Slot => plan.slot(name.slot),
        _ if parent.is_nowhere() => Place::NOWHERE,
        Step::Key(key) => plan.entry(parent, memory.get(key), READ),
        Step::Index(index) => plan.element(parent, index, READ),
    }
}

fn push_field(view: &mut View, path: &str) {
    let start = view.text.len();
    view.text.extend_from_slice(path.as_bytes());
    view.fields.push(text_span(start, view.text.len()).pack());
}

fn text_span(start: usize, end: usize) -> Span {
    Span::between(
        u32::try_from(start).unwrap_or(u32::MAX),
        u32::try_from(end).unwrap_or(u32::MAX),
    )
}

fn clear(view: &mut View) {
    view.fields.clear();
    view.node_kind.clear();
    view.node_parent.clear();
    view.cell_node.clear();
    view.cell_field.clear();
    view.cell_kind.clear();
    view.cell_value.clear();
    view.text.clear();
    view.node_in_batch.clear();
    view.cell_in_batch.clear();
}
