//! The batch as a policy sees it.

use crate::bindings::tollgate::policy::batch::Emission;
use crate::columns::{Cells, Columns, Frame};
use crate::draft::{Draft, FieldOrPath, Operation};
use crate::edit::{Node, Record};
use crate::node::{NodeView, narrow};
use crate::trail::Trail;
use crate::value::{NewValue, Value};
use crate::{Instrument, NodeKind, Rule, Signal, Verdict};

/// The records of one request, with what stands above and below them; and the outcome, while it is written.
///
/// Reads see the state before the call: an edit shows in the next stage, not in a later read of the same call.
pub struct Batch<'b> {
    frame: &'b Frame<'b>,
    draft: &'b mut Draft,
}

/// One value of one node.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'b> {
    /// Its own index, as [`Batch::set_cell`] takes it.
    pub index: u32,
    /// Index of its node.
    pub node: u32,
    /// Index of its field, for [`Batch::path`] and for caches of a policy's own: one number is one path within a batch.
    pub field: u32,
    /// Its path.
    pub path: &'b str,
    /// Its value.
    pub value: Value<'b>,
    /// Where its text or its bytes start in [`Batch::text`].
    pub offset: Option<usize>,
}

impl<'b> Batch<'b> {
    pub(crate) fn new(frame: &'b Frame<'b>, draft: &'b mut Draft) -> Self {
        Self { frame, draft }
    }

