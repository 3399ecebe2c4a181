//! Any outcome is refused or applied, and what comes of it is a request.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("outcome_check"), |data: &[u8]| tollgate_fuzz::outcome_check(data));
