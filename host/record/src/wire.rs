//! Protobuf's wire format: reading elements without trust, writing them in canonical form.

use crate::error::Malformed;

/// Wire type of a varint.
pub(crate) const VARINT: u8 = 0;
/// Wire type of eight bytes.
pub(crate) const FIXED64: u8 = 1;
/// Wire type of a length and so many bytes.
pub(crate) const BYTES: u8 = 2;
/// Wire type of four bytes.
pub(crate) const FIXED32: u8 = 5;

/// A piece of a batch's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Span {
    /// The span from `start` to `end`.
    pub(crate) fn between(start: u32, end: u32) -> Self {
        Self {
            start,
            len: end.saturating_sub(start),
        }
    }

    /// The span of a length from `start`.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the length of a part of a batch's memory"
    )]
    pub(crate) fn of(start: u32, len: usize) -> Self {
        Self {
            start,
            len: len as u32,
        }
    }

    /// Its last `len` bytes.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the length of a part of the span"
    )]
    pub(crate) fn tail(self, len: usize) -> Self {
        Self {
            start: self.end().saturating_sub(len as u32),
            len: len as u32,
        }
    }

    /// Where it ends.
    pub(crate) fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    /// As one number, the way spans cross the sandbox wall.
    pub(crate) fn pack(self) -> u64 {
        (u64::from(self.start) << 32) | u64::from(self.len)
    }

    /// The inverse of [`Span::pack`].
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the two halves of a number"
    )]
    pub(crate) fn unpack(packed: u64) -> Self {
        Self {
            start: (packed >> 32) as u32,
            len: packed as u32,
        }
    }
}

/// One field of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element {
    /// Field number.
    pub(crate) number: u32,
    /// Wire type: one of the four constants above.
    pub(crate) wire: u8,
    /// Where its tag starts.
    pub(crate) start: u32,
    /// Where its length starts, if it has one.
    pub(crate) length_at: u32,
    /// Where its content starts: after the length; for numbers, after the tag.
    pub(crate) content: u32,
    /// Where it ends.
    pub(crate) end: u32,
    /// The number, if it is one.
    pub(crate) value: u64,
}

impl Element {
    /// A length-delimited element of which only the place is known.
    pub(crate) fn spanning(number: u32, origin: Span) -> Self {
        let Span { start, .. } = origin;
        Self {
            number,
            wire: BYTES,
            start,
            length_at: start,
            content: start,
            end: origin.end(),
            value: 0,
        }
    }

    /// The element with its tag.
    pub(crate) fn whole(&self) -> Span {
        Span::between(self.start, self.end)
    }

    /// What stands after the length.
    pub(crate) fn inside(&self) -> Span {
        Span::between(self.content, self.end)
    }

    /// An error unless the element has this wire type.
    pub(crate) fn expect(&self, wire: u8) -> Result<(), Malformed> {
        if self.wire == wire {
            Ok(())
        } else {
            Err(self.wrong_wire_type())
        }
    }

    /// The error for a field in a wire type that is not its own.
    pub(crate) fn wrong_wire_type(&self) -> Malformed {
        Malformed::WireType {
            offset: self.start as usize,
            wire_type: self.wire,
        }
    }
}

/// Reads the elements of one message.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    /// Where `bytes` start in the batch's memory.
    base: u32,
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader of a message that stands at `base`.
    pub(crate) fn new(bytes: &'a [u8], base: u32) -> Self {
        Self { bytes, base, at: 0 }
    }

    /// What was not read yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Steps over bytes of [`Reader::rest`].
    #[inline]
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// Position in the batch's memory.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a batch's memory is less than 4 GiB long"
    )]
    #[inline]
    pub(crate) fn position(&self) -> u32 {
        self.base.saturating_add(self.at as u32)
    }

    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, Malformed> {
        match self.rest() {
            [byte, ..] if *byte < 0x80 => {
                self.advance(1);
                Ok(u64::from(*byte))
            }
            [low, high, ..] if *high < 0x80 => {
                self.advance(2);
                Ok(u64::from(*low & 0x7f) | u64::from(*high) << 7)
            }
            _ => self.long_varint(),
        }
    }

    #[cold]
    fn long_varint(&mut self) -> Result<u64, Malformed> {
        let offset = self.position() as usize;
        let mut value = 0_u64;
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        for (place, byte) in rest.iter().enumerate().take(10) {
            if place == 9 && *byte > 1 {
                return Err(Malformed::Overlong { offset });
            }
            value |= u64::from(byte & 0x7f) << place.saturating_mul(7);
            if *byte < 0x80 {
                self.at = self.at.saturating_add(place).saturating_add(1);
                return Ok(value);
            }
        }
        if rest.len() < 10 {
            Err(Malformed::Truncated { offset })
        } else {
            Err(Malformed::Overlong { offset })
        }
    }

    fn skip(&mut self, length: u64, start: u32) -> Result<(), Malformed> {
        let end = usize::try_from(length)
            .ok()
            .and_then(|length| self.at.checked_add(length));
        match end {
            Some(end) if end <= self.bytes.len() => {
                self.at = end;
                Ok(())
            }
            _ => Err(Malformed::Truncated {
                offset: start as usize,
            }),
        }
    }

    fn fixed<const N: usize>(&mut self, start: u32) -> Result<[u8; N], Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let bytes = rest.first_chunk::<N>().ok_or(Malformed::Truncated {
            offset: start as usize,
        })?;
        self.at = self.at.saturating_add(N);
        Ok(*bytes)
    }

    /// The next of packed numbers, or `None` at the end.
    pub(crate) fn number(&mut self, wire: u8) -> Result<Option<u64>, Malformed> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        let start = self.position();
        let value = if wire == VARINT {
            self.varint()?
        } else {
            u64::from_le_bytes(self.fixed(start)?)
        };
        Ok(Some(value))
    }

    /// The next element, or `None` at the end of the message.
    #[expect(
        clippy::inline_always,
        reason = "each caller uses a part of the element alone; the rest is never computed then"
    )]
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Result<Option<Element>, Malformed> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        let start = self.position();
        let tag = self.varint()?;
        let wire = (tag & 7) as u8;
        let number = u32::try_from(tag >> 3).unwrap_or(0);
        if number == 0 || number > 0x1fff_ffff {
            return Err(Malformed::FieldNumber {
                offset: start as usize,
            });
        }
        let length_at = self.position();
        let mut content = length_at;
        let value = match wire {
            VARINT => self.varint()?,
            BYTES => {
                let length = self.varint()?;
                content = self.position();
                self.skip(length, start)?;
                0
            }
            FIXED64 => u64::from_le_bytes(self.fixed(start)?),
            FIXED32 => u64::from(u32::from_le_bytes(self.fixed(start)?)),
            _ => {
                return Err(Malformed::WireType {
                    offset: start as usize,
                    wire_type: wire,
                });
            }
        };
        Ok(Some(Element {
            number,
            wire,
            start,
            length_at,
            content,
            end: self.position(),
            value,
        }))
    }
}

