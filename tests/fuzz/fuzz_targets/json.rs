//! OTLP/JSON means what `prost` decodes from the protobuf that it becomes.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("json"), |data: &[u8]| tollgate_fuzz::json(data));
