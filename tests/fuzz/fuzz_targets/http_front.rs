//! Whatever a client sends, it is answered or hung up on, and nothing of it stays.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("http_front"), |data: &[u8]| tollgate_fuzz::http_front(data));
