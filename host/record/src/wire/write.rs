//! Writing in canonical form.

use super::{BYTES, FIXED32, FIXED64, VARINT};

/// Appends a varint. Nearly all are tags, and lengths of one or two bytes.
#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
#[expect(
    clippy::inline_always,
    reason = "several times for every attribute that is written"
)]
#[inline(always)]
pub(crate) fn put_varint(out: &mut Vec<u8>, value: u64) {
    if value < 0x80 {
        out.push(value as u8);
    } else {
        put_long_varint(out, value);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
#[inline(never)]
fn put_long_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// How many bytes a varint takes.
#[inline]
pub(crate) fn varint_len(value: u64) -> u32 {
    // One byte for each seven bits, and one for zero: a division by seven that is right for all of 1 to 64.
    let bits = 64_u32.saturating_sub((value | 1).leading_zeros());
    bits.saturating_mul(9).saturating_add(64) >> 6
}

fn put_tag(out: &mut Vec<u8>, number: u32, wire: u8) {
    put_varint(out, (u64::from(number) << 3) | u64::from(wire));
}

/// Appends a varint field.
pub(crate) fn put_number(out: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(out, number, VARINT);
    put_varint(out, value);
}

/// Appends a field of eight bytes.
pub(crate) fn put_fixed64(out: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(out, number, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends a field of four bytes.
pub(crate) fn put_fixed32(out: &mut Vec<u8>, number: u32, value: u32) {
    put_tag(out, number, FIXED32);
    out.extend_from_slice(&value.to_le_bytes());
}

/// How many bytes a length-delimited field with a tag of one byte takes.
pub(crate) fn bytes_len(length: usize) -> usize {
    (varint_len(length as u64) as usize)
        .saturating_add(length)
        .saturating_add(1)
}

/// Appends tag and length of a field whose content follows.
pub(crate) fn put_head(out: &mut Vec<u8>, number: u32, length: usize) {
    put_tag(out, number, BYTES);
    put_varint(out, length as u64);
}

/// Appends a text or bytes field.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_tag(out, number, BYTES);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends a field that holds what `content` appends. The room for the length is that of `expected` bytes; where it turns out
/// otherwise the content is moved.
pub(crate) fn put_message(
    out: &mut Vec<u8>,
    number: u32,
    expected: u64,
    content: impl FnOnce(&mut Vec<u8>),
) {
    put_tag(out, number, BYTES);
    let length_at = out.len();
    let room = varint_len(expected) as usize;
    out.resize(length_at.saturating_add(room), 0);
    let start = out.len();
    content(out);
    let length = out.len().saturating_sub(start) as u64;
    let mut prefix = Vec::new();
    if varint_len(length) as usize == room {
        let mut rest = length;
        for byte in out.iter_mut().skip(length_at).take(room.saturating_sub(1)) {
            *byte = (rest & 0x7f) as u8 | 0x80;
            rest >>= 7;
        }
        if let Some(last) = out.get_mut(start.saturating_sub(1)) {
            *last = (rest & 0x7f) as u8;
        }
    } else {
        put_varint(&mut prefix, length);
        out.splice(length_at..start, prefix);
    }
}
