//! Edits are what the same edits make of the structs that `prost` decodes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_record::Signal;
use tollgate_record::testing::{Dice, edited, exact_reads, mangle, request, untouched};

fuzz_target!(|rolls: &[u8]| {
    let mut dice = Dice::new(rolls);
    let Some(signal) = dice.choose(&Signal::ALL).copied() else {
        return;
    };
    let wire = request(signal, &mut dice);
    let wire = mangle(signal, &wire, &mut dice);
    untouched(signal, &wire);
    edited(signal, &wire, &mut dice.clone());
    exact_reads(signal, &wire, &mut dice);
});
