//! The policy: counts section by section, and emits the metrics of a batch.

use tollgate_metrics::{Definition, Derived};
use tollgate_sdk::{Batch, Description, Policy, Problem, Setup, Signal};
use tollgate_tally::{Plans, Resources, Section, Workspace};

use crate::config::{Written, counts};
use crate::counter::Counter;

/// The scope of the metrics: the Collector's name for it, so that dashboards find them.
const SCOPE: &str =
    "github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector";

/// Counts what comes in.
#[derive(Debug)]
pub struct Count {
    definitions: Vec<Definition>,
    counters: Vec<Counter>,
    workspace: Workspace,
}

impl Policy for Count {
    type Config = Written;

    fn describe() -> Description {
        let summary = "Counts spans, span events, metrics, data points and log records, by attributes and under conditions.";
        Description::new("count", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(mut written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut definitions = Vec::new();
        let mut plans = Plans::of_conditions();
        let mut counters = Vec::new();
        for section in Section::ALL {
            let counts = counts(&mut written, *section, &mut problems);
            counters.push(Counter::configure(
                *section,
                counts,
                &mut definitions,
                &mut plans,
                setup,
                &mut problems,
            ));
        }
        tollgate_tally::warn_of_profiles(written.profiles.as_ref(), setup);
        Resources::declare(Signal::ALL, setup);
        setup.emits(&[Signal::Metrics]);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            definitions,
            counters,
            workspace: Workspace::new(plans, setup),
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let derived = Derived::new(SCOPE, &self.definitions);
        let counters = &self.counters;
        let signal = batch.signal();
        self.workspace.run(batch, derived, |batch, tally, scene| {
            for counter in counters
                .iter()
                .filter(|counter| counter.section.signal() == signal)
            {
                counter.count(batch, tally, scene);
            }
        })
    }
}
