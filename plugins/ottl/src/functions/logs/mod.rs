//! Formats of logs. Upstream has these functions for the context of logs alone.

mod cef;
mod clf;
mod elf;
mod leef;

use crate::value::{Entries, Text};
use crate::{Call, Error, Function, Value};

pub(super) const LIST: &[&Function] = &[
    &cef::PARSE_CEF,
    &clf::PARSE_CLF,
    &elf::PARSE_ELF,
    &leef::PARSE_LEEF,
];

/// The text that a call is to read.
fn message<'e>(call: &mut Call<'_, 'e>) -> Result<Text<'e>, Error> {
    let text = call.text(0)?;
    if text.is_empty() {
        return Err(Error::failed("cannot parse an empty message"));
    }
    Ok(text)
}

fn put<'e>(entries: &mut Entries<'e>, key: &'static str, value: impl Into<Value<'e>>) {
    crate::value::put(entries, Text::Borrowed(key), value.into());
}

/// Text of which a part may be bytes that are no UTF-8.
fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
