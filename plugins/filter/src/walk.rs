//! One walk over a batch, from resources down to span events.

use tollgate_sdk::{Batch, NodeKind, Rule, Signal, Verdict};
use tollgate_statements::{Failures, Layout, Scene, indices};

use crate::conditions::{Ruled, Said, ask};
use crate::explain;
use crate::levels::{Conditions, Properties};

/// Judges the nodes of a batch by conditions.
pub(crate) fn conditions(
    conditions: &Conditions,
    layout: &Layout,
    failures: &mut Failures,
    whole: bool,
    batch: &mut Batch<'_>,
) {
    let simple = conditions.resource.is_empty()
        && conditions.scope.is_empty()
        && conditions.metric.is_empty()
        && conditions.event.is_empty();
    let mut judging = Judging {
        whole,
        held: Vec::new(),
        failed: None,
    };
    if simple {
        records(&conditions.record, layout, failures, &mut judging, batch);
    } else {
        tree(conditions, layout, failures, &mut judging, batch);
    }
    judging.end(batch);
}

/// Judgements. Where one record that fails takes all with it, they are held back until all are known.
struct Judging {
    whole: bool,
    held: Vec<(u32, Verdict)>,
    failed: Option<Rule>,
}

impl Judging {
    #[inline]
    fn judge(&mut self, index: u32, verdict: Verdict, batch: &mut Batch<'_>) {
        if self.whole {
            if let Verdict::Fail(rule) = verdict {
                self.failed.get_or_insert(rule);
            }
            self.held.push((index, verdict));
        } else {
            batch.judge(index, verdict);
        }
    }

    fn end(self, batch: &mut Batch<'_>) {
        match self.failed {
            Some(rule) => {
                for index in indices(batch, batch.signal().record_kind()) {
                    batch.judge(index, Verdict::Fail(rule));
                }
            }
            None => {
                for (index, verdict) in self.held {
                    batch.judge(index, verdict);
                }
            }
        }
    }
}

/// Records alone are asked.
fn records(
    conditions: &[Ruled],
    layout: &Layout,
    failures: &mut Failures,
    judging: &mut Judging,
    batch: &mut Batch<'_>,
) {
    let mut scene = Scene::new(layout, batch.now(), batch.seed());
    for node in batch.views(batch.signal().record_kind()) {
        let index = node.index();
        scene.enter(node);
        match ask(conditions, &mut scene, failures, batch.trail()) {
            Said::Nothing => {}
            Said::Drop(rule) => judging.judge(index, Verdict::Drop(rule), batch),
            Said::Fail(rule) => {
                judging.judge(index, Verdict::Fail(rule), batch);
            }
        }
    }
}

/// What was said of the nodes above.
#[derive(Clone, Copy)]
struct Above {
    resource: Said,
    scope: Said,
    metric: Said,
    /// Of the record that events stand under.
    record: Said,
}

fn tree(
    conditions: &Conditions,
    layout: &Layout,
    failures: &mut Failures,
    judging: &mut Judging,
    batch: &mut Batch<'_>,
) {
    let mut scene = Scene::new(layout, batch.now(), batch.seed());
    let mut above = Above {
        resource: Said::Nothing,
        scope: Said::Nothing,
        metric: Said::Nothing,
        record: Said::Nothing,
    };
    // A span whose event fails is judged once it is known.
    let mut failing_span: Option<(u32, Rule)> = None;
    let mut last_record = 0;
    for (index, kind) in (0_u32..).zip(batch.columns().node_kind) {
        let Some(node) = NodeKind::from_number(*kind).and_then(|_| batch.node(index)) else {
            continue;
        };
        let mut say = |list, said_above: Said, batch: &mut Batch<'_>| {
            if said_above != Said::Nothing {
                explain::skipped(list, index, said_above, batch.trail());
                return said_above;
            }
            scene.enter(node);
            ask(list, &mut scene, failures, batch.trail())
        };
        match node.kind() {
            NodeKind::Resource => above.resource = say(&conditions.resource, Said::Nothing, batch),
            NodeKind::Scope => above.scope = say(&conditions.scope, above.resource, batch),
            NodeKind::Metric => {
                above.metric = say(&conditions.metric, above.scope, batch);
                // Points that fail are judged by themselves, and a metric that is dropped takes its points with it.
                if let Said::Drop(rule) = above.metric {
                    judging.judge(index, Verdict::Drop(rule), batch);
                }
            }
            kind if kind.is_record() => {
                settle(&mut failing_span, judging, batch);
                let over = if kind == NodeKind::DataPoint {
                    above.metric
                } else {
                    above.scope
                };
                let said = say(&conditions.record, over, batch);
                let dropped_with_metric =
                    kind == NodeKind::DataPoint && matches!(over, Said::Drop(_));
                above.record = said;
                last_record = index;
                match said {
                    Said::Drop(rule) if !dropped_with_metric => {
                        judging.judge(index, Verdict::Drop(rule), batch);
                    }
                    Said::Fail(rule) => {
                        judging.judge(index, Verdict::Fail(rule), batch);
                    }
                    Said::Drop(_) | Said::Nothing => {}
                }
            }
            NodeKind::SpanEvent if above.record == Said::Nothing && failing_span.is_none() => {
                match say(&conditions.event, Said::Nothing, batch) {
                    Said::Nothing => {}
                    Said::Drop(rule) => judging.judge(index, Verdict::Drop(rule), batch),
                    Said::Fail(rule) => {
                        failing_span = Some((last_record, rule));
                    }
                }
            }
            _ => {}
        }
    }
    settle(&mut failing_span, judging, batch);
}

fn settle(failing: &mut Option<(u32, Rule)>, judging: &mut Judging, batch: &mut Batch<'_>) {
    if let Some((index, rule)) = failing.take() {
        judging.judge(index, Verdict::Fail(rule), batch);
    }
}

/// Drops what has not the properties that are asked.
pub(crate) fn properties(properties: &Properties, batch: &mut Batch<'_>) {
    let metrics = batch.signal() == Signal::Metrics;
    let kind = if metrics {
        NodeKind::Metric
    } else {
        batch.signal().record_kind()
    };
    let mut choices: Vec<_> = properties
        .filters
        .iter()
        .map(|(filter, rule)| (filter.start(), *rule))
        .collect();
    batch.each(kind, |node| {
        let unfit = choices
            .iter_mut()
            .find_map(|(choice, rule)| (!choice.holds(node)).then_some(*rule));
        let verdict = unfit.map_or(Verdict::Keep, Verdict::Drop);
        node.judge(verdict);
    });
}
