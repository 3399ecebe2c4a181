//! Protobuf's wire format, as far as OTLP uses it.

use tollgate_sdk::Value;

use crate::Malformed;
use crate::model::Buckets;

/// The value of a field, as the wire has it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32,
    Bytes(&'a [u8]),
}

/// A field of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) number: u64,
    pub(crate) wire: Wire<'a>,
    /// The whole field with its tag: what is kept of a field that this crate does not know.
    pub(crate) raw: &'a [u8],
}

/// The fields of a message, one after the other. It ends after the first that cannot be read.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn read(&mut self) -> Option<Field<'a>> {
        let start = self.rest;
        let tag = take_varint(&mut self.rest)?;
        let wire = match tag & 7 {
            0 => Wire::Varint(take_varint(&mut self.rest)?),
            1 => Wire::Fixed64(u64::from_le_bytes(take_array(&mut self.rest)?)),
            2 => {
                let length = usize::try_from(take_varint(&mut self.rest)?).ok()?;
                Wire::Bytes(take(&mut self.rest, length)?)
            }
            5 => {
                take(&mut self.rest, 4)?;
                Wire::Fixed32
            }
            _ => return None,
        };
        let read = start.len().checked_sub(self.rest.len())?;
        Some(Field {
            number: tag >> 3,
            wire,
            raw: start.get(..read)?,
        })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_none() {
            self.rest = &[];
        }
        Some(field.ok_or(Malformed))
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk::<N>()?;
    *rest = left;
    Some(*taken)
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The numbers of a repeated `fixed64` or `double`, packed or one by one.
pub(crate) fn push_fixed64<T>(
    into: &mut Vec<T>,
    wire: Wire<'_>,
    number: impl Fn(u64) -> T,
) -> Result<(), Malformed> {
    match wire {
        Wire::Fixed64(one) => into.push(number(one)),
        Wire::Bytes(packed) => {
            let (numbers, rest) = packed.as_chunks::<8>();
            if !rest.is_empty() {
                return Err(Malformed);
            }
            into.extend(
                numbers
                    .iter()
                    .map(|bytes| number(u64::from_le_bytes(*bytes))),
            );
        }
        Wire::Varint(_) | Wire::Fixed32 => return Err(Malformed),
    }
    Ok(())
}

/// The numbers of a repeated `uint64`, packed or one by one.
pub(crate) fn push_varints(into: &mut Vec<u64>, wire: Wire<'_>) -> Result<(), Malformed> {
    match wire {
        Wire::Varint(one) => into.push(one),
        Wire::Bytes(mut packed) => {
            while !packed.is_empty() {
                into.push(take_varint(&mut packed).ok_or(Malformed)?);
            }
        }
        Wire::Fixed64(_) | Wire::Fixed32 => return Err(Malformed),
    }
    Ok(())
}

/// A text.
pub(crate) fn text(bytes: &[u8]) -> Result<String, Malformed> {
    str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| Malformed)
}

/// The number behind a `sint32`.
pub(crate) fn zigzag(number: u64) -> i32 {
    // Protobuf reads 32 bits of a longer number.
    #[expect(clippy::cast_possible_truncation, reason = "as protobuf does")]
    let bits = number as u32;
    (bits >> 1).cast_signed() ^ -(bits & 1).cast_signed()
}

/// The number behind an `int32` or an enum.
pub(crate) fn int32(number: u64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "as protobuf does")]
    let bits = number as u32;
    bits.cast_signed()
}

