//! The nodes of a batch as values that outlive a look at it.

use tollgate_sdk::{Batch, NodeKind};

/// The indices of the nodes of a kind, in order, for [`Batch::node`]: the batch stays free to be edited meanwhile.
pub fn indices<'b>(batch: &Batch<'b>, kind: NodeKind) -> impl Iterator<Item = u32> + use<'b> {
    let kinds = (0_u32..).zip(batch.columns().node_kind);
    kinds
        .filter(move |(_, of)| **of == kind as u8)
        .map(|(index, _)| index)
}
