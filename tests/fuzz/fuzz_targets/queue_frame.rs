//! A folder of the queue hands out frames that were put, and no other.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("queue_frame"), |data: &[u8]| tollgate_fuzz::queue_frame(data));
