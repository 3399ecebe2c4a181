//! The policy: sums section by section, and emits the metrics of a batch.

use tollgate_metrics::{Definition, Derived};
use tollgate_sdk::{Batch, Compat, Description, Policy, Problem, Setup, Signal};
use tollgate_tally::{Plans, Resources, Section, Workspace};

use crate::config::{Arithmetic, Written};
use crate::summer::Summer;

/// The Collector's connector gives its scope no name.
const SCOPE: &str = "";

/// Adds up what comes in.
#[derive(Debug)]
pub struct Sum {
    definitions: Vec<Definition>,
    summers: Vec<Summer>,
    workspace: Workspace,
}

impl Policy for Sum {
    type Config = Written;

    fn describe() -> Description {
        let summary = "Adds up an attribute of spans, span events, data points and log records, by attributes and under conditions.";
        Description::new("sum", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(mut written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let arithmetic = written.arithmetic.unwrap_or(match setup.compat() {
            Compat::Collector => Arithmetic::Upstream,
            Compat::Tollgate => Arithmetic::Exact,
        });
        let mut problems = Vec::new();
        let mut definitions = Vec::new();
        let mut plans = Plans::of_conditions();
        let mut summers = Vec::new();
        for section in Section::ALL {
            let sums = written.take(*section, &mut problems);
            if !sums.is_empty() {
                Resources::declare(&[section.signal()], setup);
                summers.push(Summer::configure(
                    *section,
                    sums,
                    arithmetic,
                    &mut definitions,
                    &mut plans,
                    setup,
                    &mut problems,
                ));
            }
        }
        tollgate_tally::warn_of_profiles(written.profiles.as_ref(), setup);
        setup.takes(Signal::ALL);
        setup.emits(&[Signal::Metrics]);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            definitions,
            summers,
            workspace: Workspace::new(plans, setup),
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let derived = Derived::new(SCOPE, &self.definitions);
        let summers = &self.summers;
        let signal = batch.signal();
        self.workspace.run(batch, derived, |batch, tally, scene| {
            for summer in summers
                .iter()
                .filter(|summer| summer.section.signal() == signal)
            {
                summer.sum(batch, tally, scene);
            }
        })
    }
}
