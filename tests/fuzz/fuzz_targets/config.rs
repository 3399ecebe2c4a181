//! A configuration is refused or means the same when it is printed and loaded again.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("config"), |data: &[u8]| tollgate_fuzz::config(data));
