//! Making nodes of what policies added and replaced, so that the next stage sees it.

use super::Batch;
use super::growth::Growth;
use super::store::NONE;
use crate::access::Limits;
use crate::error::Malformed;

impl Batch {
    /// Ends a stage: call it after [`Batch::apply`], what the host discards and what it takes as [`Batch::part`]s.
    ///
    /// Where nodes were added or metrics replaced, the request is encoded and indexed anew, so that the next stage sees them as any
    /// other: the records then have other ordinals, and [`Batch::origin`] knows where they came from. Everything else costs
    /// nothing. An error is a defect of the host, as all that is added was checked; no record is left then.
    pub fn settle(&mut self) -> Result<(), Malformed> {
        if self.growth.is_empty() {
            return Ok(());
        }
        let mut origins = Vec::with_capacity(self.live as usize);
        self.origins_below(0, &mut origins);
        let wire = self.encode();
        // Sizes were checked when the request came, and with the outcomes.
        let limits = Limits {
            nodes: usize::MAX,
            cells: usize::MAX,
            depth: self.limits.depth,
        };
        let settled = Self::read(
            self.signal,
            wire,
            &self.context,
            std::sync::Arc::clone(&self.plan),
            limits,
        );
        match settled {
            Ok(settled) => {
                let limits = self.limits;
                *self = settled;
                self.limits = limits;
                // Of an emptied request nothing is left, not even what it was emptied of.
                if self.store.records.len() == origins.len() {
                    self.origins = Some(origins);
                } else {
                    self.origins = Some(vec![NONE; self.store.records.len()]);
                }
                Ok(())
            }
            Err(error) => {
                self.growth = Growth::default();
                for record in 0..self.records() {
                    self.discard(record);
                }
                self.live = 0;
                Err(error)
            }
        }
    }

    /// The place of a record in the request as it came; `None` for one that a policy made, alone or with the metric it stands in.
    #[must_use]
    pub fn origin(&self, record: u32) -> Option<u32> {
        match &self.origins {
            None => self.store.records.at(record).map(|_| record),
            Some(origins) => origins
                .get(record as usize)
                .copied()
                .filter(|origin| *origin != NONE),
        }
    }

    /// Lists where the records of a node come from, in the order in which it is encoded.
    fn origins_below(&self, node: u32, origins: &mut Vec<u32>) {
        let entry = self.store.nodes[node];
        if entry.dead {
            return;
        }
        if let Some(replacement) = self.growth.replacement_of(node) {
            let length = origins.len().saturating_add(replacement.records as usize);
            origins.resize(length, NONE);
            return;
        }
        if entry.kind.is_record() {
            origins.push(self.origin(entry.records.0).unwrap_or(NONE));
            return;
        }
        let mut child = node.saturating_add(1);
        while child < entry.end {
            self.origins_below(child, origins);
            child = self.store.nodes[child].end;
        }
        for addition in self.growth.added_to(node) {
            let length = origins.len().saturating_add(addition.records as usize);
            origins.resize(length, NONE);
        }
    }
}
