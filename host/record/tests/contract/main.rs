//! What a stage may rely on, case by case.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod answer;
mod beyond;
mod changed;
mod grown;
mod judged;
mod malformed;
mod refused;
mod routed;
mod shown;
