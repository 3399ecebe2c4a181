//! The batch: what is known of a request's bytes, and what was changed since.

mod any;
mod apply;
mod attributes;
mod change;
mod check;
mod context;
mod element;
mod encode;
mod find;
mod growth;
mod index;
mod inside;
mod judge;
mod names;
mod numbers;
mod part;
mod project;
mod put;
mod rename;
mod routed;
mod settle;
mod store;
mod tables;
mod whole;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::access::{Limits, RequestContext};
use crate::error::Malformed;
use crate::fields::Fields;
use crate::fields::plan::Plan;
use crate::signal::Signal;
pub use apply::Applied;
pub use check::Changes;
use growth::Growth;
use index::Indexer;
pub(crate) use names::Names;
pub use routed::Routed;
use store::{MAX_WIRE, Memory};
use tables::Store;

/// The records of one request, as bytes, nodes and cells.
///
/// A batch is indexed once and then goes from stage to stage: [`Batch::project`], the policy, [`Batch::check`],
/// [`Batch::apply`], [`Batch::settle`]. At the end [`Batch::encode`] makes a request of it again.
///
/// A clone shares the request's bytes and copies the tables.
#[derive(Debug, Clone)]
pub struct Batch {
    signal: Signal,
    memory: Memory,
    store: Store,
    plan: Arc<Plan>,
    limits: Limits,
    context: Arc<RequestContext>,
    /// How many records were not dropped.
    live: u32,
    growth: Growth,
    /// By ordinal, the place of each record in the request as it came, where it is no longer the same.
    origins: Option<Vec<u32>>,
}

impl Batch {
    /// Indexes a request in one pass: its nodes, and the values of the `wanted` fields, which are all that any stage of the
    /// pipeline reads or writes. What nobody wants is stepped over by its length and not looked at.
    ///
    /// A field that holds its default is absent from the wire under proto3, and then has no cell. Of a single field that comes
    /// several times the last one counts, as protobuf has it; a single *message* that comes several times is refused.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over what they share between the batches of a connection"
    )]
    pub fn index(
        signal: Signal,
        wire: Bytes,
        request: Arc<RequestContext>,
        wanted: &Fields,
        limits: &Limits,
    ) -> Result<Self, Malformed> {
        Self::read(signal, wire, &request, Arc::clone(wanted.plan()), *limits)
    }

    fn read(
        signal: Signal,
        wire: Bytes,
        request: &Arc<RequestContext>,
        plan: Arc<Plan>,
        limits: Limits,
    ) -> Result<Self, Malformed> {
        if wire.len() > MAX_WIRE {
            return Err(Malformed::Size { limit: MAX_WIRE });
        }
        let mut store = Store::new(&plan, wire.len(), limits.cells);
        let mut memory = Memory {
            wire,
            arena: Vec::new(),
        };
        let context = context::encode(request, &plan);
        if !memory.has_room(context.len()) {
            return Err(Malformed::Size { limit: MAX_WIRE });
        }
        let context = memory.push(&context);
        let spelled = Indexer::new(&memory, &plan, limits, &mut store).request(context)?;
        memory.push(&spelled);
        let live = u32::try_from(store.records.len()).unwrap_or(u32::MAX);
        Ok(Self {
            signal,
            memory,
            store,
            plan,
            limits,
            context: Arc::clone(request),
            live,
            growth: Growth::default(),
            origins: None,
        })
    }

    /// The signal of the request.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// How many records came. Their ordinals are `0..records`, and stay theirs whatever is dropped.
    #[must_use]
    pub fn records(&self) -> u32 {
        u32::try_from(self.store.records.len()).unwrap_or(u32::MAX)
    }

    /// How many of them were not dropped.
    #[must_use]
    pub fn live_records(&self) -> u32 {
        self.live
    }

    /// Which records of a part were not dropped, by their ordinals.
    pub fn live_ordinals(&self, part: Range<u32>) -> impl Iterator<Item = u32> {
        let known = self.store.records.ids();
        (part.start..part.end.min(known.end))
            .filter(|record| !self.store.nodes[self.store.records[*record]].dead)
    }

    /// Whether the request holds anything but itself: even one without records may have resources whose texts concern a policy.
    #[must_use]
    pub fn has_nodes(&self) -> bool {
        self.store.nodes.len() > 1
    }
}
