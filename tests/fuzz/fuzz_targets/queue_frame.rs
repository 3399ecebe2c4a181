//! A folder of the queue hands out frames that were put, and no other.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::queue_frame(data));
