//! Judgements: what becomes of nodes.

use super::Batch;
use super::store::NONE;
use super::tables::Store;
use crate::access::Access;
use crate::error::Refusal;
use crate::outcome::Judgements;
use crate::signal::NodeKind;
use crate::view::View;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Drop,
    Fail,
}

/// One judgement that was checked, in the batch's own numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judgement {
    pub(super) node: u32,
    pub(super) verdict: Verdict,
    pub(super) rule: u32,
}

/// Checks judgements. Those that keep what would be kept anyway are left out.
pub(super) fn check(
    store: &Store,
    view: &View,
    access: &Access,
    rules: usize,
    judgements: &Judgements,
) -> Result<Vec<Judgement>, Refusal> {
    let count = judgements.node.len();
    let lengths = [
        judgements.verdict.len(),
        judgements.rule.len(),
        judgements.argument.len(),
    ];
    if lengths.iter().any(|length| *length != count) {
        return Err(Refusal::Columns {
            columns: "judgements",
        });
    }
    let mut judged = vec![false; view.node_in_batch.len()];
    let mut checked = Vec::with_capacity(count);
    let columns = judgements
        .node
        .iter()
        .zip(&judgements.verdict)
        .zip(&judgements.rule);
    for (index, ((target, verdict), rule)) in columns.enumerate() {
        let missing = Refusal::Index {
            columns: "judgements",
            what: "node",
            index,
        };
        let node = *view.node_in_batch.get(*target as usize).ok_or(missing)?;
        let kind = store.nodes[node].kind;
        if judged
            .get_mut(*target as usize)
            .is_none_or(|judged| std::mem::replace(judged, true))
        {
            return Err(Refusal::Twice { index });
        }
        let verdict = match verdict {
            0 => None,
            1 => Some(Verdict::Drop),
            2 => {
                return Err(Refusal::NotOffered {
                    what: "holding records",
                });
            }
            3 => {
                return Err(Refusal::NotOffered {
                    what: "routing records",
                });
            }
            4 => Some(Verdict::Fail),
            _ => {
                return Err(Refusal::Meaning {
                    what: "the verdict of judgement",
                    index,
                });
            }
        };
        // Only a drop is told of by its rule; a policy without rules writes 0 for the rest.
        let least = usize::from(verdict != Some(Verdict::Drop));
        if *rule as usize >= rules.max(least) {
            return Err(Refusal::Index {
                columns: "judgements",
                what: "rule",
                index,
            });
        }
        let Some(verdict) = verdict else { continue };
        let is_for = if verdict == Verdict::Fail {
            kind.is_record()
        } else {
            kind.can_be_dropped()
        };
        if !is_for {
            return Err(Refusal::Verdict { index, node: kind });
        }
        if verdict == Verdict::Drop && !access.drops {
            return Err(Refusal::UndeclaredDrop { index, node: kind });
        }
        checked.push(Judgement {
            node,
            verdict,
            rule: *rule,
        });
    }
    Ok(checked)
}

impl Batch {
    /// Drops one record: the host's own decision, such as a stage's `on_error`. An ordinal that is none, or whose record was
    /// dropped already, changes nothing.
    pub fn discard(&mut self, record: u32) {
        if let Some(node) = self.store.records.at(record).copied() {
            self.drop_node(node);
        }
    }

    /// Drops a node; returns how many records went with it.
    pub(super) fn drop_node(&mut self, node: u32) -> u32 {
        let entry = self.store.nodes[node];
        if entry.dead {
            return 0;
        }
        if entry.kind != NodeKind::Metric {
            self.store.nodes[node].dead = true;
            self.touch(entry.parent);
            if !entry.kind.is_record() {
                return 0;
            }
            self.lose_record(entry.parent);
            return 1;
        }
        let mut dropped = 0_u32;
        for record in entry.records.0..entry.records.1 {
            let point = self.store.records[record];
            if !self.store.nodes[point].dead {
                self.store.nodes[point].dead = true;
                dropped = dropped.saturating_add(1);
                self.lose_record(node);
            }
        }
        self.store.nodes[node].dead = true;
        self.touch(entry.parent);
        dropped
    }

    /// Counts a record less in the nodes above it. A node that lost its last record goes, too.
    fn lose_record(&mut self, mut node: u32) {
        self.live = self.live.saturating_sub(1);
        while node != NONE {
            let entry = &mut self.store.nodes[node];
            entry.live = entry.live.saturating_sub(1);
            if entry.live == 0 && entry.parent != NONE {
                entry.dead = true;
            }
            node = entry.parent;
        }
    }

    /// Notes that something in a node changed, so that the encoder goes there.
    pub(super) fn touch(&mut self, mut node: u32) {
        while node != NONE && !self.store.nodes[node].touched {
            self.store.nodes[node].touched = true;
            node = self.store.nodes[node].parent;
        }
    }
}
