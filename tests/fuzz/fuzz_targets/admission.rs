//! Compressed bodies cost no more than the budget, and get to the gate as they were.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("admission"), |data: &[u8]| tollgate_fuzz::admission(data));
