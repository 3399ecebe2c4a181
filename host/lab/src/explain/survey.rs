//! Of a data set: which rules hit, and which are of no use.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;
use tollgate_config::{ComponentId, Role};
use tollgate_pipeline::rehearsal::{Call, StagePlace, Visit};
use tollgate_record::{Effect, Signal};

use super::look::{Placed, looks};
use crate::Trial;
use crate::fields::path_of;
use crate::passage::Passage;
use crate::reasons::Nodes;

/// Fewer looks than this say nothing about a pattern that always matches.
const FEW: u64 = 5;

/// Which stage, wherever it stands.
type StageName = (Role, ComponentId);

/// Counts what rules do, request after request.
#[derive(Debug, Default)]
pub struct Survey {
    records: u64,
    stages: Vec<(StageName, Counting)>,
}

/// What a survey comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SurveyReport {
    /// Records that came.
    pub records: u64,
    /// The stages, in the order in which records meet them.
    pub stages: Vec<StageSurvey>,
}

/// What one stage's rules did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageSurvey {
    /// Which stage.
    pub stage: String,
    /// The pipelines in which it was shown something.
    pub pipelines: Vec<String>,
    /// Whether its policy says itself what its rules saw. If not, rules are counted by what they did.
    pub is_told: bool,
    /// Records that it was shown.
    pub records: u64,
    /// Its rules, in the order of the manifest.
    pub rules: Vec<RuleCounts>,
    /// What is worth a look.
    pub findings: Vec<Finding>,
}

/// What one rule did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleCounts {
    /// The rule.
    pub rule: String,
    /// Its looks, the turns that it did not get left out; null where its policy does not tell.
    pub looked: Option<u64>,
    /// Looks at which it matched, whatever came of it.
    pub matched: u64,
    /// Looks that came to something.
    pub applied: u64,
    /// Looks at which another rule's deed stands instead.
    pub overridden: u64,
    /// Looks at which another rule spared what matched.
    pub spared: u64,
    /// Looks at which there was nothing to do.
    pub idle: u64,
    /// Looks at which it failed.
    pub failed: u64,
    /// Turns that it did not get.
    pub skipped: u64,
    /// Records that it did something to.
    pub records: u64,
    /// Rules that stood above it, and how often.
    pub by: BTreeMap<String, u64>,
}

/// Something that is worth a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// The rule looked at nothing: there was nothing of its kind, or the configuration leaves it nothing to do.
    NeverLooks {
        /// The rule.
        rule: String,
    },
    /// The rule matched nothing.
    NeverHits {
        /// The rule.
        rule: String,
    },
    /// Whatever the rule matches, other rules have taken, or spare.
    Shadowed {
        /// The rule.
        rule: String,
        /// The others.
        by: Vec<String>,
    },
    /// The rule never had a turn.
    NeverAsked {
        /// The rule.
        rule: String,
        /// What put an end to the matter before.
        by: Vec<String>,
    },
    /// The rule matches all of everything that it looks at.
    MatchesEverything {
        /// The rule.
        rule: String,
    },
    /// No record has a field that the policy asks for by name.
    FieldNeverOccurs {
        /// The signal.
        signal: &'static str,
        /// The field.
        field: String,
        /// The rules that looked for it, where that is known.
        rules: Vec<String>,
    },
    /// The policy failed when it was asked for its reasons; why.
    NotTold {
        /// What happened.
        trouble: String,
    },
}

