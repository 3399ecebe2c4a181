//! What a case costs: instructions and memory, which are the same wherever it runs.

use crate::model::Case;
use crate::output::Produced;
use crate::run::Failure;

/// What was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Instructions a record, of all policies together.
    pub(crate) fuel_per_record: Option<u64>,
    /// The most bytes that a policy held.
    pub(crate) memory: u64,
}

impl Spent {
    pub(crate) fn of(produced: &Produced) -> Self {
        let calls = || {
            let visits = produced.passages().flat_map(|passage| &passage.visits);
            visits.flat_map(|visit| &visit.calls)
        };
        // A call that was not counted makes the sum worthless.
        let fuel: Option<u64> = calls()
            .map(|call| call.fuel)
            .try_fold(0_u64, |sum, fuel| Some(sum.saturating_add(fuel?)));
        let records = u64::from(produced.records()).max(1);
        Self {
            fuel_per_record: fuel.map(|fuel| fuel.div_ceil(records)),
            memory: calls().map(|call| call.memory).max().unwrap_or_default(),
        }
    }
}

/// What a case uses more of than it may.
pub(crate) fn cost(case: &Case, plain: Spent, metered: Option<Spent>) -> Vec<Failure> {
    let mut failures = Vec::new();
    if let Some(most) = &case.expect.fuel_per_record {
        match metered.and_then(|spent| spent.fuel_per_record) {
            Some(fuel) if fuel <= most.value => {}
            Some(fuel) => failures.push(Failure::new(
                most.place,
                format!(
                    "a record costs {fuel} instructions, and {} is the most",
                    most.value
                ),
            )),
            None => failures.push(Failure::new(
                most.place,
                "the instructions of this case were not counted",
            )),
        }
    }
    if let Some(most) = &case.expect.memory
        && plain.memory > most.value
    {
        failures.push(Failure::new(
            most.place,
            format!(
                "a policy holds {} bytes of memory, and {} is the most",
                plain.memory, most.value
            ),
        ));
    }
    failures
}
