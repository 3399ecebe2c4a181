//! From a configuration's text to a trial: everything that is wrong with it at its place, as the gate itself would say.

use tollgate_config::{
    Config, Diagnostics, Examined, KnownPolicies, Location, Surroundings, examine,
};
use tollgate_pipeline::{PlanProblem, StockPolicies, identify};
use tollgate_sandbox::Sandbox;

use crate::{Options, Scope, Trial, TrialError};

/// The instance of the program that policies are told of: the same whenever something is tried.
const INSTANCE: &str = "00000000-0000-4000-8000-000000000000";

/// The policies that ship with the program.
pub trait Stock: KnownPolicies + StockPolicies {}

impl<T: KnownPolicies + StockPolicies> Stock for T {}

/// What a configuration is read and tried with.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    /// Files and variables that it may refer to.
    pub around: &'a dyn Surroundings,
    /// Policies that it may name.
    pub stock: &'a dyn Stock,
    /// Where they run.
    pub sandbox: &'a Sandbox,
    /// Whether the policies answer as the Collector's do.
    pub compat_collector: bool,
}

/// A configuration that can be tried.
#[derive(Debug)]
pub struct Opened {
    /// Made ready.
    pub trial: Trial,
    /// What it means.
    pub config: Config,
    /// What is probably not meant so.
    pub warnings: Diagnostics,
}

/// Why a configuration cannot be tried.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is wrong.
    #[error("{}", .0.render(false).trim_end())]
    Wrong(Diagnostics),
    /// What is to be tried of it is not there.
    #[error(transparent)]
    Trial(#[from] TrialError),
}

impl Opening<'_> {
    /// Reads a configuration, and makes `scope` of it ready.
    pub fn open(
        &self,
        locations: &[Location],
        scope: &Scope,
        options: Options,
    ) -> Result<Opened, OpenError> {
        self.open_confined(locations, scope, options, &|_| Vec::new())
    }

    /// Likewise, where a configuration may not do everything: `confine` bounds what it asks for, and says what is refused.
    pub fn open_confined(
        &self,
        locations: &[Location],
        scope: &Scope,
        options: Options,
        confine: &dyn Fn(&mut Config) -> Vec<PlanProblem>,
    ) -> Result<Opened, OpenError> {
        let read = tollgate_config::Options {
            compat_collector: self.compat_collector,
        };
        let Examined {
            mut config,
            mut found,
            map,
        } = examine(locations, self.around, self.stock, &read).map_err(OpenError::Wrong)?;
        identify(&mut config, INSTANCE);
        let refused = confine(&mut config);
        if !refused.is_empty() {
            found.extend(refused.iter().map(|problem| problem.diagnostic(&map)));
            found.sort();
            return Err(OpenError::Wrong(found));
        }
        // Where something is wrong the configuration holds the policies alone, which have their own say in the same report.
        let all = if found.has_errors() {
            &Scope::Whole
        } else {
            scope
        };
        let trial = match Trial::new(&config, all, self.sandbox, self.stock, options) {
            Ok(trial) => trial,
            Err(TrialError::Plan(problems)) => {
                found.extend(problems.iter().map(|problem| problem.diagnostic(&map)));
                found.sort();
                return Err(OpenError::Wrong(found));
            }
            Err(other) => return Err(other.into()),
        };
        for stage in trial.stages() {
            found.extend(stage.warnings(&map));
        }
        found.sort();
        if found.has_errors() {
            return Err(OpenError::Wrong(found));
        }
        Ok(Opened {
            trial,
            config,
            warnings: found,
        })
    }
}
