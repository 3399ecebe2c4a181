//! Statements are refused or run, and say the same when they are run again.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("ottl"), |data: &[u8]| tollgate_fuzz::ottl(data));
