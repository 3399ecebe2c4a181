//! Post-conditions: what must not be left in a request when it leaves the gate, whatever its policies did.
//!
//! A [`Rule`] is asked about the encoded bytes, as a destination would get them: they are indexed anew, and every text is looked at
//! where it stands. Nothing is shared with the sandbox, nor with the overlay that policies edit, so that a defect of either is seen
//! here. The patterns are Go's, as everywhere in the configuration.
//!
//! What is looked at: every text of the request, keys of attributes and of maps, and bytes that are UTF-8. Numbers, ids and fields
//! that OTLP does not know are not.
//!
//! The crate is pure: no I/O, no wasm, no async.

mod masks;
mod path;
mod redaction;
mod rule;
mod scan;

pub use rule::{Rule, RuleError};
pub use scan::{Breach, Found, scan, without};
