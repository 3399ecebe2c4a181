//! Judgements: what becomes of nodes.

use super::Batch;
use super::store::NONE;
use super::tables::Store;
use crate::access::{Access, Grant};
use crate::error::Refusal;
use crate::outcome::Judgements;
use crate::signal::NodeKind;
use crate::view::View;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Drop,
    /// The number of the set of destinations.
    Route(u32),
    Fail,
}

/// One judgement that was checked, in the batch's own numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judgement {
    pub(super) node: u32,
    pub(super) verdict: Verdict,
    pub(super) rule: u32,
}

/// Checks judgements; returns them with their places in the columns. Those that keep what would be kept anyway are left out.
pub(super) fn check(
    store: &Store,
    view: &View,
    access: &Access,
    grant: &Grant<'_>,
    judgements: &Judgements,
) -> Result<(Vec<Judgement>, Vec<usize>), Refusal> {
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
    if count == 0 && judgements.route_sets.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let is_route = |route: &u32| (*route as usize) < grant.routes;
    let is_set = |set: &Vec<u32>| !set.is_empty() && set.iter().all(is_route);
    if let Some(index) = judgements.route_sets.iter().position(|set| !is_set(set)) {
        return Err(Refusal::RouteSet { index });
    }
    let mut judged = vec![false; view.node_in_batch.len()];
    let mut checked = Vec::with_capacity(count);
    let mut places = Vec::with_capacity(count);
    let columns = judgements
        .node
        .iter()
        .zip(&judgements.verdict)
        .zip(&judgements.rule)
        .zip(&judgements.argument);
    for (index, (((target, verdict), rule), argument)) in columns.enumerate() {
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
            3 if (*argument as usize) < judgements.route_sets.len() => {
                Some(Verdict::Route(*argument))
            }
            3 => {
                return Err(Refusal::Index {
                    columns: "judgements",
                    what: "route set",
                    index,
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
        // Only drops and routes are told of by their rules; a policy without rules writes 0 for the rest.
        let is_told = matches!(verdict, Some(Verdict::Drop | Verdict::Route(_)));
        if *rule as usize >= grant.rules.max(usize::from(!is_told)) {
            return Err(Refusal::Index {
                columns: "judgements",
                what: "rule",
                index,
            });
        }
        let Some(verdict) = verdict else { continue };
        let is_for = if verdict == Verdict::Drop {
            kind.can_be_dropped()
        } else {
            kind.is_record()
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
        places.push(index);
    }
    Ok((checked, places))
}

impl Batch {
    /// Drops one record: the host's own decision, such as a stage's `on_error`. Returns how many records went: none where the ordinal
    /// is none or its record was dropped already, and all of a metric where the record's metric was replaced as a whole since the
    /// batch was settled, as nobody knows which part of the new one was its own.
    pub fn discard(&mut self, record: u32) -> u32 {
        let Some(node) = self.store.records.at(record).copied() else {
            return 0;
        };
        let metric = self.store.nodes[node].parent;
        if self.growth.replacement_of(metric).is_some() {
            return self.drop_node(metric);
        }
        self.drop_node(node)
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
            self.lose_records(entry.parent, 1);
            return 1;
        }
        let mut dropped = 0_u32;
        for record in entry.records.0..entry.records.1 {
            let point = self.store.records[record];
            if !self.store.nodes[point].dead {
                self.store.nodes[point].dead = true;
                dropped = dropped.saturating_add(1);
                self.lose_records(node, 1);
            }
        }
        // Points that a policy brought since the batch was settled have no nodes yet.
        let new = self.store.nodes[node].live;
        if new > 0 {
            dropped = dropped.saturating_add(new);
            self.lose_records(node, new);
        }
        self.store.nodes[node].dead = true;
        self.touch(entry.parent);
        dropped
    }

    /// Counts records less in the nodes above them. A node that lost its last record goes, too.
    fn lose_records(&mut self, mut node: u32, records: u32) {
        self.live = self.live.saturating_sub(records);
        while node != NONE {
            let entry = &mut self.store.nodes[node];
            entry.live = entry.live.saturating_sub(records);
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
