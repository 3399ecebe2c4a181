//! Nodes that come whole: additions, and metrics in the place of others.

use std::collections::HashSet;

use super::{Checker, Edit, Grown, Op};
use crate::batch::index::Indexer;
use crate::batch::judge::{Judgement, Verdict};
use crate::batch::store::NONE;
use crate::batch::tables::Store;
use crate::error::{Malformed, Refusal};
use crate::fields::plan::Plan;
use crate::schema::{self, Form, Message};
use crate::signal::{NodeKind, Signal, ValueKind};

impl Checker<'_> {
    /// Checks that a node can get the child that an edit adds.
    pub(super) fn add(
        &mut self,
        index: usize,
        (target, child): (u32, u32),
        edit: &mut Edit,
    ) -> Result<(), Refusal> {
        let missing = Refusal::Index {
            columns: "edits",
            what: "target",
            index,
        };
        let node = self.view.node_in_batch.get(target as usize);
        edit.target = *node.ok_or(missing)?;
        let kind = u8::try_from(child).ok().map(NodeKind::try_from);
        let Some(Ok(kind)) = kind else {
            return Err(Refusal::Meaning {
                what: "the child of edit",
                index,
            });
        };
        if !self.adds {
            return Err(Refusal::UndeclaredAdd { index, node: kind });
        }
        let place = place_of(&self.batch.store, self.batch.signal, edit.target, kind);
        let (message, frame, number) = place.ok_or(Refusal::Child { index, node: kind })?;
        let records = self.whole(index, message, edit)?;
        edit.path = self.grow(Grown {
            frame,
            number,
            records,
        });
        Ok(())
    }

    /// Checks a metric that takes the place of another.
    pub(super) fn replace(
        &mut self,
        index: usize,
        metric: u32,
        edit: &mut Edit,
    ) -> Result<(), Refusal> {
        if edit.kind != ValueKind::Bytes {
            return Err(Refusal::Kind {
                index,
                path: "metric",
                kind: edit.kind,
            });
        }
        let records = self.whole(index, Message::Metric, edit)?;
        if !self.replaced.insert(metric) {
            return Err(Refusal::Replaced { index });
        }
        edit.op = Op::Replace;
        edit.target = metric;
        edit.path = self.grow(Grown {
            frame: NONE,
            number: 0,
            records,
        });
        Ok(())
    }

    fn grow(&mut self, grown: Grown) -> u32 {
        let place = u32::try_from(self.grown.len()).unwrap_or(NONE);
        self.grown.push(grown);
        place
    }

    /// Checks that the value of an edit is such a message, down to its last leaf; returns how many records it holds.
    fn whole(&mut self, index: usize, message: Message, edit: &Edit) -> Result<u32, Refusal> {
        if edit.kind != ValueKind::Bytes {
            return Err(Refusal::Value { index });
        }
        let span = self.span(index, edit)?;
        let plan = Plan::everything(self.batch.signal);
        let limits = self.batch.limits;
        let store = self
            .looked_through
            .get_or_insert_with(|| Store::new(plan, self.values.wire.len(), 0));
        let before = store.records.len();
        Indexer::new(&self.values, plan, limits, store)
            .root(message, span)
            .map_err(|error| match error {
                Malformed::Nodes { .. } | Malformed::Cells { .. } | Malformed::Paths => {
                    Refusal::TooLarge
                }
                _ => Refusal::Value { index },
            })?;
        let records = store.records.len().saturating_sub(before);
        Ok(u32::try_from(records).unwrap_or(u32::MAX))
    }

    /// A metric that is replaced can be neither changed nor judged in parts. A point of it that fails takes all of them with it:
    /// nobody could say which part of the new metric was the point's own.
    pub(super) fn settle_replaced(
        &self,
        edits: &[Edit],
        judgements: &mut Vec<Judgement>,
        places: &[usize],
    ) -> Result<(), Refusal> {
        if self.replaced.is_empty() {
            return Ok(());
        }
        let batch = self.batch;
        for (index, edit) in edits.iter().enumerate() {
            let node = batch.node_of(edit);
            if edit.op != Op::Replace && self.metric_above(node).is_some() {
                return Err(Refusal::Replaced { index });
            }
        }
        let mut failed = HashSet::new();
        for (judgement, index) in judgements.iter().zip(places) {
            let Some(metric) = self.metric_above(judgement.node) else {
                continue;
            };
            match judgement.verdict {
                Verdict::Fail => {
                    failed.insert((metric, judgement.rule));
                }
                Verdict::Drop if judgement.node == metric => {}
                _ => {
                    return Err(Refusal::JudgedInside {
                        index: *index,
                        node: batch.store.nodes[judgement.node].kind,
                    });
                }
            }
        }
        for (metric, rule) in failed {
            let (from, to) = batch.store.nodes[metric].records;
            let points = (from..to).map(|record| batch.store.records[record]);
            judgements.extend(points.map(|node| Judgement {
                node,
                verdict: Verdict::Fail,
                rule,
            }));
        }
        Ok(())
    }

    /// The replaced metric that a node is, or lies in.
    fn metric_above(&self, mut node: u32) -> Option<u32> {
        while node != NONE {
            if self.replaced.contains(&node) {
                return Some(node);
            }
            node = self.batch.store.nodes[node].parent;
        }
        None
    }
}

/// What a child of a kind is as a message, the frame that it belongs at the end of, and its field number there.
fn place_of(
    store: &Store,
    signal: Signal,
    node: u32,
    kind: NodeKind,
) -> Option<(Message, u32, u32)> {
    let node = store.nodes[node];
    // The points of a metric stand in its data.
    let frame = if node.kind == NodeKind::Metric {
        node.inner()
    } else {
        node.frame
    };
    let message = store.frames.at(frame)?.message;
    let of_message = |row: &&schema::Row| row.message == message;
    schema::rows().iter().filter(of_message).find_map(|row| {
        let child = match row.form {
            Form::Child(child) => child,
            Form::Records => schema::below_scope(signal),
            _ => return None,
        };
        (child.node() == kind).then_some((child, frame, u32::from(row.number)))
    })
}
