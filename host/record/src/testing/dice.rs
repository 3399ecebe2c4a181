//! Choices drawn from a string of bytes, so that property tests and fuzzers share one generator and shrink the same way.

/// A string of bytes that choices are drawn from. When it is used up every choice is the first one.
#[derive(Debug, Clone)]
pub struct Dice<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Dice<'a> {
    /// Dice that fall as `bytes` say.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: bytes.iter(),
        }
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or(0)
    }

    /// Whether any byte is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.len() == 0
    }

    /// A number below `sides`.
    pub fn below(&mut self, sides: usize) -> usize {
        let roll = (usize::from(self.byte()) << 8)
            | if sides > 256 {
                usize::from(self.byte())
            } else {
                0
            };
        let roll = if sides > 256 { roll } else { roll >> 8 };
        roll.checked_rem(sides).unwrap_or(0)
    }

    /// True once in `sides` times.
    pub fn once_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 1
    }

    /// One of a list; `None` of an empty one.
    pub fn choose<'b, T>(&mut self, list: &'b [T]) -> Option<&'b T> {
        let place = self.below(list.len());
        list.get(place)
    }

    /// A number of any size.
    pub fn number(&mut self) -> u64 {
        let bytes = std::array::from_fn(|_| self.byte());
        u64::from_le_bytes(bytes) >> (self.below(8).saturating_mul(8))
    }
}
