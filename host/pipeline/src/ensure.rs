//! Post-conditions of stages: looked for in what leaves a pipeline, just before it is cleared.
//!
//! A stage's post-condition holds for all that its records can reach: the pipeline that the stage stands in, and those behind it over
//! connectors. A pipeline that none reaches pays nothing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tollgate_config::{Compat, ComponentId, Ensure, Stage};
use tollgate_ensure::{Found, Rule, RuleError, scan, without};
use tollgate_record::{Malformed, Signal};

use crate::graph::{Graph, Step};
use crate::policy::StagePlan;

/// A line of the log for each breach would let a client fill the log.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// The post-condition of a stage.
#[derive(Debug)]
pub(crate) struct Ensured {
    stage: String,
    rule: Rule,
    last_line: Mutex<Option<Instant>>,
}

/// What a request must not hold, and why nothing of it may leave that cannot be looked into.
const UNREADABLE: &str = "(unreadable)";

/// What may leave.
pub(crate) struct Checked {
    pub(crate) wire: Bytes,
    /// Ordinals of the records that may not.
    pub(crate) rejected: Vec<u32>,
}

impl Ensured {
    /// The post-condition that a stage asks for, if it does.
    pub(crate) fn new(
        id: String,
        stage: &Stage,
        compat: Compat,
    ) -> Result<Option<Arc<Self>>, RuleError> {
        let rule = match &stage.gate.ensure {
            Ensure::Nothing => return Ok(None),
            Ensure::Patterns(patterns) => Rule::patterns(patterns)?,
            Ensure::Rules => Rule::redaction(&stage.config, compat == Compat::Collector)?,
        };
        Ok(Some(Arc::new(Self {
            stage: id,
            rule,
            last_line: Mutex::default(),
        })))
    }

    /// Whether it is time for a line of the log.
    fn may_tell(&self) -> bool {
        let mut last = self
            .last_line
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_time = last.is_none_or(|last| last.elapsed() >= BETWEEN_LINES);
        if is_time {
            *last = Some(Instant::now());
        }
        is_time
    }
}

/// Whether a stage's configuration holds rules that the host can look for itself, whatever component works by them.
pub(crate) fn has_rules(stage: &ComponentId) -> bool {
    stage.kind == "redaction"
}

/// Looks at what is about to leave a pipeline, and takes out of it what breaks a post-condition.
pub(crate) fn check(
    pipeline: &crate::graph::PipelinePlan,
    signal: Signal,
    wire: Bytes,
    records: u32,
) -> Checked {
    let rules: Vec<&Rule> = pipeline.ensures.iter().map(|own| &own.rule).collect();
    match stripped(signal, &wire, &rules, records) {
        Ok((found, _, _)) if found.is_nothing() => Checked {
            wire,
            rejected: Vec::new(),
        },
        Ok((found, wire, rejected)) => {
            tell(pipeline, &found, rejected.len());
            Checked { wire, rejected }
        }
        Err(error) => {
            for ensured in &pipeline.ensures {
                let stage = ensured.stage.as_str();
                pipeline.counts.breaches.add(stage, UNREADABLE, 1);
            }
            tracing::error!(target: "tollgate", pipeline = %pipeline.id, %error, records, "what was about to leave cannot be looked into, and does not");
            pipeline.counts.breaches.rejected.add(u64::from(records));
            Checked {
                wire: Bytes::new(),
                rejected: (0..records).collect(),
            }
        }
    }
}

/// What is found in a request, and what is left of it without that.
fn stripped(
    signal: Signal,
    wire: &Bytes,
    rules: &[&Rule],
    records: u32,
) -> Result<(Found, Bytes, Vec<u32>), Malformed> {
    let found = scan(signal, wire, rules)?;
    if found.is_nothing() {
        return Ok((found, Bytes::new(), Vec::new()));
    }
    let nothing = || (Bytes::new(), (0..records).collect());
    if found.is_beyond_records {
        let (rest, rejected) = nothing();
        return Ok((found, rest, rejected));
    }
    let rest = without(signal, wire, &found.records)?;
    // What was taken out is looked for again: nobody has to trust that it is gone.
    let (rest, rejected) = if scan(signal, &rest, rules)?.is_nothing() {
        (rest, found.records.clone())
    } else {
        nothing()
    };
    Ok((found, rest, rejected))
}

