//! For tests: runs a policy on cases that say what the Collector answers.
//!
//! A case is one JSON object: configuration, signal, input, and what the real Collector made of it. A file holds one case a line.
//! The policy runs in the SDK's harness, so on the real batch, under [`Compat::Collector`]. A case must give the Collector's answer,
//! or stand in `docs/differences.md` with its reason: a table row there that begins with the case's name in back-ticks.
//!
//! ```no_run
//! # struct Mine;
//! # impl tollgate_sdk::Policy for Mine {
//! #     type Config = tollgate_sdk::NoConfig;
//! #     fn describe() -> tollgate_sdk::Description { tollgate_sdk::Description::new("mine", "1.0.0", "") }
//! #     fn configure(_: Self::Config, _: &mut tollgate_sdk::Setup) -> Result<Self, Vec<tollgate_sdk::Problem>> { Ok(Mine) }
//! # }
//! let report = tollgate_conformance::run::<Mine>("[]", "").unwrap();
//! assert!(report.failures.is_empty(), "{report}");
//! ```

mod answer;
mod case;
mod metrics;
mod normal;
mod report;

use tollgate_sdk::{Compat, Policy};

pub use answer::{Answer, answer};
pub use case::{Case, RoutedRequest};
pub use normal::normal;
pub use report::Report;

/// Runs all cases of a file, and tells those that pass from those that `differences` lists and those that fail.
pub fn run<P: Policy>(cases: &str, differences: &str) -> Result<Report, serde_json::Error> {
    run_with(cases, differences, |case| {
        answer::<P>(case, Compat::Collector)
    })
}

/// Likewise, with answers of the caller's making.
pub fn run_with(
    cases: &str,
    differences: &str,
    mut answer: impl FnMut(&Case) -> Answer,
) -> Result<Report, serde_json::Error> {
    let mut report = Report::default();
    for line in cases.lines().filter(|line| !line.trim().is_empty()) {
        let case: Case = serde_json::from_str(line)?;
        report.add(&case, &answer(&case), differences);
    }
    Ok(report)
}
