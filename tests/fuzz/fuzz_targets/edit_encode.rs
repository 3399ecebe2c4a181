//! Edits are what the same edits make of the structs that `prost` decodes.

#![no_main]

libfuzzer_sys::fuzz_target!(init: tollgate_fuzz::seeds::write("edit_encode"), |data: &[u8]| tollgate_fuzz::edit_encode(data));
