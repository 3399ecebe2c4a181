//! No planted secret survives the redaction.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("redaction"), |data: &[u8]| tollgate_fuzz::redaction(data));
