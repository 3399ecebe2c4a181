//! Numbers that OTLP spells otherwise than policies see them.

use super::any::{self, Any};
use super::store::Memory;
use crate::Value;
use crate::error::Malformed;
use crate::schema::Form;
use crate::signal::ValueKind;
use crate::wire::{self, BYTES, Element, FIXED64, Reader, Span, VARINT};

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
    /// Adds the numbers of one element; `cells` are that of the last element of the list, if there was one, and its own.
    pub(crate) fn add(
        &mut self,
        memory: &Memory,
        element: &Element,
        form: Form,
        (last, cell): (u32, u32),
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
        match self.lists.iter_mut().find(|(known, _)| *known == last) {
            Some((known, numbers)) => {
                *known = cell;
                numbers.append(&mut values);
            }
            None => self.lists.push((cell, values)),
        }
        Ok(())
    }

    /// The content of an `AnyValue` for the last cell of each list.
    pub(crate) fn arrays(self) -> impl Iterator<Item = (u32, Vec<u8>)> {
        self.lists.into_iter().map(|(cell, values)| {
            let mut out = Vec::new();
            Value::Array(values).encode(&mut out);
            (cell, out)
        })
    }
}

/// Appends a list of numbers, from the content of the `AnyValue` that is its cell. Numbers stand packed.
pub(crate) fn put_list(
    memory: &Memory,
    array: Span,
    (number, form): (u32, Form),
    out: &mut Vec<u8>,
) {
    if form == Form::Quantiles {
        each(memory, array, |value| {
            let (quantile, value) = quantile_of(memory, &value).unwrap_or_default();
            wire::put_message(out, number, 18, |out| {
                for (field, part) in [(1, quantile), (2, value)] {
                    if part != 0 {
                        wire::put_fixed64(out, field, part);
                    }
                }
            });
            Some(())
        });
        return;
    }
    wire::put_message(out, number, u64::from(array.len), |out| {
        each(memory, array, |value| {
            if form == Form::PackedUint64 {
                wire::put_varint(out, value.value);
            } else {
                out.extend_from_slice(&value.value.to_le_bytes());
            }
            Some(())
        });
    });
}

/// Whether the elements of an array are numbers that the field can hold.
pub(crate) fn are_numbers(memory: &Memory, array: Span, form: Form) -> bool {
    let wanted = if form == Form::PackedDouble {
        ValueKind::Double
    } else {
        ValueKind::Int
    };
    each(memory, array, |value| match form {
        Form::Quantiles => quantile_of(memory, &value).map(|_| ()),
        _ => (value.kind == wanted).then_some(()),
    })
}

/// Visits the elements of an array that was surveyed, as long as they are what is wanted; says whether all were.
fn each(memory: &Memory, array: Span, mut visit: impl FnMut(Any) -> Option<()>) -> bool {
    let list = any::any(memory, array).ok().and_then(|any| any.list);
    let Some(list) = list else { return true };
    let mut reader = memory.reader(list.inside());
    while let Ok(Some(element)) = reader.next() {
        if element.number != 1 {
            continue;
        }
        let value = any::any(memory, element.inside()).ok();
        if value.and_then(&mut visit).is_none() {
            return false;
        }
    }
    true
}

/// The bits of both doubles of a quantile's map.
fn quantile_of(memory: &Memory, map: &Any) -> Option<(u64, u64)> {
    let list = map.list.filter(|_| map.kind == ValueKind::Map)?;
    let (mut quantile, mut number) = (0, 0);
    let mut reader = memory.reader(list.inside());
    while let Ok(Some(element)) = reader.next() {
        if element.number != 1 {
            continue;
        }
        let (key, value) = any::key_value(memory, element.inside()).ok()?;
        let value = any::any(memory, value?).ok()?;
        if value.kind != ValueKind::Double {
            return None;
        }
        match memory.get(key) {
            b"quantile" => quantile = value.value,
            b"value" => number = value.value,
            _ => return None,
        }
    }
    Some((quantile, number))
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
