//! What one batch needs, and what becomes of it.

use std::collections::BTreeMap;

use tollgate_metrics::{Derived, Labels};
use tollgate_ottl::Error;
use tollgate_sdk::{Batch, Compat, NodeKind, NodeView, Problem, Rule, Setup, Signal, Verdict};
use tollgate_statements::Scene;

use crate::{Layouts, Plans, Resources};

/// What is kept from batch to batch so that nothing is made anew.
#[derive(Debug)]
pub struct Workspace {
    resources: Resources,
    labels: Labels,
    layouts: Layouts,
    /// Whether an error fails the whole batch, as it does in the Collector.
    whole: bool,
}

/// A batch while it is gone through.
#[derive(Debug)]
pub struct Tally<'t, 'd> {
    /// The metrics.
    pub derived: &'t mut Derived<'d>,
    /// Their resources.
    pub resources: &'t mut Resources,
    /// A place for attributes.
    pub labels: &'t mut Labels,
    /// What could not be judged.
    pub failures: Failures,
}

/// Records that could not be judged, with the rule that could not.
#[derive(Debug, Default)]
pub struct Failures {
    records: BTreeMap<u32, Rule>,
    first: Option<Error>,
}

impl Failures {
    /// Adds the record that a node belongs to; those of a metric, where it is one.
    pub fn add(&mut self, node: &NodeView<'_>, rule: Rule, error: Error) {
        self.first.get_or_insert(error);
        match node.kind() {
            kind if kind.is_record() => {
                self.records.entry(node.index()).or_insert(rule);
            }
            NodeKind::Metric => {
                for record in node.children() {
                    self.records.entry(record.index()).or_insert(rule);
                }
            }
            _ => {
                let record = node.ancestor_index(node.signal().record_kind());
                self.records
                    .entry(record.unwrap_or_default())
                    .or_insert(rule);
            }
        }
    }
}

impl Workspace {
    /// For a policy under this configuration. Declares what its OTTL reads.
    #[must_use]
    pub fn new(plans: Plans, setup: &mut Setup) -> Self {
        Self {
            resources: Resources::default(),
            labels: Labels::default(),
            layouts: plans.finish(setup),
            whole: setup.compat() == Compat::Collector,
        }
    }

    /// Goes through a batch, emits the metrics that come of it, and fails the records that could not be judged.
    pub fn run<'e, 'b: 'e, 'd>(
        &'e mut self,
        batch: &mut Batch<'b>,
        mut derived: Derived<'d>,
        work: impl FnOnce(&mut Batch<'b>, &mut Tally<'_, 'd>, &mut Scene<'e>),
    ) -> Result<(), String> {
        let Self {
            resources,
            labels,
            layouts,
            whole,
        } = self;
        resources.start();
        let mut scene = layouts.scene(batch);
        let mut tally = Tally {
            derived: &mut derived,
            resources,
            labels,
            failures: Failures::default(),
        };
        work(batch, &mut tally, &mut scene);
        let Failures { records, first } = tally.failures;
        if let (Some(error), true) = (first, *whole) {
            return Err(error.to_string());
        }
        for (record, rule) in records {
            batch.judge(record, Verdict::Fail(rule));
        }
        if let Some(request) = derived.encode(batch.now()) {
            batch.emit(Signal::Metrics, request);
        }
        Ok(())
    }
}

/// Warns where a configuration has a section for profiles: they do not come here, so that nothing is counted.
pub fn warn_of_profiles(profiles: Option<&serde_json::Value>, setup: &mut Setup) {
    if profiles.is_some() {
        let problem = Problem::at(
            "/profiles",
            "profiles are not handled here: this section does nothing",
        );
        setup.warn(problem.help("take it out"));
    }
}
