//! The SDK's contract, through its public interface and the real batch.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod beyond;
mod billing;
mod configuration;
mod edits;
mod host;
mod reading;
mod values;
mod whole_batch;
