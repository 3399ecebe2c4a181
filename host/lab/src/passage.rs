//! What became of the records of a request.

use std::collections::{HashMap, HashSet};

use tollgate_config::{ComponentId, OnError};
use tollgate_pipeline::rehearsal::{Call, Exit, Snapshot, StagePlace, Visit};
use tollgate_record::{Malformed, Signal};

use crate::difference::Difference;
use crate::fields::{RecordFields, fields};
use crate::reasons::Reasons;

/// Everything that happened to one request.
#[derive(Debug, Clone)]
pub struct Passage {
    /// Its signal.
    pub signal: Signal,
    /// The request as it came.
    pub input: Snapshot,
    /// What became of each record that came, in order.
    pub fates: Vec<Fate>,
    /// Each stage that was shown a batch, in order.
    pub visits: Vec<Visit>,
    /// What left, at the end of each pipeline that has exporters.
    pub exits: Vec<Exit>,
}

/// What became of one record.
#[derive(Debug, Clone, Default)]
pub struct Fate {
    /// Its place in the request.
    pub record: u32,
    /// What stages changed in it, in order.
    pub changes: Vec<Change>,
    /// Where stages sent it.
    pub routes: Vec<RouteTaken>,
    /// Stages that failed for it.
    pub failures: Vec<Failed>,
    /// Where it ended: in several places if it went several ways, in none if nobody takes it.
    pub ends: Vec<End>,
}

/// What a stage changed.
#[derive(Debug, Clone)]
pub struct Change {
    /// The stage.
    pub place: StagePlace,
    /// What.
    pub difference: Difference,
    /// By which of its rules, if it told.
    pub rule: Option<String>,
}

/// Where a stage sent a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteTaken {
    /// The stage.
    pub place: StagePlace,
    /// The pipelines.
    pub to: Vec<ComponentId>,
    /// By which of its rules, if it told.
    pub rule: Option<String>,
}

/// A stage that failed for a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The stage.
    pub place: StagePlace,
    /// What the operator wants to become of such a record.
    pub on_error: OnError,
    /// Which call of the visit; none where the policy answered that it cannot judge the record.
    pub call: Option<usize>,
    /// By which of its rules, if it told.
    pub rule: Option<String>,
}

/// Where a record ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// At the exporters of a pipeline.
    Left {
        /// The pipeline.
        pipeline: ComponentId,
        /// Its exporters.
        exporters: Vec<ComponentId>,
    },
    /// A stage dropped it on purpose.
    Dropped {
        /// The stage.
        place: StagePlace,
        /// By which of its rules, if it told.
        rule: Option<String>,
    },
    /// A stage failed for it, and it does not go on.
    Failed {
        /// The stage.
        place: StagePlace,
        /// Whether its client is told.
        on_error: OnError,
    },
    /// A connector made other telemetry of it.
    Consumed {
        /// The stage.
        place: StagePlace,
    },
    /// A stage put it together with others.
    Merged {
        /// The stage.
        place: StagePlace,
    },
    /// A post-condition of a stage did not hold when it was about to leave.
    KeptBack {
        /// The pipeline that it did not leave.
        pipeline: ComponentId,
    },
}

impl Passage {
    /// Makes sense of what was seen. `rules` are the rules of a stage, by its place.
    pub(crate) fn new<'r>(
        input: Snapshot,
        visits: Vec<Visit>,
        exits: Vec<Exit>,
        rules: impl Fn(&StagePlace) -> &'r [String],
    ) -> Result<Self, Malformed> {
        let records = u32::try_from(input.origins.len()).unwrap_or(u32::MAX);
        let fate = |record| Fate {
            record,
            ..Fate::default()
        };
        let mut fates: Vec<Fate> = (0..records).map(fate).collect();
        for visit in &visits {
            visited(visit, rules(&visit.place), &mut fates)?;
        }
        for exit in &exits {
            for origin in exit.snapshot.origins.iter().flatten() {
                end(
                    &mut fates,
                    *origin,
                    End::Left {
                        pipeline: exit.pipeline.clone(),
                        exporters: exit.exporters.clone(),
                    },
                );
            }
            for origin in exit.kept_back.iter().flatten() {
                let pipeline = exit.pipeline.clone();
                end(&mut fates, *origin, End::KeptBack { pipeline });
            }
        }
        Ok(Self {
            signal: input.signal,
            input,
            fates,
            visits,
            exits,
        })
    }
}

