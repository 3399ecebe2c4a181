//! Any outcome is refused or applied, and what comes of it is a request.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_record::Signal;
use tollgate_record::testing::{Dice, any_outcome, mangle, request};

fuzz_target!(|rolls: &[u8]| {
    let mut dice = Dice::new(rolls);
    let Some(signal) = dice.choose(&Signal::ALL).copied() else {
        return;
    };
    let wire = request(signal, &mut dice);
    let wire = mangle(signal, &wire, &mut dice);
    any_outcome(signal, &wire, &mut dice);
});
