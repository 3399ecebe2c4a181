//! What one stage is shown of a batch, as columns.

use crate::signal::Signal;

/// The columns of `view` in `wit/policy.wit`, and beside them what the host needs to find its way back.
///
/// A view is scratch: [`crate::Batch::project`] refills it, so that its buffers are allocated once for each stage and lane.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// The signal of the request.
    pub signal: Option<Signal>,
    /// Spans of `text`: paths in OTTL's spelling. First the manifest's reads for the signal, then what wildcards found.
    pub fields: Vec<u64>,
    /// Kind of each node, as [`crate::NodeKind`].
    pub node_kind: Vec<u8>,
    /// View index of each node's parent.
    pub node_parent: Vec<u32>,
    /// View index of the node of each cell.
    pub cell_node: Vec<u32>,
    /// Index into `fields` of each cell.
    pub cell_field: Vec<u32>,
    /// Kind of each cell, as [`crate::ValueKind`].
    pub cell_kind: Vec<u8>,
    /// Value of each cell: number, or `offset << 32 | length` into `text`.
    pub cell_value: Vec<u64>,
    /// What spans point into.
    pub text: Vec<u8>,
    /// Unix time in nanoseconds.
    pub now: u64,
    /// Randomness.
    pub seed: u64,
    /// For each node of the view, its index in the batch. Does not cross the wall.
    pub node_in_batch: Vec<u32>,
    /// For each cell of the view, its index in the batch. Does not cross the wall.
    pub cell_in_batch: Vec<u32>,
}
