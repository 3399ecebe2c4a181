//! Compressed bodies cost no more than the budget, and get to the gate as they were.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::admission(data));
