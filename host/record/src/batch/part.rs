//! Batches in parts: those that go different ways, and those that a policy is called with when it fails for the whole.

use std::ops::Range;

use super::Batch;
use super::store::NONE;
use crate::access::Access;
use crate::schema;

impl Batch {
    /// Another batch with some of the records that are left, in the state of this one and with the same ordinals. The request's
    /// bytes are shared. A resource, scope or metric that came without records is in a part only if every record is.
    #[must_use]
    pub fn part(&self, mut keep: impl FnMut(u32) -> bool) -> Self {
        let mut part = self.clone();
        let mut is_whole = true;
        for record in 0..self.records() {
            let node = self.store.records[record];
            if !self.store.nodes[node].dead && !keep(record) {
                is_whole = false;
                part.drop_node(node);
            }
        }
        if !is_whole {
            part.drop_empty_nodes();
        }
        part
    }

    /// Drops what stands above records and has none.
    fn drop_empty_nodes(&mut self) {
        for id in self.store.nodes.ids() {
            let node = self.store.nodes[id];
            if node.kind.is_above_records() && node.live == 0 && !node.dead && node.parent != NONE {
                self.store.nodes[id].dead = true;
                self.touch(node.parent);
            }
        }
    }

    /// A part that a policy failed for, in two, so that the failing record can be found; `None` where it cannot be divided: a
    /// single record, or the points of one metric where the policy sees the metric as a whole. Then all of it has failed.
    #[must_use]
    pub fn halves(&self, part: Range<u32>, access: &Access) -> Option<(Range<u32>, Range<u32>)> {
        let part = part.start..part.end.min(self.records());
        if self.live_ordinals(part.clone()).take(2).count() < 2 {
            return None;
        }
        let mut middle = part.start.midpoint(part.end);
        let whole = schema::whole_metric();
        let sees_whole = [&access.reads, &access.writes]
            .iter()
            .any(|fields| !fields.plan().slot(whole).is_nowhere());
        if sees_whole {
            let point = self.store.records.at(middle).copied()?;
            let (from, to) = self.store.nodes[self.store.nodes[point].parent].records;
            middle = if from > part.start { from } else { to };
        }
        if middle <= part.start || middle >= part.end {
            return None;
        }
        Some((part.start..middle, middle..part.end))
    }
}
