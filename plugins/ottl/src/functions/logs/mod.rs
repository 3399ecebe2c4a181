//! Formats of logs. Upstream has these functions for the context of logs alone.

mod cef;
mod clf;
mod elf;
mod leef;

use crate::Function;
use crate::value::{Entries, Text};
use crate::{Error, Value};

pub(super) const LIST: &[&Function] = &[
    &cef::PARSE_CEF,
    &clf::PARSE_CLF,
    &elf::PARSE_ELF,
    &leef::PARSE_LEEF,
];

fn put<'e>(entries: &mut Entries<'e>, key: &'static str, value: impl Into<Value<'e>>) {
    crate::value::put(entries, Text::Borrowed(key), value.into());
}

/// Text of which a part may be bytes that are no UTF-8.
fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

const EMPTY: Error = Error::failed("cannot parse an empty message");
