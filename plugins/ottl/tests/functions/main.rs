//! Tables of what other programs made of the same: a Collector's functions and comparisons, Go's `Sprintf`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a test may panic"
)]

mod compare;
mod expressions;
mod format;
mod hostile;
mod parse;
mod rows;
mod table;