#[derive(Debug, Default)]
struct Counting {
    is_told: bool,
    trouble: Option<String>,
    pipelines: Vec<String>,
    records: u64,
    rules: BTreeMap<u32, Rule>,
    /// Fields that were there, by signal.
    fields: HashSet<(Signal, String)>,
    signals: BTreeSet<Signal>,
    /// Fields that rules did something with.
    made: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Rule {
    counts: [u64; 7],
    /// Looks that covered all of what was looked at.
    whole: u64,
    looked: u64,
    records: u64,
    by: BTreeMap<u32, u64>,
    /// Paths without a cell that it looked for.
    missing: BTreeSet<String>,
}

impl Survey {
    /// Counts what became of a request.
    pub fn add(&mut self, trial: &Trial, passage: &Passage) {
        let came = u64::try_from(passage.fates.len()).unwrap_or(u64::MAX);
        self.records = self.records.saturating_add(came);
        for visit in &passage.visits {
            let rules = trial.stage(&visit.place);
            let rules = rules.map_or(&[][..], |stage| &stage.manifest.rules);
            let name = (visit.place.role, visit.place.stage.clone());
            let place = self.stages.iter().position(|(known, _)| *known == name);
            let place = place.unwrap_or_else(|| {
                self.stages.push((name, Counting::default()));
                self.stages.len().saturating_sub(1)
            });
            if let Some((_, counting)) = self.stages.get_mut(place) {
                counting.visit(visit, rules);
            }
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn report(&self, trial: &Trial) -> SurveyReport {
        let mut stages = Vec::new();
        let mut told = Vec::new();
        for place in trial.places() {
            let name = (place.role, place.stage.clone());
            let counting = self.stages.iter().find(|(known, _)| *known == name);
            if let Some((_, counting)) = counting.filter(|_| !told.contains(&name)) {
                stages.push(counting.tell(trial, place));
                told.push(name);
            }
        }
        SurveyReport {
            records: self.records,
            stages,
        }
    }
}

impl Counting {
    fn visit(&mut self, visit: &Visit, rules: &[String]) {
        let signal = visit.before.signal;
        let pipeline = visit.place.pipeline.to_string();
        if !self.pipelines.contains(&pipeline) {
            self.pipelines.push(pipeline);
        }
        let shown = u64::try_from(visit.before.origins.len()).unwrap_or(u64::MAX);
        self.records = self.records.saturating_add(shown);
        let answered = visit.calls.iter().filter(|call| call.outcome.is_some());
        for call in answered {
            self.signals.insert(signal);
            self.call(signal, call, rules);
        }
    }

    fn call(&mut self, signal: Signal, call: &Call, rules: &[String]) {
        match &call.trail {
            // A policy without a single look at a whole data set does not tell, whatever it exports.
            Some(Ok(trail)) => self.is_told |= !trail.is_empty(),
            Some(Err(failure)) => self.trouble = Some(failure.message.clone()),
            None => {}
        }
        let cells = (0..call.view.cell_field.len()).filter_map(|cell| path_of(&call.view, cell));
        self.fields.extend(cells.map(|path| (signal, path)));
        let nodes = Nodes::of(&call.view, call.first);
        let mut touched = HashSet::new();
        for placed in looks(call, &nodes, rules) {
            let Placed {
                rule,
                by,
                node,
                look,
            } = placed;
            let own = self.rules.entry(rule).or_default();
            if let Some(count) = own.counts.get_mut(place_of(look.effect)) {
                *count = count.saturating_add(1);
            }
            if look.effect != Effect::Skipped {
                own.looked = own.looked.saturating_add(1);
            }
            if look.effect.matches() && (look.is_whole || look.field.is_none()) {
                own.whole = own.whole.saturating_add(1);
            }
            if let Some(by) = by {
                let count = own.by.entry(by).or_default();
                *count = count.saturating_add(1);
            }
            if look.effect == Effect::Applied {
                let fresh = nodes
                    .records(node)
                    .filter(|record| touched.insert((rule, *record)));
                let fresh = u64::try_from(fresh.count()).unwrap_or(u64::MAX);
                own.records = own.records.saturating_add(fresh);
                self.made.extend(look.field.clone());
            }
            if look.effect == Effect::Missed
                && let Some(field) = look.field
            {
                own.missing.insert(field);
            }
        }
    }

    fn tell(&self, trial: &Trial, place: &StagePlace) -> StageSurvey {
        let stage = trial.stage(place);
        let names: &[String] = stage.as_ref().map_or(&[], |stage| &stage.manifest.rules);
        let name = |rule: &u32| names.get(*rule as usize).cloned().unwrap_or_default();
        let none = Rule::default();
        let mut findings = Vec::new();
        let rules = names.iter().zip(0_u32..).map(|(rule, index)| {
            let own = self.rules.get(&index).unwrap_or(&none);
            let counts = own.told(rule, self.is_told, name);
            findings.extend(own.finding(&counts));
            counts
        });
        let rules = rules.collect();
        for signal in &self.signals {
            let access = stage.as_ref().and_then(|stage| stage.manifest.of(*signal));
            let asked: BTreeSet<&str> = access
                .into_iter()
                .flat_map(|access| access.reads.iter())
                .collect();
            let is_own = |field: &str| {
                // What a policy reads only to write it is its own matter, unless a rule looked for it.
                let mut written = access.into_iter().flat_map(|access| access.writes.iter());
                written.any(|path| path == field)
                    && !self.rules.values().any(|own| own.missing.contains(field))
            };
            let never = asked.into_iter().filter(|field| {
                !field.contains('*')
                    && !self.made.contains(*field)
                    && !self.fields.contains(&(*signal, (*field).to_owned()))
                    && !is_own(field)
            });
            findings.extend(never.filter(|field| !is_a_whole(field)).map(|field| {
                let looked = self
                    .rules
                    .iter()
                    .filter(|(_, own)| own.missing.contains(field));
                Finding::FieldNeverOccurs {
                    signal: signal.as_str(),
                    field: field.to_owned(),
                    rules: looked.map(|(rule, _)| name(rule)).collect(),
                }
            }));
        }
        let trouble = self.trouble.clone();
        findings.extend(trouble.map(|trouble| Finding::NotTold { trouble }));
        StageSurvey {
            stage: place.stage.to_string(),
            pipelines: self.pipelines.clone(),
            is_told: self.is_told,
            records: self.records,
            rules,
            findings,
        }
    }
}

/// Paths that stand for a node, and have no cell of their own in some views.
fn is_a_whole(field: &str) -> bool {
    matches!(field, "metric" | "spanevent.time_unix_nano")
}

impl Rule {
    fn count(&self, effect: Effect) -> u64 {
        self.counts
            .get(place_of(effect))
            .copied()
            .unwrap_or_default()
    }

    fn told(&self, rule: &str, is_told: bool, name: impl Fn(&u32) -> String) -> RuleCounts {
        let matched = [
            Effect::Applied,
            Effect::Overridden,
            Effect::Spared,
            Effect::Idle,
        ];
        let matched = matched
            .into_iter()
            .fold(0_u64, |sum, effect| sum.saturating_add(self.count(effect)));
        RuleCounts {
            rule: rule.to_owned(),
            looked: is_told.then_some(self.looked),
            matched,
            applied: self.count(Effect::Applied),
            overridden: self.count(Effect::Overridden),
            spared: self.count(Effect::Spared),
            idle: self.count(Effect::Idle),
            failed: self.count(Effect::Failed),
            skipped: self.count(Effect::Skipped),
            records: self.records,
            by: self
                .by
                .iter()
                .map(|(rule, times)| (name(rule), *times))
                .collect(),
        }
    }

    fn finding(&self, counts: &RuleCounts) -> Option<Finding> {
        let rule = counts.rule.clone();
        let by = || counts.by.keys().cloned().collect::<Vec<_>>();
        let missed = self.count(Effect::Missed);
        let undone = counts.overridden.saturating_add(counts.spared);
        if counts.matched == 0 && counts.failed == 0 {
            return Some(match (missed, counts.skipped, counts.looked) {
                (0, 1.., _) => Finding::NeverAsked { rule, by: by() },
                (0, 0, Some(_)) => Finding::NeverLooks { rule },
                _ => Finding::NeverHits { rule },
            });
        }
        if counts.matched > 0 && counts.matched == undone {
            return Some(Finding::Shadowed { rule, by: by() });
        }
        let all = missed == 0
            && counts.failed == 0
            && counts.looked.is_some_and(|looked| looked >= FEW)
            && self.whole == counts.matched;
        all.then_some(Finding::MatchesEverything { rule })
    }
}

fn place_of(effect: Effect) -> usize {
    effect as usize
}
