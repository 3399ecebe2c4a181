//! Any bytes are a request or an error, and a request that nobody edits keeps its bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("index"), |data: &[u8]| tollgate_fuzz::index(data));
