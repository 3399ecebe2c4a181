//! Lists and maps as the OTLP `AnyValue` messages they came in: read step by step, without being decoded.

use super::{Bytes, List, Map, Text, Value};

/// The numbers of the fields of `AnyValue`.
mod number {
    pub(super) const TEXT: u64 = 1;
    pub(super) const BOOL: u64 = 2;
    pub(super) const INT: u64 = 3;
    pub(super) const DOUBLE: u64 = 4;
    pub(super) const LIST: u64 = 5;
    pub(super) const MAP: u64 = 6;
    pub(super) const BYTES: u64 = 7;
}

/// The value that an `AnyValue` message holds: of several, as of any `oneof`, the last. Reading ends where the message is cut.
pub(super) fn value(message: &[u8]) -> Value<'_> {
    let Some((field, wire)) = Fields { rest: message }.last() else {
        return Value::Nil;
    };
    match (field, wire) {
        (number::TEXT, Wire::Bytes(bytes)) => str::from_utf8(bytes)
            .map_or(Value::Bytes(Bytes::Borrowed(bytes)), |text| {
                Value::Text(Text::Borrowed(text))
            }),
        (number::BOOL, Wire::Number(number)) => Value::Bool(number != 0),
        (number::INT, Wire::Number(number)) => Value::Int(number.cast_signed()),
        (number::DOUBLE, Wire::Fixed(bits)) => Value::Double(f64::from_bits(bits)),
        (number::LIST, _) => Value::List(List::wire(message)),
        (number::MAP, _) => Value::Map(Map::wire(message)),
        (number::BYTES, Wire::Bytes(bytes)) => Value::Bytes(Bytes::Borrowed(bytes)),
        _ => Value::Nil,
    }
}

/// The values of the list that an `AnyValue` message holds.
pub(super) fn items(message: &[u8]) -> impl Iterator<Item = Value<'_>> + use<'_> {
    elements(message, number::LIST).map(value)
}

/// The entries of the map that an `AnyValue` message holds, doubled keys too.
pub(super) fn entries(message: &[u8]) -> impl Iterator<Item = (&str, Value<'_>)> + use<'_> {
    elements(message, number::MAP).map(entry)
}

fn elements(message: &[u8], kind: u64) -> impl Iterator<Item = &[u8]> + use<'_> {
    let lists = Fields { rest: message }.filter_map(move |field| payload(field, kind));
    lists.flat_map(|list| Fields { rest: list }.filter_map(|field| payload(field, 1)))
}

fn payload((field, wire): (u64, Wire<'_>), wanted: u64) -> Option<&[u8]> {
    match wire {
        Wire::Bytes(bytes) if field == wanted => Some(bytes),
        _ => None,
    }
}

/// A `KeyValue`. A key that is not UTF-8, which no sender of OTLP may send, reads as U+FFFD.
fn entry(message: &[u8]) -> (&str, Value<'_>) {
    let mut key = "";
    let mut held = Value::Nil;
    for field in (Fields { rest: message }) {
        if let Some(bytes) = payload(field, 1) {
            key = str::from_utf8(bytes).unwrap_or("\u{fffd}");
        } else if let Some(bytes) = payload(field, 2) {
            held = value(bytes);
        }
    }
    (key, held)
}

#[derive(Clone, Copy)]
enum Wire<'a> {
    Number(u64),
    Fixed(u64),
    Bytes(&'a [u8]),
    Other,
}

/// The fields of a message, up to its end or to the first byte that cannot be right.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Wire<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = self.varint()?;
        let wire = match tag & 7 {
            0 => Wire::Number(self.varint()?),
            1 => Wire::Fixed(u64::from_le_bytes(*self.take(8)?.first_chunk()?)),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Wire::Bytes(self.take(length)?)
            }
            5 => {
                self.take(4)?;
                Wire::Other
            }
            _ => return None,
        };
        Some((tag >> 3, wire))
    }
}

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}
