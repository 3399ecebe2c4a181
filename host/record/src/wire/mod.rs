//! Protobuf's wire format: reading elements without trust, writing them in canonical form.

mod plain;
mod read;
mod write;

use crate::error::Malformed;
pub(crate) use plain::{
    is_utf8, plain_element, plain_key_value, plain_message, plain_number, plain_text, same,
    short_tag,
};
pub(crate) use read::Reader;
pub(crate) use write::{
    bytes_len, put_bytes, put_fixed32, put_fixed64, put_head, put_message, put_number, put_varint,
    varint_len,
};

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
