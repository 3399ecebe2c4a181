//! Laying checked changes over the batch.

use std::collections::{HashMap, HashSet};

use super::Batch;
use super::check::{Changes, Edit, Op};
use super::judge::Verdict;
use super::put::Paths;
use super::routed::Routed;
use crate::outcome::{Emission, Measurement};
use crate::signal::NodeKind;

/// What applying changes did.
///
/// Records are conserved: as many are left as there were, less those dropped and merged, and those created more.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// Edits made, by rule; a span event, link or exemplar that was dropped counts as an edit of what it stood in, and a node that
    /// was added or a metric that was replaced as one edit.
    pub edits_by_rule: Vec<u64>,
    /// Records dropped, by rule.
    pub dropped_by_rule: Vec<u64>,
    /// Records dropped; those of a dropped metric are counted one by one.
    pub dropped: u64,
    /// Ordinals of the records that were judged `fail`, in order. The edits of these were not made.
    pub failed: Vec<u32>,
    /// Where records were routed to.
    pub routed: Routed,
    /// Records routed, by rule.
    pub routed_by_rule: Vec<u64>,
    /// Records that there are now and were not before: in nodes that were added, and data points of a metric that has more than the
    /// one it replaces.
    pub created: u64,
    /// Data points that a metric has fewer than the one it replaces.
    pub merged: u64,
    /// Additions to the policy's own instruments.
    pub measurements: Vec<Measurement>,
    /// New telemetry.
    pub emissions: Vec<Emission>,
}

impl Batch {
    /// Lays checked changes over the batch.
    ///
    /// There are several when a batch was called in parts: all parts were projected from the state before any of them. Where an
    /// earlier part edited a node above the records (request, resource, scope, metric), edits of the same node by later parts are
    /// skipped, so that no shared parent is changed twice.
    ///
    /// Judgements come after edits. What is below a record that was judged `fail` is left as it was.
    pub fn apply(&mut self, parts: Vec<Changes>) -> Applied {
        let rules = parts.iter().map(|part| part.rules).max().unwrap_or(0);
        let mut applied = Applied {
            edits_by_rule: vec![0; rules],
            dropped_by_rule: vec![0; rules],
            routed_by_rule: vec![0; rules],
            ..Applied::default()
        };
        self.store.names.allow_edits();
        let mut editors: HashMap<u32, usize> = HashMap::new();
        for (index, part) in parts.into_iter().enumerate() {
            if !self.memory.has_room(part.text.len()) {
                // Offsets have run out: what cannot be edited must not go on.
                applied.failed.extend(self.live_ordinals(0..u32::MAX));
                break;
            }
            self.apply_part(index, part, &mut editors, &mut applied);
        }
        applied.failed.sort_unstable();
        applied.failed.dedup();
        applied
    }

    fn apply_part(
        &mut self,
        index: usize,
        mut part: Changes,
        editors: &mut HashMap<u32, usize>,
        applied: &mut Applied,
    ) {
        let failed: HashSet<u32> = part
            .judgements
            .iter()
            .filter(|judgement| judgement.verdict == Verdict::Fail)
            .map(|judgement| self.store.nodes[judgement.node].records.0)
            .collect();
        if !part.edits.is_empty() {
            let base = self.memory.push(&part.text).start;
            self.store.cells.reserve(part.edits.len());
            self.store.edits.reserve(part.edits.len());
            let mut paths = Paths::new(&part.paths);
            let mut renumber = Vec::new();
            let gone = gone(&part);
            for edit in &part.edits {
                let node = self.node_of(edit);
                let entry = &self.store.nodes[node];
                let skipped = if edit.op == Op::Add && entry.kind.is_above_records() {
                    // What each part adds stands beside what the others do.
                    false
                } else if entry.kind.is_above_records() {
                    *editors.entry(node).or_insert(index) != index
                } else {
                    failed.contains(&entry.records.0)
                };
                if skipped {
                    continue;
                }
                let is_done = match edit.op {
                    Op::Add | Op::Replace => {
                        is_settled(edit, entry.records, &gone, &failed)
                            && self.edit_node(edit, base, &part.grown, applied)
                    }
                    _ => self.edit(edit, base, &mut paths, &mut renumber),
                };
                if is_done {
                    count(&mut applied.edits_by_rule, edit.rule, 1);
                }
            }
            self.renumber(&renumber);
        }
        let sets = applied
            .routed
            .take_sets(std::mem::take(&mut part.route_sets));
        for judgement in &part.judgements {
            if let Verdict::Route(set) = judgement.verdict {
                let record = self.store.nodes[judgement.node].records.0;
                let set = sets.saturating_add(set);
                applied.routed.route(record, self.records(), set);
                count(&mut applied.routed_by_rule, judgement.rule, 1);
            }
            if judgement.verdict != Verdict::Drop {
                continue;
            }
            let entry = self.store.nodes[judgement.node];
            let is_counted = entry.kind.is_record() || entry.kind == NodeKind::Metric;
            let was_dead = entry.dead;
            let dropped = u64::from(self.drop_node(judgement.node));
            applied.dropped = applied.dropped.saturating_add(dropped);
            count(&mut applied.dropped_by_rule, judgement.rule, dropped);
            if !is_counted && !was_dead {
                count(&mut applied.edits_by_rule, judgement.rule, 1);
            }
        }
        applied.failed.extend(failed);
        applied.measurements.append(&mut part.measurements);
        applied.emissions.append(&mut part.emissions);
    }
}

/// The nodes that are dropped, where that matters to nodes that come whole.
fn gone(part: &Changes) -> HashSet<u32> {
    if part.grown.is_empty() {
        return HashSet::new();
    }
    let drops = part.judgements.iter();
    drops
        .filter(|judgement| judgement.verdict == Verdict::Drop)
        .map(|judgement| judgement.node)
        .collect()
}

/// Whether a node that comes whole does come: not in the place of a metric that is dropped, or that has a point that failed.
fn is_settled(
    edit: &Edit,
    records: (u32, u32),
    gone: &HashSet<u32>,
    failed: &HashSet<u32>,
) -> bool {
    edit.op != Op::Replace
        || !gone.contains(&edit.target)
            && !(records.0..records.1).any(|record| failed.contains(&record))
}

fn count(counters: &mut [u64], rule: u32, by: u64) {
    if let Some(counter) = counters.get_mut(rule as usize) {
        *counter = counter.saturating_add(by);
    }
}
