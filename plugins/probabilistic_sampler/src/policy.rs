//! The policy: a sampler for each signal.

use tollgate_sdk::{
    Batch, Description, Effect, Policy, Problem, Record, Rule, Setup, Sighting, Signal, Subject,
    Verdict,
};

use crate::config::Written;
use crate::logs::Logs;
use crate::sampler::{Decision, Reason};
use crate::spans::Spans;

/// Keeps a share of traces and logs.
#[derive(Debug)]
pub struct ProbabilisticSampler {
    logs: Logs,
    spans: Spans,
}

impl Policy for ProbabilisticSampler {
    type Config = Written;

    fn describe() -> Description {
        let summary = "Keeps a share of traces and logs: by a hash, or by the randomness that all samplers of a trace agree on.";
        Description::new("probabilistic_sampler", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let config = written.check()?;
        let rules = Rules::name(setup);
        Ok(Self {
            logs: Logs::configure(&config, rules, setup),
            spans: Spans::configure(&config, rules, setup),
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        match batch.signal() {
            Signal::Logs => batch.each_record(|record| self.logs.judge(record)),
            Signal::Traces => batch.each_record(|span| self.spans.judge(span)),
            // Metrics are not sampled: no access is asked for, so the host never calls.
            Signal::Metrics => {}
        }
        Ok(())
    }
}

/// The rules of the policy: the keys of the configuration that decide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    percentage: Rule,
    failure: Rule,
    priority: Rule,
}

impl Rules {
    fn name(setup: &mut Setup) -> Self {
        Self {
            percentage: setup.rule("sampling_percentage"),
            failure: setup.rule("fail_closed"),
            priority: setup.rule("sampling_priority"),
        }
    }

    pub(crate) fn of(self, reason: Reason) -> Rule {
        match reason {
            Reason::Percentage => self.percentage,
            Reason::Failure => self.failure,
            Reason::Priority => self.priority,
        }
    }

    /// Likewise, and says so where somebody asks for reasons.
    pub(crate) fn judged(self, record: &mut Record<'_>, decision: &Decision<'_>) -> Verdict {
        let node = record.index();
        if let Some(trail) = record.trail() {
            let (effect, remark) = if decision.kept {
                (Effect::Missed, "by it the record is kept")
            } else {
                (Effect::Applied, "by it the record is not kept")
            };
            let sighting = Sighting::new(self.of(decision.reason), Subject::Node(node), effect);
            trail.add(&sighting.note(remark));
        }
        self.verdict(decision)
    }

    fn verdict(self, decision: &Decision<'_>) -> Verdict {
        if decision.kept {
            Verdict::Keep
        } else {
            Verdict::Drop(self.of(decision.reason))
        }
    }
}
