//! What the tests of the whole share: a gate as a process, clients that speak to it, and the telemetry they send.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    clippy::format_push_string,
    reason = "a test that cannot go on should say so and stop"
)]

pub mod browser;
pub mod canaries;
pub mod chaos;
pub mod client;
pub mod evidence;
pub mod gate;
pub mod grpc;
pub mod prometheus;
pub mod sink;
pub mod telemetry;
pub mod typed;
