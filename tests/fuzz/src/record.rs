//! The batch: what it reads, what it makes of edits, and what it lets a policy do.

use tollgate_record::Signal;
use tollgate_record::testing::{
    Dice, any_bytes, any_outcome, edited, exact_reads, mangle, request, untouched,
};

/// Any bytes are a request or an error, and a request that nobody edits keeps its bytes.
pub fn index(data: &[u8]) {
    for signal in Signal::ALL {
        any_bytes(signal, data);
    }
}

/// Edits are what the same edits make of the structs that `prost` decodes.
pub fn edit_encode(data: &[u8]) {
    let mut dice = Dice::new(data);
    let (signal, wire) = unusual(&mut dice);
    untouched(signal, &wire);
    edited(signal, &wire, &mut dice.clone());
    exact_reads(signal, &wire, &mut dice);
}

/// Any outcome is refused or applied, and what comes of it is a request.
pub fn outcome_check(data: &[u8]) {
    let mut dice = Dice::new(data);
    let (signal, wire) = unusual(&mut dice);
    any_outcome(signal, &wire, &mut dice);
}

/// A request that is well-formed in a way that no encoder would write it.
fn unusual(dice: &mut Dice<'_>) -> (Signal, Vec<u8>) {
    let signal = Signal::ALL[dice.below(Signal::ALL.len())];
    let wire = request(signal, dice);
    (signal, mangle(signal, &wire, dice))
}
