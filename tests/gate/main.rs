//! The whole, from outside: the binary with a configuration, clients that speak to it, and the files it wrote.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::format_push_string,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may panic, and say what it counted"
)]

mod access;
mod capture;
mod cases;
mod chaos;
mod codex;
mod command_line;
mod commands;
mod cookbook;
mod delivery;
mod diff;
mod documents;
mod explain;
mod followed;
mod forge;
mod hostile;
mod interface;
mod languages;
mod leaks;
mod machine;
mod malformed;
mod metrics;
mod mistakes;
mod peer;
mod pipelines;
mod playground;
mod redaction;
mod rehearsal;
mod reload;
mod service;
mod statements;
mod telemetry;
mod tls;
mod r#try;
