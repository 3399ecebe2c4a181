//! Reading elements without trust.

use super::{BYTES, Element, FIXED32, FIXED64, VARINT};
use crate::error::Malformed;

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

    /// Goes to a position in the batch's memory that was read before.
    #[inline]
    pub(crate) fn go_to(&mut self, position: u32) {
        self.at = position.saturating_sub(self.base) as usize;
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
