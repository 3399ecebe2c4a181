//! Values as the Collector writes them as text, and numbers as it reads them from text.
//!
//! Conditions that compare text with an attribute that is a number, conversions, and hashes of attributes all depend on how a
//! value is spelled. The Collector is written in Go, and its spelling is Go's: `1e+21` and not `1e21`, `Infinity` in one place
//! and `+Inf` in another. What these functions return is what the Collector's would, byte for byte.

mod text;

pub use text::{decimal, double, json, text};
pub use tollgate_go::{parse_double, parse_int};
