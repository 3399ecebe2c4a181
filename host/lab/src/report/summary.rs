//! What happened, counted together.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{EndReport, Place, RequestReport};

/// Counts of records. One may be counted as several things: changed here, dropped there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Requests that came.
    pub requests: u64,
    /// Records that came.
    pub records: u64,
    /// Those in which something changed.
    pub changed: u64,
    /// Those that a stage dropped on purpose.
    pub dropped: u64,
    /// Those that a connector sent somewhere.
    pub routed: u64,
    /// Those that a stage failed for, whatever became of them.
    pub failed: u64,
    /// Those of which nothing left: dropped, failed, or made into something else on every way.
    pub gone: u64,
    /// Those that left as they came.
    pub untouched: u64,
    /// Records that policies made.
    pub made: u64,
    /// The same by stage and rule, in the order in which they were met.
    pub rules: Vec<RuleSummary>,
}

/// What one rule of a stage did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleSummary {
    /// The stage.
    #[serde(flatten)]
    pub place: Place,
    /// The rule; null for what a stage does without telling by which.
    pub rule: Option<String>,
    /// Records that it changed something in.
    pub changed: u64,
    /// Records that it dropped.
    pub dropped: u64,
    /// Records that it routed.
    pub routed: u64,
    /// Records that it failed for.
    pub failed: u64,
}

impl Summary {
    pub(super) fn add(&mut self, request: &RequestReport) {
        bump(&mut self.requests, true);
        for record in &request.records {
            let is_dropped = |end: &EndReport| matches!(end, EndReport::Dropped { .. });
            bump(&mut self.records, true);
            bump(&mut self.changed, !record.changes.is_empty());
            bump(&mut self.routed, !record.routes.is_empty());
            bump(&mut self.failed, !record.failures.is_empty());
            bump(&mut self.dropped, record.ends.iter().any(is_dropped));
            bump(&mut self.gone, !record.has_left());
            bump(&mut self.untouched, record.is_untouched());
            let mut told: BTreeSet<(usize, u8)> = BTreeSet::new();
            // A record counts once for a rule, however many of its fields it changed.
            let mut once = |own: &mut Self, place: &Place, rule: Option<&String>, what: u8| {
                let at = own.rule(place, rule);
                if told.insert((at, what))
                    && let Some(rule) = own.rules.get_mut(at)
                {
                    let count = match what {
                        0 => &mut rule.changed,
                        1 => &mut rule.dropped,
                        2 => &mut rule.routed,
                        _ => &mut rule.failed,
                    };
                    bump(count, true);
                }
            };
            for change in &record.changes {
                once(self, &change.place, change.rule.as_ref(), 0);
            }
            for end in &record.ends {
                if let EndReport::Dropped { place, rule } = end {
                    once(self, place, rule.as_ref(), 1);
                }
            }
            for route in &record.routes {
                once(self, &route.place, route.rule.as_ref(), 2);
            }
            for failure in &record.failures {
                once(self, &failure.place, failure.rule.as_ref(), 3);
            }
        }
        for left in &request.left {
            let made = u64::try_from(left.made.len()).unwrap_or(u64::MAX);
            self.made = self.made.saturating_add(made);
        }
    }

    /// The place of a rule in the list.
    fn rule(&mut self, place: &Place, rule: Option<&String>) -> usize {
        let mut known = self.rules.iter();
        let found = known.position(|own| own.place == *place && own.rule.as_ref() == rule);
        found.unwrap_or_else(|| {
            self.rules.push(RuleSummary {
                place: place.clone(),
                rule: rule.cloned(),
                changed: 0,
                dropped: 0,
                routed: 0,
                failed: 0,
            });
            self.rules.len().saturating_sub(1)
        })
    }
}

fn bump(count: &mut u64, is_so: bool) {
    *count = count.saturating_add(u64::from(is_so));
}
