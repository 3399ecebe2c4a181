//! Finds secrets and personal data in texts: mail addresses, card numbers, keys of clouds, passwords in commands.
//!
//! A [`Detector`] has a name that people know the thing by, and knows more about it than a pattern can say: a card number has a check
//! digit, an IBAN a remainder, a JWT a header that is JSON. [`Detectors`] looks for any number of them in one pass. Each has a rare byte
//! that it must contain (`@`, `_`, the `J` of `eyJ`), so that a text without one costs a table look-up for each byte; behind such an
//! anchor a detector looks no further than a fixed distance, or not twice at the same bytes, so that the time is linear in the text.
//!
//! [`Decoder`] finds what stands in texts in another form: URL-encoded, in base64, in a string of JSON, and each within another.
//!
//! How often they are right is measured on the texts in `labelled/`, and said in `docs/detectors.md`.

mod base64;
mod bytes;
mod decode;

mod detector;
mod detectors;
mod find;
pub mod rules;
mod shape;

pub use decode::{Decoder, Form, Hit};
pub use detector::{Detector, UnknownDetector};
pub use find::{Detectors, Finding};
pub use shape::is_plain;
