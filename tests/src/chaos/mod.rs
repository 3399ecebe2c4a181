//! Faults on purpose, and promises counted exactly.
//!
//! A scenario sets a gate up as a process, puts it under load, breaks something, and compares what was acknowledged with what
//! destinations have, record by record. Everything that is random follows from a seed, which is printed with every broken promise.

#![allow(
    clippy::cast_precision_loss,
    reason = "rates and sizes are told with a few digits"
)]

pub mod confine;
pub mod conservation;
pub mod load;
pub mod records;
pub mod scenarios;
pub mod setup;
pub mod sink;
pub mod stand;
pub mod table;
pub mod tally;

use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;

use fastrand::Rng;

use tally::Tally;

/// So many runs are told of as they come.
const PROGRESS: u64 = 20;

/// What a run has at hand.
#[derive(Debug, Clone)]
pub struct Bench {
    /// The binary that is tried.
    pub binary: PathBuf,
    /// Where this run's chances come from.
    pub random: Rng,
    /// The run's number.
    pub run: u64,
    /// Whether time is short.
    pub is_short: bool,
}

/// A run under way.
pub type Run = Pin<Box<dyn Future<Output = Tally> + Send>>;

/// A fault, and how often it is tried.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Its name, to ask for it alone.
    pub name: &'static str,
    /// What is broken.
    pub fault: &'static str,
    /// Runs of the whole table, and of its short form.
    pub runs: (u64, u64),
    /// One run.
    pub run: fn(Bench) -> Run,
}

impl std::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scenario")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Scenario {
    /// Tries these runs of a seed, and says each broken promise as it comes.
    pub async fn try_out(
        &self,
        binary: PathBuf,
        seed: u64,
        runs: Range<u64>,
        is_short: bool,
        say: fn(&str),
    ) -> Tally {
        let mut tally = Tally::default();
        let end = runs.end;
        for run in runs {
            let own_seed = seed.wrapping_add(run.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let bench = Bench {
                binary: binary.clone(),
                random: Rng::with_seed(own_seed),
                run,
                is_short,
            };
            // A task of its own, so that one that panics is a broken promise like any other.
            let mut of_run = match tokio::spawn((self.run)(bench)).await {
                Ok(tally) => tally,
                Err(error) => {
                    let mut tally = Tally::default();
                    tally.violation(panic_text(error));
                    tally
                }
            };
            of_run.runs = of_run.runs.max(1);
            for word in &of_run.violations {
                say(&format!("{}, run {run} of seed {seed}: {word}", self.name));
            }
            tally.join(of_run);
            if (run + 1).is_multiple_of(PROGRESS) {
                say(&format!("{}: {} of {end}", self.name, run + 1));
            }
        }
        tally
    }
}

fn panic_text(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else {
        return "the run was cancelled".to_owned();
    };
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_else(|| "the run panicked".to_owned())
}