fn end(fates: &mut [Fate], record: u32, end: End) {
    if let Some(fate) = fates.get_mut(record as usize) {
        fate.ends.push(end);
    }
}

/// What one stage did.
fn visited(visit: &Visit, rules: &[String], fates: &mut [Fate]) -> Result<(), Malformed> {
    let Visit { before, after, .. } = visit;
    let reasons = Reasons::of(visit, rules);
    let left: HashMap<u32, usize> = places(after).collect();
    let failures: HashSet<u32> = visit.failed.iter().copied().collect();
    let routed: HashMap<u32, &Vec<u32>> = visit.routed.iter().map(|(at, to)| (*at, to)).collect();
    let is_changed = before.wire != after.wire;
    let (old, new) = if is_changed {
        (
            fields(before.signal, &before.wire)?,
            fields(after.signal, &after.wire)?,
        )
    } else {
        Default::default()
    };
    for (origin, place) in places(before) {
        let Some(fate) = fates.get_mut(origin as usize) else {
            continue;
        };
        let position = u32::try_from(place).unwrap_or(u32::MAX);
        let failed = failures.contains(&position).then(|| Failed {
            place: visit.place.clone(),
            on_error: visit.on_error,
            call: failing_call(&visit.calls, position),
            rule: reasons.of_failure(position),
        });
        let goes_on = left.get(&origin).copied().filter(|_| !visit.ends_here);
        if let Some(routes) = routed.get(&position) {
            let to = routes
                .iter()
                .filter_map(|route| visit.place.routes.get(*route as usize));
            fate.routes.push(RouteTaken {
                place: visit.place.clone(),
                to: to.cloned().collect(),
                rule: reasons.of_route(position),
            });
        }
        if goes_on.is_none() {
            fate.ends
                .push(why_gone(visit, position, failed.as_ref(), &reasons));
        }
        fate.failures.extend(failed);
        let pair = goes_on.and_then(|to| old.get(place).zip(new.get(to)));
        if let Some((old, new)) = pair {
            fate.changes
                .extend(changes(visit, position, (old, new), &reasons));
        }
    }
    Ok(())
}

/// The records of a request that a client sent: which they are, and where they stand.
fn places(snapshot: &Snapshot) -> impl Iterator<Item = (u32, usize)> {
    let all = snapshot.origins.iter().enumerate();
    all.filter_map(|(place, origin)| Some(((*origin)?, place)))
}

/// The last call with a record in it, if it failed: one that failed before, with more records, says nothing of what a later one answered.
fn failing_call(calls: &[Call], position: u32) -> Option<usize> {
    let holds = |call: &Call| {
        let behind = call.first.saturating_add(call.records);
        (call.first..behind).contains(&position)
    };
    let last = calls.iter().rposition(holds)?;
    calls.get(last)?.failure.is_some().then_some(last)
}

fn why_gone(visit: &Visit, position: u32, failed: Option<&Failed>, reasons: &Reasons<'_>) -> End {
    let place = visit.place.clone();
    if failed.is_some_and(|failed| failed.on_error != OnError::Pass) {
        return End::Failed {
            place,
            on_error: visit.on_error,
        };
    }
    if visit.ends_here {
        return End::Consumed { place };
    }
    match reasons.of_drop(position) {
        Some(rule) => End::Dropped { place, rule },
        None => End::Merged { place },
    }
}

fn changes(
    visit: &Visit,
    position: u32,
    (old, new): (&RecordFields, &RecordFields),
    reasons: &Reasons<'_>,
) -> Vec<Change> {
    let differences = old.differences(new).into_iter();
    let change = |difference: Difference| Change {
        place: visit.place.clone(),
        rule: reasons.of_change(position, &difference.field),
        difference,
    };
    differences.map(change).collect()
}