/// The tag of a length-delimited field, if it is one byte.
pub(crate) fn short_tag(number: u32) -> Option<u8> {
    u8::try_from(number)
        .ok()
        .filter(|number| *number < 16)
        .map(|number| (number << 3) | BYTES)
}

/// The content of a field with this tag and a length of one or two bytes, and what stands after it.
#[inline]
pub(crate) fn plain_message(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    match bytes {
        [first, length, rest @ ..] if *first == tag && *length < 0x80 => {
            rest.split_at_checked(usize::from(*length))
        }
        [first, low, high, rest @ ..] if *first == tag && *high < 0x80 => {
            rest.split_at_checked(usize::from(*low & 0x7f) | usize::from(*high) << 7)
        }
        _ => None,
    }
}

/// The key of a `KeyValue` and the content of its value, where they stand the way every encoder writes them: key, then value,
/// nothing else, no length of more than two bytes.
#[inline]
pub(crate) fn plain_key_value(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let [0x0a, length, rest @ ..] = content else {
        return None;
    };
    if *length >= 0x80 {
        return None;
    }
    let (key, rest) = rest.split_at_checked(usize::from(*length))?;
    let [0x12, rest @ ..] = rest else { return None };
    Some((key, plain_rest(rest)?))
}

/// The text of an `AnyValue` that holds a text and nothing else, the way every encoder writes it.
#[inline]
pub(crate) fn plain_text(content: &[u8]) -> Option<&[u8]> {
    let [0x0a, rest @ ..] = content else {
        return None;
    };
    plain_rest(rest)
}

/// What stands after a length of one or two bytes, if it is all there is.
#[inline]
fn plain_rest(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [length, rest @ ..] if *length < 0x80 => {
            (rest.len() == usize::from(*length)).then_some(rest)
        }
        [low, high, rest @ ..] if *high < 0x80 => {
            let length = usize::from(*low & 0x7f) | usize::from(*high) << 7;
            (rest.len() == length).then_some(rest)
        }
        _ => None,
    }
}

/// Whether bytes are UTF-8. Nearly all texts are short ASCII, for which the general function costs more than the look.
#[inline]
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    is_ascii(bytes) || std::str::from_utf8(bytes).is_ok()
}

/// Word by word, the last word over what the one before has seen: for texts this short, wider steps cost more than they save.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        if u64::from_ne_bytes(*word) & HIGH != 0 {
            return false;
        }
    }
    match bytes.last_chunk::<8>() {
        Some(last) => u64::from_ne_bytes(*last) & HIGH == 0,
        None => rest.iter().all(|byte| *byte < 0x80),
    }
}

/// Whether two short byte strings are the same: by their first and their last word, which together see all of up to 16 bytes.
#[inline]
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    if left.len() > 16 {
        return left == right;
    }
    if let (Some(first), Some(other)) = (left.first_chunk::<8>(), right.first_chunk::<8>()) {
        return first == other && left.last_chunk::<8>() == right.last_chunk::<8>();
    }
    if let (Some(first), Some(other)) = (left.first_chunk::<4>(), right.first_chunk::<4>()) {
        return first == other && left.last_chunk::<4>() == right.last_chunk::<4>();
    }
    left.iter().zip(right).all(|(left, right)| left == right)
}

/// Appends a varint.
#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// How many bytes a varint takes.
pub(crate) fn varint_len(value: u64) -> u32 {
    // One byte for each seven bits, and one for zero.
    (64_u32.saturating_sub((value | 1).leading_zeros())).div_ceil(7)
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
