//! What tests, fuzzers and benches of the batch share: requests, a second opinion from `prost`, and the laws between the two.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::missing_panics_doc,
    reason = "a test may panic, and a law that does not hold must"
)]

mod codex;
mod cut;
mod dice;
mod edits;
mod grown;
mod laws;
mod mangle;
mod model;
mod requests;
mod views;

pub use codex::codex_like;
pub use cut::parted;
pub use dice::Dice;
pub use edits::edited;
pub use grown::grown;
pub use laws::{any_bytes, any_outcome, exact_reads, untouched};
pub use mangle::mangle;
pub use requests::request;

use std::sync::Arc;

use bytes::Bytes;

use crate::{Access, Batch, Fields, Limits, Malformed, Signal};

/// Every field there is, with every leaf of every nested value.
#[must_use]
pub fn everything(signal: Signal) -> Fields {
    let paths: Vec<String> = crate::schema::SLOTS
        .iter()
        .filter(|slot| slot.belongs_to(signal) && slot.form != crate::schema::Form::Whole)
        .map(|slot| match slot.form {
            crate::schema::Form::Attributes | crate::schema::Form::Any => {
                format!("{}[**]", slot.path)
            }
            _ => slot.path.to_owned(),
        })
        .collect();
    Fields::parse(signal, &paths).expect("the table's own paths")
}

/// Access to all of that.
#[must_use]
pub fn full_access(signal: Signal) -> Access {
    Access {
        reads: everything(signal),
        writes: everything(signal),
        drops: true,
        adds: false,
    }
}

/// Indexes a request with default limits and nothing known about the client.
pub fn index(signal: Signal, wire: &[u8], wanted: &Fields) -> Result<Batch, Malformed> {
    Batch::index(
        signal,
        Bytes::copy_from_slice(wire),
        Arc::default(),
        wanted,
        &Limits::default(),
    )
}
