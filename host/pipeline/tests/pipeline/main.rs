//! The data path through its public seam: a configuration, requests over HTTP, and what comes out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::too_many_lines,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic, and documents by its name"
)]

mod batch;
mod delivery;
mod ensure;
mod failing;
mod graph;
mod laws;
mod limiter;
mod places;
mod support;
