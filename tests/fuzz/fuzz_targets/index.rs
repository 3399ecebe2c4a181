//! Any bytes are a request or an error, and a request that nobody edits keeps its bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_record::Signal;
use tollgate_record::testing::any_bytes;

fuzz_target!(|wire: &[u8]| {
    for signal in Signal::ALL {
        any_bytes(signal, wire);
    }
});
