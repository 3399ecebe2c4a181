//! Numbers that OTLP spells otherwise than policies see them.

use super::store::Memory;
use crate::Value;
use crate::error::Malformed;
use crate::schema::Form;
use crate::wire::{self, BYTES, Element, FIXED64, Reader, VARINT};

/// The cell value of a number on the wire.
#[expect(
    clippy::cast_possible_truncation,
    reason = "protobuf's 32-bit numbers are the low half of what stands on the wire"
)]
pub(crate) fn from_wire(form: Form, value: u64) -> u64 {
    match form {
        Form::Int32 => i64::from((value as u32).cast_signed()).cast_unsigned(),
        Form::Uint32 | Form::Fixed32 => value & 0xffff_ffff,
        Form::Sint32 => i64::from(zigzag(value as u32)).cast_unsigned(),
        Form::Bool => u64::from(value != 0),
        _ => value,
    }
}

fn zigzag(value: u32) -> i32 {
    ((value >> 1) ^ (value & 1).wrapping_neg()).cast_signed()
}

/// Appends a number field, from its cell value.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the value was checked to be in the range of its field"
)]
pub(crate) fn put(out: &mut Vec<u8>, number: u32, form: Form, value: u64) {
    match form {
        Form::Int32 | Form::Uint32 | Form::Bool => wire::put_number(out, number, value),
        Form::Sint32 => {
            let value = value.cast_signed() as i32;
            wire::put_number(
                out,
                number,
                u64::from(((value << 1) ^ (value >> 31)).cast_unsigned()),
            );
        }
        Form::Fixed32 => wire::put_fixed32(out, number, value as u32),
        _ => wire::put_fixed64(out, number, value),
    }
}

/// Whether the field can hold the number.
pub(crate) fn in_range(form: Form, value: u64) -> bool {
    match form {
        Form::Int32 | Form::Sint32 => i32::try_from(value.cast_signed()).is_ok(),
        Form::Uint32 | Form::Fixed32 => u32::try_from(value).is_ok(),
        Form::Bool => value <= 1,
        _ => true,
    }
}

/// OTTL's number of a metric's kind of data, by the field that holds the data.
pub(crate) fn metric_type(field: u32) -> u64 {
    match field {
        5 => 1,
        7 => 2,
        9 => 3,
        10 => 4,
        11 => 5,
        _ => 0,
    }
}

/// Repeated numbers of one message, gathered until it ends: they may come packed, one by one, and in several pieces.
#[derive(Default)]
pub(crate) struct Gathered {
    lists: Vec<(u32, Vec<Value>)>,
}

impl Gathered {
    /// Adds the numbers of one element.
    pub(crate) fn add(
        &mut self,
        memory: &Memory,
        element: &Element,
        form: Form,
        slot: u32,
    ) -> Result<(), Malformed> {
        let mut values = Vec::new();
        match (form, element.wire) {
            (Form::Quantiles, _) => values.push(quantile(memory.reader(element.inside()))?),
            (_, BYTES) => {
                let mut packed = memory.reader(element.inside());
                let wire = if form == Form::PackedUint64 {
                    VARINT
                } else {
                    FIXED64
                };
                while let Some(value) = packed.number(wire)? {
                    values.push(delivered(form, value));
                }
            }
            _ => values.push(delivered(form, element.value)),
        }
        match self.lists.iter_mut().find(|(known, _)| *known == slot) {
            Some((_, list)) => list.append(&mut values),
            None => self.lists.push((slot, values)),
        }
        Ok(())
    }

    /// The content of an `AnyValue` for each slot.
    pub(crate) fn arrays(self) -> impl Iterator<Item = (u32, Vec<u8>)> {
        self.lists.into_iter().map(|(slot, values)| {
            let mut out = Vec::new();
            Value::Array(values).encode(&mut out);
            (slot, out)
        })
    }
}

fn delivered(form: Form, value: u64) -> Value {
    if form == Form::PackedDouble {
        Value::Double(f64::from_bits(value))
    } else {
        Value::Int(value.cast_signed())
    }
}

fn quantile(mut reader: Reader<'_>) -> Result<Value, Malformed> {
    let (mut quantile, mut value) = (0_u64, 0_u64);
    while let Some(element) = reader.next()? {
        let place = match element.number {
            1 => &mut quantile,
            2 => &mut value,
            _ => continue,
        };
        element.expect(FIXED64)?;
        *place = element.value;
    }
    Ok(Value::Map(vec![
        (
            "quantile".to_owned(),
            Value::Double(f64::from_bits(quantile)),
        ),
        ("value".to_owned(), Value::Double(f64::from_bits(value))),
    ]))
}