fn tell(pipeline: &crate::graph::PipelinePlan, found: &Found, rejected: usize) {
    let records = u64::try_from(rejected).unwrap_or(u64::MAX);
    pipeline.counts.breaches.rejected.add(records);
    for breach in &found.breaches {
        let Some(ensured) = pipeline.ensures.get(breach.rule) else {
            continue;
        };
        let (stage, place) = (ensured.stage.as_str(), breach.place.as_str());
        pipeline.counts.breaches.add(stage, place, breach.texts);
    }
    for (number, ensured) in pipeline.ensures.iter().enumerate() {
        let mut own = found.breaches.iter().filter(|breach| breach.rule == number);
        let Some(first) = own.next().filter(|_| ensured.may_tell()) else {
            continue;
        };
        let (stage, place, more) = (ensured.stage.as_str(), first.place.as_str(), own.count());
        tracing::error!(target: "tollgate", stage, pipeline = %pipeline.id, place, other_places = more, records, "the post-condition of a stage does not hold: the records are rejected");
    }
}

impl Graph {
    /// Notes for each pipeline which post-conditions hold at its end.
    pub(crate) fn ensure(&mut self) {
        for from in 0..self.pipelines.len() {
            let reached = self.reached_from(from);
            for ensured in self.asked_in(from) {
                for pipeline in std::iter::once(from).chain(reached.iter().copied()) {
                    self.add_ensured(pipeline, &ensured);
                }
            }
            for (behind, ensured) in self.asked_in_connectors(from) {
                let first: Vec<usize> = behind.clone();
                let further = behind.into_iter().flat_map(|next| self.reached_from(next));
                let all: Vec<usize> = first.into_iter().chain(further).collect();
                for pipeline in all {
                    self.add_ensured(pipeline, &ensured);
                }
            }
        }
    }

    fn asked_in(&self, pipeline: usize) -> Vec<Arc<Ensured>> {
        let steps = self.pipelines.get(pipeline).into_iter();
        let steps = steps.flat_map(|plan| &plan.steps);
        steps
            .filter_map(|step| match step {
                Step::Policy { stage, .. } => asked(stage),
                Step::Batch(_) | Step::Limiter(_) => None,
            })
            .collect()
    }

    fn asked_in_connectors(&self, pipeline: usize) -> Vec<(Vec<usize>, Arc<Ensured>)> {
        let plans = self.pipelines.get(pipeline).into_iter();
        let junctions = plans.flat_map(|plan| &plan.junctions);
        junctions
            .filter_map(|junction| {
                let ensured = asked(junction.stage.as_ref()?)?;
                Some((junction.leads_to().collect(), ensured))
            })
            .collect()
    }

    /// Every pipeline behind one, itself not counted.
    fn reached_from(&self, pipeline: usize) -> Vec<usize> {
        let behind = |index: usize| {
            let plans = self.pipelines.get(index).into_iter();
            let junctions = plans.flat_map(|plan| &plan.junctions);
            junctions.flat_map(|junction| junction.leads_to().collect::<Vec<_>>())
        };
        let mut found = Vec::new();
        let mut next: Vec<usize> = behind(pipeline).collect();
        while let Some(index) = next.pop() {
            if !found.contains(&index) {
                found.push(index);
                next.extend(behind(index));
            }
        }
        found
    }

    fn add_ensured(&mut self, pipeline: usize, ensured: &Arc<Ensured>) {
        if let Some(plan) = self.pipelines.get_mut(pipeline)
            && !plan.ensures.iter().any(|known| Arc::ptr_eq(known, ensured))
        {
            plan.ensures.push(Arc::clone(ensured));
        }
    }
}

fn asked(stage: &Arc<StagePlan>) -> Option<Arc<Ensured>> {
    stage.policy.ensured.clone()
}