/// A message while it is written. Defaults are left out, as proto3 does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    fn tag(&mut self, number: u8, wire: u8) {
        self.varint_bare(u64::from(number) << 3 | u64::from(wire));
    }

    fn varint_bare(&mut self, number: u64) {
        let (encoded, length) = encode_varint(number);
        self.bytes.extend(encoded.iter().take(length));
    }

    pub(crate) fn varint(&mut self, number: u8, value: u64) {
        if value != 0 {
            self.tag(number, 0);
            self.varint_bare(value);
        }
    }

    pub(crate) fn int32(&mut self, number: u8, value: i32) {
        self.varint(number, i64::from(value).cast_unsigned());
    }

    pub(crate) fn sint32(&mut self, number: u8, value: i32) {
        self.varint(
            number,
            u64::from(((value << 1) ^ (value >> 31)).cast_unsigned()),
        );
    }

    pub(crate) fn fixed64(&mut self, number: u8, value: u64) {
        if value != 0 {
            self.present_fixed64(number, value);
        }
    }

    /// A number of a `oneof` or an `optional`: 0 is something else than none.
    pub(crate) fn present_fixed64(&mut self, number: u8, value: u64) {
        self.tag(number, 1);
        self.bytes.extend(value.to_le_bytes());
    }

    pub(crate) fn double(&mut self, number: u8, value: f64) {
        self.fixed64(number, value.to_bits());
    }

    pub(crate) fn optional_double(&mut self, number: u8, value: Option<f64>) {
        if let Some(value) = value {
            self.present_fixed64(number, value.to_bits());
        }
    }

    pub(crate) fn bytes(&mut self, number: u8, value: &[u8]) {
        if !value.is_empty() {
            self.message(number, |message| message.raw(value));
        }
    }

    /// Bytes as they are, with their tags.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn packed_fixed64(
        &mut self,
        number: u8,
        values: impl ExactSizeIterator<Item = u64>,
    ) {
        if values.len() > 0 {
            self.message(number, |message| {
                values.for_each(|value| message.bytes.extend(value.to_le_bytes()));
            });
        }
    }

    pub(crate) fn packed_varints(&mut self, number: u8, values: &[u64]) {
        if !values.is_empty() {
            self.message(number, |message| {
                for value in values {
                    message.varint_bare(*value);
                }
            });
        }
    }

    /// A message within this one, empty or not.
    pub(crate) fn message(&mut self, number: u8, write: impl FnOnce(&mut Self)) {
        self.tag(number, 2);
        self.sized(write);
    }

    /// A message behind its length, without a tag.
    pub(crate) fn sized(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        write(self);
        // The length stands before the content, and is known after it: it is written behind and turned to the front.
        let (length, size) = encode_varint(self.bytes.len().saturating_sub(start) as u64);
        self.bytes.extend(length.iter().take(size));
        if let Some(written) = self.bytes.get_mut(start..) {
            written.rotate_right(size);
        }
    }
}

/// Messages that stand behind their lengths, as fields of another one.
impl Writer {
    pub(crate) fn entries(&mut self, number: u8, mut sized: &[u8]) {
        while let Some(length) = take_varint(&mut sized) {
            let entry = usize::try_from(length)
                .ok()
                .and_then(|length| take(&mut sized, length));
            let Some(entry) = entry else { return };
            self.message(number, |message| message.raw(entry));
        }
    }

    /// The fields of an `AnyValue` message.
    pub(crate) fn any_value(&mut self, value: Value<'_>) {
        match value {
            Value::Empty | Value::Withheld => {}
            Value::Text(text) => self.message(1, |message| message.raw(text.as_bytes())),
            Value::Boolean(truth) => {
                self.tag(2, 0);
                self.varint_bare(u64::from(truth));
            }
            Value::Int(number) => {
                self.tag(3, 0);
                self.varint_bare(number.cast_unsigned());
            }
            Value::Double(number) => self.present_fixed64(4, number.to_bits()),
            Value::Bytes(bytes) => self.message(7, |message| message.raw(bytes)),
            Value::Array(any) | Value::Map(any) => self.raw(any.bytes()),
        }
    }

    /// Buckets of an exponential histogram. Empty ones, too: OTLP's writers never leave them out.
    pub(crate) fn buckets(&mut self, number: u8, buckets: &Buckets) {
        self.message(number, |message| {
            message.sint32(1, buckets.offset);
            message.packed_varints(2, &buckets.counts);
        });
    }
}

fn encode_varint(mut number: u64) -> ([u8; 10], usize) {
    let mut encoded = [0; 10];
    let mut length = 0;
    for byte in &mut encoded {
        length += 1;
        *byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            break;
        }
        *byte |= 0x80;
    }
    (encoded, length)
}
