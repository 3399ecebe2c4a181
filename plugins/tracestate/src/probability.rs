//! Sampling probabilities as 56-bit numbers, as OpenTelemetry's consistent probability sampling defines them.
//!
//! A [`Threshold`] says how many of 2^56 random values are turned away; an item is kept when its [`Randomness`] is not below
//! it. Because every sampler on the way compares with the same randomness, their decisions agree, and the threshold that an
//! item passed says how many items it stands for.

use crate::digits::{DIGITS, Digits, parse_hex};

/// 2^56: how many random values there are.
const VALUES: u64 = 1 << 56;
const BITS_OF_A_DIGIT: i32 = 4;
const MAX_PRECISION: i32 = 14;

/// The smallest probability that a threshold can express.
#[expect(clippy::cast_precision_loss, reason = "a power of two is exact")]
pub const MIN_PROBABILITY: f64 = 1.0 / VALUES as f64;

/// 56 random bits of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Randomness(u64);

impl Randomness {
    /// The value that every threshold but [`Threshold::NEVER`] keeps.
    pub const KEPT_AT_ANY: Self = Self(VALUES - 1);

    /// The lower 56 bits of a number.
    #[must_use]
    pub fn of_bits(bits: u64) -> Self {
        Self(bits & (VALUES - 1))
    }

    /// The last seven bytes of a trace id, which W3C trace context level 2 promises to be random.
    #[must_use]
    pub fn of_trace_id(id: &[u8; 16]) -> Self {
        let (_, lower) = id.split_at(8);
        Self::of_bits(
            lower
                .iter()
                .fold(0, |bits, byte| bits << 8 | u64::from(*byte)),
        )
    }

    /// Reads an `rv`: exactly 14 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == DIGITS).then(|| parse_hex(text).map(Self))?
    }

    /// Writes an `rv`.
    #[must_use]
    pub fn digits(self) -> Digits {
        Digits::full(self.0)
    }
}

/// How many of 2^56 random values are turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(u64);

impl Threshold {
    /// Keeps everything.
    pub const ALWAYS: Self = Self(0);
    /// Keeps nothing.
    pub const NEVER: Self = Self(VALUES);

    /// A threshold of so many parts of 2^56.
    #[must_use]
    pub fn of_parts(parts: u64) -> Self {
        Self(parts.min(VALUES))
    }

    /// The threshold of a probability, rounded to `precision` hexadecimal digits (1 to 14) that are significant: near 0 and near 1
    /// leading `f` and `0` digits do not count. `None` outside of 2^-56 to 1.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the product lies between 0 and 2^56"
    )]
    pub fn of_probability(probability: f64, precision: u8) -> Option<Self> {
        if !(MIN_PROBABILITY..=1.0).contains(&probability) {
            return None;
        }
        if probability >= 1.0 {
            return Some(Self::ALWAYS);
        }
        let leading = leading_digits(probability).max(leading_digits(1.0 - probability));
        let digits = (i32::from(precision) + leading).min(MAX_PRECISION);
        let mut parts = VALUES - (probability * VALUES as f64).round() as u64;
        let dropped_bits = BITS_OF_A_DIGIT * (MAX_PRECISION - digits);
        if dropped_bits > 0 {
            parts = (parts + (1 << (dropped_bits - 1))) >> dropped_bits << dropped_bits;
        }
        Some(Self(parts))
    }

    /// Reads a `th`: 1 to 14 hexadecimal digits, zeros at the end left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > DIGITS {
            return None;
        }
        Some(Self(parse_hex(text)? << (4 * (DIGITS - text.len()))))
    }

    /// Writes a `th`. `None` for [`Threshold::NEVER`], which cannot be written.
    #[must_use]
    pub fn digits(self) -> Option<Digits> {
        match self.0 {
            0 => Digits::of("0"),
            VALUES.. => None,
            parts => Some(Digits::full(parts).without_trailing_zeros()),
        }
    }

    /// Whether an item with this randomness is kept.
    #[must_use]
    pub fn keeps(self, randomness: Randomness) -> bool {
        self.0 <= randomness.0
    }

    /// The probability that an item is kept.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "what upstream computes, too")]
    pub fn probability(self) -> f64 {
        (VALUES - self.0) as f64 / VALUES as f64
    }
}

/// How many leading hexadecimal digits of a number between 0 and 1 are zero.
fn leading_digits(number: f64) -> i32 {
    const EXPONENT_SHIFT: u32 = 52;
    /// Makes 0 of the exponent of a number from a half to 1.
    const BIAS: i32 = 1022;
    let exponent =
        i32::try_from(number.to_bits() >> EXPONENT_SHIFT & 0x7ff).unwrap_or_default() - BIAS;
    -exponent / BITS_OF_A_DIGIT
}
