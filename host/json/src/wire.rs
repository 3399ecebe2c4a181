//! Protobuf's wire format, as far as OTLP uses it.

use crate::error::WireError;

pub(crate) const WIRE_VARINT: u32 = 0;
pub(crate) const WIRE_FIXED64: u32 = 1;
pub(crate) const WIRE_LENGTH: u32 = 2;
pub(crate) const WIRE_FIXED32: u32 = 5;

/// A value as it stands on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) enum WireValue<'a> {
    Varint(u64),
    Fixed32(u32),
    Fixed64(u64),
    Length(&'a [u8]),
}

/// Takes the next field of a message: its number and its value.
pub(crate) fn take_field<'a>(
    wire: &mut &'a [u8],
) -> Result<Option<(u32, WireValue<'a>)>, WireError> {
    if wire.is_empty() {
        return Ok(None);
    }
    let tag = u32::try_from(take_varint(wire)?).map_err(|_| WireError::Type)?;
    let number = tag >> 3;
    if number == 0 {
        return Err(WireError::Type);
    }
    let value = match tag & 7 {
        WIRE_VARINT => WireValue::Varint(take_varint(wire)?),
        WIRE_FIXED64 => WireValue::Fixed64(take_fixed64(wire)?),
        WIRE_FIXED32 => WireValue::Fixed32(take_fixed32(wire)?),
        WIRE_LENGTH => WireValue::Length(take_length(wire)?),
        _ => return Err(WireError::Type),
    };
    Ok(Some((number, value)))
}

pub(crate) fn take_varint(wire: &mut &[u8]) -> Result<u64, WireError> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = wire.split_first().ok_or(WireError::Cut)?;
        *wire = rest;
        value |= u64::from(byte & 0x7f)
            .checked_shl(shift)
            .unwrap_or_default();
        if *byte < 0x80 {
            return Ok(value);
        }
    }
    Err(WireError::Cut)
}

pub(crate) fn take_fixed64(wire: &mut &[u8]) -> Result<u64, WireError> {
    let (bytes, rest) = wire.split_first_chunk::<8>().ok_or(WireError::Cut)?;
    *wire = rest;
    Ok(u64::from_le_bytes(*bytes))
}

pub(crate) fn take_fixed32(wire: &mut &[u8]) -> Result<u32, WireError> {
    let (bytes, rest) = wire.split_first_chunk::<4>().ok_or(WireError::Cut)?;
    *wire = rest;
    Ok(u32::from_le_bytes(*bytes))
}

fn take_length<'a>(wire: &mut &'a [u8]) -> Result<&'a [u8], WireError> {
    let length = usize::try_from(take_varint(wire)?).map_err(|_| WireError::Cut)?;
    let (bytes, rest) = wire.split_at_checked(length).ok_or(WireError::Cut)?;
    *wire = rest;
    Ok(bytes)
}

pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

pub(crate) fn put_tag(out: &mut Vec<u8>, number: u32, wire_type: u32) {
    put_varint(out, u64::from(number << 3 | wire_type));
}

/// Appends what `content` appends, with its length before it. The length takes one byte until it is known to need more, which
/// most do not.
pub(crate) fn put_length<E>(
    out: &mut Vec<u8>,
    content: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    out.push(0);
    let content_start = out.len();
    content(out)?;
    let length = out.len().saturating_sub(content_start);
    if let (Ok(short @ 0..=0x7f), Some(place)) = (u8::try_from(length), out.get_mut(start)) {
        *place = short;
        return Ok(());
    }
    let mut prefix = Vec::with_capacity(10);
    put_varint(&mut prefix, length as u64);
    out.splice(start..content_start, prefix);
    Ok(())
}

/// A length-delimited field with bytes.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_tag(out, number, WIRE_LENGTH);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

pub(crate) fn zigzag(value: i32) -> u64 {
    u64::from(((value << 1) ^ (value >> 31)).cast_unsigned())
}

/// The value of a sint32; like protobuf's own readers, it takes the low 32 bits.
pub(crate) fn unzigzag(value: u64) -> i32 {
    let value = low32(value);
    (value >> 1).cast_signed() ^ 0i32.wrapping_sub((value & 1).cast_signed())
}

/// What protobuf reads from a varint where a field has 32 bits.
pub(crate) fn low32(value: u64) -> u32 {
    u32::try_from(value & u64::from(u32::MAX)).unwrap_or_default()
}
