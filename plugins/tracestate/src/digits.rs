//! Short hexadecimal texts: `rv` and `th` of a trace state.

/// How many hexadecimal digits 56 bits have.
pub const DIGITS: usize = 14;

/// Up to 14 ASCII digits, kept as they were written or as they will be written, without an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digits {
    ascii: [u8; DIGITS],
    length: u8,
}

impl Digits {
    /// Takes a text over unchanged. `None` when it is longer than 14 bytes.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let mut ascii = [0; DIGITS];
        ascii
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        Some(Self {
            ascii,
            length: u8::try_from(text.len()).ok()?,
        })
    }

    /// The 14 lower-case digits of a number below 2^56.
    #[must_use]
    pub fn full(number: u64) -> Self {
        let mut ascii = [0; DIGITS];
        let mut rest = number;
        for digit in ascii.iter_mut().rev() {
            let nibble = (rest & 0xf) as u8;
            *digit = if nibble < 10 {
                b'0' + nibble
            } else {
                b'a' + (nibble - 10)
            };
            rest >>= 4;
        }
        Self { ascii, length: 14 }
    }

    /// The same digits without zeros at their end.
    #[must_use]
    pub fn without_trailing_zeros(mut self) -> Self {
        let zeros = self
            .ascii
            .iter()
            .rev()
            .take_while(|digit| **digit == b'0')
            .count();
        self.length = u8::try_from(DIGITS - zeros).unwrap_or(self.length);
        self
    }

    /// The digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.ascii
            .get(..usize::from(self.length))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .unwrap_or_default()
    }
}

/// Reads hexadecimal digits, and nothing else: no sign, no prefix.
#[must_use]
pub fn parse_hex(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u64::from_str_radix(text, 16).ok()
}
