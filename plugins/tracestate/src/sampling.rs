//! What is known of how an item was sampled before.

use crate::digits::Digits;
use crate::probability::{Randomness, Threshold};

/// What is known of how an item was sampled before: `rv` and `th` of a trace state, or two attributes of a log record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sampling<'t> {
    /// Randomness that replaces that of the trace id.
    pub randomness: Option<Spelled<'t, Randomness>>,
    /// The threshold that the item passed last.
    pub threshold: Option<Spelled<'t, Threshold>>,
}

/// A number, and the text it came as. What is carried on unchanged is spelled as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spelled<'t, T> {
    /// The number.
    pub number: T,
    /// `None` for a number that was found here. Its digits are made when they are written, and most items are dropped before that.
    pub text: Option<&'t str>,
}

impl<'t> Sampling<'t> {
    /// Reads both, where there is a text for them, and says whether that was sound.
    #[must_use]
    pub fn parse(randomness: Option<&'t str>, threshold: Option<&'t str>) -> (Self, bool) {
        let sampling = Self {
            randomness: randomness.and_then(|text| Spelled::came(Randomness::parse(text)?, text)),
            threshold: threshold.and_then(|text| Spelled::came(Threshold::parse(text)?, text)),
        };
        let sound = randomness.is_some() == sampling.randomness.is_some()
            && threshold.is_some() == sampling.threshold.is_some();
        (sampling, sound)
    }

    /// Hands over the digits of the randomness, if there is one.
    pub fn write_randomness(&self, write: impl FnOnce(&str)) {
        if let Some(randomness) = &self.randomness {
            randomness.write(Some(randomness.number.digits()), write);
        }
    }

    /// Hands over the digits of the threshold, if there is one.
    pub fn write_threshold(&self, write: impl FnOnce(&str)) {
        if let Some(threshold) = &self.threshold {
            threshold.write(threshold.number.digits(), write);
        }
    }
}

impl<'t, T> Spelled<'t, T> {
    /// A number that came as this text.
    #[must_use]
    pub fn came(number: T, text: &'t str) -> Option<Self> {
        Some(Self {
            number,
            text: Some(text),
        })
    }

    /// A number that was found here.
    #[must_use]
    pub fn found(number: T) -> Self {
        Self { number, text: None }
    }

    fn write(&self, digits: Option<Digits>, write: impl FnOnce(&str)) {
        match (self.text, digits) {
            (Some(text), _) => write(text),
            (None, Some(digits)) => write(digits.as_str()),
            (None, None) => {}
        }
    }
}
