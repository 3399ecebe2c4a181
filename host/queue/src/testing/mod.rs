//! What proves the queue's promises: a disk that fails, ends at every point, and damage of every kind.
//!
//! [`abort_at_each_point`] and [`random_damage`] count what they find, for tests and for whoever prints a table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::missing_panics_doc,
    clippy::cast_possible_truncation,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a test may panic, and a promise that does not hold must be seen"
)]

mod damage;
mod disk;
mod points;
mod work;

use std::fmt;
use std::future::Future;

pub use damage::{edited, planted, random_damage};
pub use disk::{Ending, Fault, Operation, Simulated};
pub use points::{abort_at_each_point, fail_at_each_point};

/// What was found in so many runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Runs.
    pub runs: u64,
    /// Frames that were acknowledged and neither settled nor hit by damage, and did not come. Never.
    pub lost: u64,
    /// Frames that came with other bytes, another stamp, or out of order. Never.
    pub altered: u64,
    /// Frames that nobody put. Never.
    pub foreign: u64,
    /// Frames that came although they were settled, and their settlement was safe. Never.
    pub repeated: u64,
    /// Openings that failed. Never.
    pub refused: u64,
    /// Damage that a second opening told again. Never.
    pub retold: u64,
    /// Frames that came once more because a power cut or damage took their settlement.
    pub duplicates: u64,
    /// Frames that came as they were put.
    pub intact: u64,
}

impl Counts {
    /// Whether every promise held.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lost + self.altered + self.foreign + self.repeated + self.refused + self.retold == 0
    }

    /// All of these runs together.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.lost += other.lost;
        self.altered += other.altered;
        self.foreign += other.foreign;
        self.repeated += other.repeated;
        self.refused += other.refused;
        self.retold += other.retold;
        self.duplicates += other.duplicates;
        self.intact += other.intact;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            runs,
            lost,
            altered,
            foreign,
            repeated,
            refused,
            retold,
            duplicates,
            intact,
        } = self;
        write!(
            f,
            "{runs} runs: {intact} frames intact, {duplicates} twice; {lost} lost, {altered} altered, {foreign} foreign, {repeated} \
             repeated, {refused} openings refused, damage told twice {retold} times"
        )
    }
}

/// Runs to the end of a future, wherever the caller is.
fn wait<T: Send>(future: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime can be made");
            runtime.block_on(future)
        });
        thread.join().expect("a run does not panic")
    })
}