    /// The signal of the request.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.frame.columns.signal
    }

    /// Unix time in nanoseconds, as the host read it before the call. There is no other clock.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.frame.columns.now
    }

    /// The seed of the batch's randomness.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.frame.columns.seed
    }

    /// A random number, drawn from the seed: the same batch under the same seed gets the same numbers.
    pub fn random(&mut self) -> u64 {
        self.draft.random()
    }

    /// Calls `judge` for each record, in the order of the request.
    #[inline]
    pub fn each_record(&mut self, mut judge: impl FnMut(&mut Record<'_>) -> Verdict) {
        self.each(self.signal().record_kind(), |record| {
            let verdict = judge(record);
            record.judge(verdict);
        });
    }

    /// Calls `visit` for each node of a kind: resources, scopes, metrics, span events, links, exemplars, the request.
    #[inline]
    pub fn each(&mut self, kind: NodeKind, mut visit: impl FnMut(&mut Node<'_>)) {
        let columns = &self.frame.columns;
        let mut last = Cells::default();
        let mut usual = 0;
        for (index, candidate) in (0_u32..).zip(columns.node_kind) {
            // The cells of a node stand together, in the order of the nodes.
            last = columns.cells_from(last.end, index, usual);
            if *candidate == kind as u8 {
                usual = last.end - last.start;
                let view = NodeView::new(self.frame, index, kind, last);
                visit(&mut Node::new(view, self.draft));
            }
        }
    }

    /// The nodes of a kind, in the order of the request. They live as long as the batch, so a policy can keep what it read of one while
    /// it looks at others; [`Batch::edit`] edits them.
    #[inline]
    pub fn views(&self, kind: NodeKind) -> impl Iterator<Item = NodeView<'b>> + use<'b> {
        let frame = self.frame;
        let mut last = Cells::default();
        let mut usual = 0;
        let nodes = (0_u32..).zip(frame.columns.node_kind);
        nodes.filter_map(move |(index, candidate)| {
            // The cells of a node stand together, in the order of the nodes.
            last = frame.columns.cells_from(last.end, index, usual);
            if *candidate != kind as u8 {
                return None;
            }
            usual = last.end - last.start;
            Some(NodeView::new(frame, index, kind, last))
        })
    }

    /// A place to edit a node that is at hand.
    #[inline]
    pub fn edit<'n>(&'n mut self, view: NodeView<'n>) -> Node<'n> {
        Node::new(view, self.draft)
    }

    /// How many nodes there are.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.frame.columns.node_kind.len()
    }

    /// The node with this index, for reading.
    #[must_use]
    pub fn node(&self, index: u32) -> Option<NodeView<'b>> {
        NodeView::at(self.frame, index)
    }

    /// How many cells there are.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.frame.columns.cell_kind.len()
    }

    /// A cell by its index. Beyond the last one there are empty cells of node 0.
    #[must_use]
    pub fn cell(&self, index: usize) -> Cell<'b> {
        let columns = &self.frame.columns;
        let field = columns.cell_field.get(index).copied().unwrap_or(u32::MAX);
        Cell {
            index: narrow(index),
            node: columns.cell_node.get(index).copied().unwrap_or_default(),
            field,
            path: self.frame.path(field),
            value: columns.value(index).unwrap_or(Value::Empty),
            offset: self
                .frame
                .in_text(index)
                .map(|(offset, _)| offset.saturating_sub(self.frame.text_start())),
        }
    }

    /// The texts and bytes of all cells, one after the other in the order of the cells: what a search for patterns runs over.
    #[must_use]
    pub fn text(&self) -> &'b [u8] {
        self.frame
            .columns
            .text
            .get(self.frame.text_start()..)
            .unwrap_or_default()
    }

    /// The columns themselves, for policies that look at every text.
    #[must_use]
    pub fn columns(&self) -> &'b Columns<'b> {
        &self.frame.columns
    }

    /// The path of a field of the view.
    #[must_use]
    pub fn path(&self, field: u32) -> &'b str {
        self.frame.path(field)
    }

    /// Gives a cell another value.
    pub fn set_cell<'v>(&mut self, rule: Rule, cell: u32, value: impl Into<NewValue<'v>>) {
        self.draft
            .edit(Operation::Set, cell, 0, &value.into(), rule);
    }

    /// Deletes a cell.
    pub fn delete_cell(&mut self, rule: Rule, cell: u32) {
        self.draft
            .edit(Operation::Delete, cell, 0, &NewValue::Empty, rule);
    }

    /// Gives a cell, which must be an attribute or an entry of a map, another key.
    pub fn rename_cell(&mut self, rule: Rule, cell: u32, new_key: &str) {
        self.draft.rename(cell, new_key, rule);
    }

    /// Gives a node a field with a value, in place of what is there.
    pub fn put<'p, 'v>(
        &mut self,
        rule: Rule,
        node: u32,
        field: impl Into<FieldOrPath<'p>>,
        value: impl Into<NewValue<'v>>,
    ) {
        let path = match field.into() {
            FieldOrPath::Field(field) => {
                self.draft.declared_path(field, &self.frame.declared.paths)
            }
            FieldOrPath::Path(path) => self.draft.path(path),
        };
        self.draft
            .edit(Operation::Put, node, path, &value.into(), rule);
    }

    /// Judges a node, once: records, span events, links, exemplars and metrics can be dropped, records alone can fail.
    pub fn judge(&mut self, node: u32, verdict: Verdict) {
        self.draft.judge(node, verdict);
    }

    /// Adds to one of the policy's own metrics: a sum grows, a gauge takes the value, a histogram counts it. The same attributes in the
    /// same order are one series. Values of attributes are cut off after 256 bytes; what is no finite number, or would take away
    /// from a sum, is left out.
    pub fn measure(&mut self, instrument: Instrument, value: f64, attributes: &[(&str, &str)]) {
        self.draft.measured.add(instrument, value, attributes);
    }

    /// Sends new telemetry on its way: an OTLP export request of that signal, in protobuf. The policy declares
    /// [`crate::Setup::emits`]. A request that is none fails the whole batch.
    pub fn emit(&mut self, signal: Signal, request: Vec<u8>) {
        self.draft.emissions.push(Emission {
            signal: signal.into(),
            request,
        });
    }

    /// Where a policy writes why it does what it does; none unless somebody asks. Whatever a policy does to write it must not change what
    /// it answers.
    #[must_use]
    pub fn trail(&mut self) -> Option<&mut Trail> {
        self.draft.trail.as_deref_mut()
    }

    /// Whether somebody asks.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        self.draft.trail.is_some()
    }

    /// How many records there are.
    #[must_use]
    pub fn records(&self) -> usize {
        self.frame.columns.records()
    }

    /// A place to edit the node with this index, for policies that go their own way through the batch.
    #[must_use]
    pub fn node_mut(&mut self, index: u32) -> Option<Node<'_>> {
        let view = NodeView::at(self.frame, index)?;
        Some(Node::new(view, self.draft))
    }
}
