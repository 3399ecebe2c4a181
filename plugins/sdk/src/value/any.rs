//! Reading an OTLP `AnyValue` message in place.

use super::Value;

/// An array or a map as the OTLP `AnyValue` message it came in: read step by step, without being decoded.
///
/// The host has checked the message. Should one be cut all the same, reading ends where it does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AnyValue<'a> {
    message: &'a [u8],
}

impl std::fmt::Debug for AnyValue<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "AnyValue({} bytes)", self.message.len())
    }
}

impl<'a> AnyValue<'a> {
    /// Over the bytes of an `AnyValue` message.
    #[must_use]
    pub const fn new(message: &'a [u8]) -> Self {
        Self { message }
    }

    /// The message.
    #[must_use]
    pub const fn bytes(self) -> &'a [u8] {
        self.message
    }

    /// The values of an array, in order; nothing where it is none.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        self.elements(number::ARRAY)
            .map(|item| AnyValue::new(item).value())
    }

    /// The entries of a map, in order, doubled keys too; nothing where it is none.
    pub fn entries(self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        self.elements(number::MAP).map(entry)
    }

    /// The value of the first entry of a map with this key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.entries()
            .find(|(candidate, _)| *candidate == key)
            .map(|(_, value)| value)
    }

    /// The value that the message holds: of several, as of any `oneof`, the last.
    #[must_use]
    pub fn value(self) -> Value<'a> {
        Fields { rest: self.message }
            .last()
            .map_or(Value::Empty, |field| self.interpret(field))
    }

    fn interpret(self, (field, wire): (u64, Wire<'a>)) -> Value<'a> {
        match (field, wire) {
            (number::TEXT, Wire::Bytes(bytes)) => {
                str::from_utf8(bytes).map_or(Value::Bytes(bytes), Value::Text)
            }
            (number::BOOLEAN, Wire::Number(number)) => Value::Boolean(number != 0),
            (number::INT, Wire::Number(number)) => Value::Int(number.cast_signed()),
            (number::DOUBLE, Wire::Fixed(number)) => Value::Double(f64::from_bits(number)),
            (number::ARRAY, _) => Value::Array(self),
            (number::MAP, _) => Value::Map(self),
            (number::BYTES, Wire::Bytes(bytes)) => Value::Bytes(bytes),
            _ => Value::Empty,
        }
    }

    /// The elements of the list that field `kind` of the message holds.
    fn elements(self, kind: u64) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let lists = Fields { rest: self.message }.filter_map(move |field| payload(field, kind));
        lists.flat_map(|list| Fields { rest: list }.filter_map(|field| payload(field, 1)))
    }
}

/// The numbers of the fields of `AnyValue`.
pub(super) mod number {
    pub(in crate::value) const TEXT: u64 = 1;
    pub(in crate::value) const BOOLEAN: u64 = 2;
    pub(in crate::value) const INT: u64 = 3;
    pub(in crate::value) const DOUBLE: u64 = 4;
    pub(in crate::value) const ARRAY: u64 = 5;
    pub(in crate::value) const MAP: u64 = 6;
    pub(in crate::value) const BYTES: u64 = 7;
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
    let mut value = Value::Empty;
    for field in (Fields { rest: message }) {
        if let Some(bytes) = payload(field, 1) {
            key = str::from_utf8(bytes).unwrap_or("\u{fffd}");
        } else if let Some(bytes) = payload(field, 2) {
            value = AnyValue::new(bytes).value();
        }
    }
    (key, value)
}

/// What a field holds, by its wire type.
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
