//! Numbers and texts as Go's standard library reads and writes them.
//!
//! The Collector is written in Go, and what it compares, hashes and exports depends on Go's spelling: `1e+21` and not `1e21`, `\u003c`
//! in place of `<`. Whatever a policy has to spell as the Collector does, it spells with this crate.

mod base64;
mod duration;
mod json;
mod math;
mod read;

pub use base64::Base64;
pub use duration::duration;
pub use json::{json_double, push_json_text};
pub use math::{ln, to_double, truncate};
pub use read::{parse_bool, parse_double, parse_int};

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    out
}
