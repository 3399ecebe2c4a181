//! Whether a secret is still in a text, in whatever form.
//!
//! A text is read as it is and with every encoding undone, four times over; each reading is folded: small letters, nothing but letters
//! and digits, what looks like a letter of ASCII is that letter. A secret is there if a piece of it is that is longer than its half: what
//! is left of a mask may be the last four digits of a card, and no more.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use crate::look_alike;

/// So many encodings within one another are undone.
const DEEPEST: u8 = 4;
/// The shortest run of base64 or hexadecimal that is read.
const SHORTEST_RUN: usize = 6;
/// No more readings of one text than this.
const MOST_READINGS: usize = 64;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// How much of a secret was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// More than its half.
    Part,
    /// All of it.
    Whole,
}

/// A secret, as it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needle {
    folded: String,
    /// Pieces that are longer than the half.
    pieces: Vec<String>,
}

impl Needle {
    /// A secret. `opaque` is the form in which it was sent if a part of that cannot be read: base64, hexadecimal.
    pub(crate) fn new(secret: &str, opaque: Option<&str>) -> Self {
        let folded = fold(secret);
        let mut pieces = pieces(&folded);
        pieces.extend(opaque.map(fold).iter().flat_map(|sent| self::pieces(sent)));
        Self { folded, pieces }
    }

    /// The half of a secret, which means nothing unless all of it is there.
    pub(crate) fn half(half: &str) -> Self {
        Self {
            folded: fold(half),
            pieces: Vec::new(),
        }
    }

    /// Whether anything can be looked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    pub(crate) fn in_reading(&self, folded: &str) -> Option<Found> {
        if self.is_empty() {
            return None;
        }
        if folded.contains(&self.folded) {
            return Some(Found::Whole);
        }
        let has_piece = self.pieces.iter().any(|piece| folded.contains(&**piece));
        has_piece.then_some(Found::Part)
    }
}

/// Every piece that is just longer than the half.
fn pieces(folded: &str) -> Vec<String> {
    let signs: Vec<char> = folded.chars().collect();
    let length = (signs.len() / 2).saturating_add(1);
    let pieces = signs.windows(length);
    pieces.map(|piece| piece.iter().collect()).collect()
}

/// A text in every reading, folded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readings(Vec<String>);

impl Readings {
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut readings = Self::default();
        let mut seen: Vec<Vec<u8>> = vec![text.to_vec()];
        let mut level = vec![text.to_vec()];
        for _ in 0..=DEEPEST {
            let mut below = Vec::new();
            for bytes in &level {
                readings.0.push(fold(&String::from_utf8_lossy(bytes)));
                for decoded in undone(bytes) {
                    if seen.len() < MOST_READINGS && !seen.contains(&decoded) {
                        seen.push(decoded.clone());
                        below.push(decoded);
                    }
                }
            }
            level = below;
        }
        readings
    }

    /// The most of it that any of the readings holds.
    pub(crate) fn hold(&self, needle: &Needle) -> Option<Found> {
        let found = self.0.iter().map(|reading| needle.in_reading(reading));
        found.max().flatten()
    }
}

/// Folds a text: see the module's words.
pub(crate) fn fold(text: &str) -> String {
    let plain = text.chars().map(look_alike::plain);
    let lower = plain.flat_map(char::to_lowercase);
    lower.filter(|sign| sign.is_alphanumeric()).collect()
}

/// A text with each encoding undone that changes it.
fn undone(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut push = |decoded: Vec<u8>| {
        if decoded != bytes && !decoded.is_empty() {
            out.push(decoded);
        }
    };
    if bytes.contains(&b'%') {
        push(percent(bytes));
    }
    if bytes.contains(&b'\\') {
        push(escapes(bytes));
    }
    if bytes.contains(&b'&') {
        push(entities(bytes));
    }
    let is_symbol = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    for run in bytes.split(|byte| !is_symbol(byte)) {
        if run.len() < SHORTEST_RUN {
            continue;
        }
        for engine in [&STANDARD, &URL_SAFE] {
            if let Ok(decoded) = engine.decode(run)
                && is_readable(&decoded)
            {
                push(decoded);
            }
        }
        if let Some(decoded) = hex(run) {
            push(decoded);
        }
    }
    out
}

fn is_readable(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(|sign| !sign.is_control()))
}

fn digit(byte: Option<&u8>) -> Option<u8> {
    let value = char::from(*byte?).to_digit(16)?;
    u8::try_from(value).ok()
}

fn hex(run: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = run.as_chunks::<2>();
    let pair = |[high, low]: &[u8; 2]| Some(digit(Some(high))? << 4 | digit(Some(low))?);
    let decoded: Option<Vec<u8>> = pairs.iter().map(pair).collect();
    decoded.filter(|decoded| rest.is_empty() && is_readable(decoded))
}

fn percent(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        let pair = (*first == b'%').then(|| Some((digit(behind.first())?, digit(behind.get(1))?)));
        if let Some((high, low)) = pair.flatten() {
            out.push(high << 4 | low);
            rest = behind.get(2..).unwrap_or_default();
        } else {
            out.push(if *first == b'+' { b' ' } else { *first });
            rest = behind;
        }
    }
    out
}

/// The escapes of a string of JSON, one level of them.
fn escapes(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut signs = text.encode_utf16().peekable();
    while let Some(unit) = signs.next() {
        if unit != u16::from(b'\\') {
            units.push(unit);
            continue;
        }
        let escaped = signs.next().unwrap_or(u16::from(b'\\'));
        let plain = match u8::try_from(escaped) {
            Ok(b'n' | b'r' | b't' | b'b' | b'f') => u16::from(b' '),
            Ok(b'u') => {
                let digits: Vec<u16> = signs.by_ref().take(4).collect();
                let digits = String::from_utf16_lossy(&digits);
                u16::from_str_radix(&digits, 16).unwrap_or(u16::from(b'?'))
            }
            _ => escaped,
        };
        units.push(plain);
    }
    String::from_utf16_lossy(&units).into_bytes()
}

/// Entities of HTML: by number, and the few names that every page has.
fn entities(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let entity = behind.split_once(';');
        let entity = entity.and_then(|(name, after)| Some((entity_of(name)?, after)));
        if let Some((sign, after)) = entity {
            out.push(sign);
            rest = after;
        } else {
            out.push('&');
            rest = behind;
        }
    }
    out.push_str(rest);
    out.into_bytes()
}

fn entity_of(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => number.parse().ok()?,
        },
        None => match name {
            "amp" => 0x26,
            "lt" => 0x3c,
            "gt" => 0x3e,
            "quot" => 0x22,
            "apos" => 0x27,
            "nbsp" => 0xa0,
            "commat" => 0x40,
            "period" => 0x2e,
            _ => return None,
        },
    };
    char::from_u32(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Found, Needle, Readings};
    use crate::encoding::Encoding;

    fn found(text: &str, secret: &str) -> Option<Found> {
        Readings::of(text.as_bytes()).hold(&Needle::new(secret, None))
    }

    #[test]
    fn a_mask_that_leaves_four_digits_is_a_mask() {
        let card = "4539578763621486";
        assert_eq!(found("************1486", card), None);
        assert_eq!(found("453957******1486", card), None);
        assert_eq!(found("45395787636214**", card), Some(Found::Part));
        assert_eq!(found("078-05-1120", "078-05-1120"), Some(Found::Whole));
        assert_eq!(found("***-**-1120", "078-05-1120"), None);
        assert_eq!(found("****@example.com", "jane.doe93412@example.com"), None);
        assert_eq!(
            found("jane.doe93412@****", "jane.doe93412@example.com"),
            Some(Found::Part)
        );
    }

    #[test]
    fn what_is_left_of_base64_is_a_part_even_if_it_cannot_be_read() {
        let sent = "amFuZS5kb2U5MzQxMkBleGFtcGxlLmNvbQ==";
        let needle = Needle::new("jane.doe93412@example.com", Some(sent));
        let left = Readings::of(b"****uZS5kb2U5MzQxMkBleGFtcGxlLmNvb**");
        assert!(left.hold(&needle).is_some());
    }

    proptest! {
        #[test]
        fn a_secret_is_found_in_every_encoding(secret in "[A-Za-z0-9][ -~]{3,60}[A-Za-z0-9]") {
            for encoding in Encoding::ALL {
                let Some(written) = encoding.write(&secret) else { continue };
                match &written.rest {
                    None => prop_assert_eq!(found(&written.text, &secret), Some(Found::Whole), "{}: {}", encoding, written.text),
                    Some(rest) => prop_assert_eq!(format!("{}{rest}", written.text), &*secret),
                }
                for outer in [Encoding::Base64, Encoding::Url, Encoding::Json] {
                    let twice = outer.write(&written.text).map(|own| own.text);
                    if let (Some(twice), None) = (twice, &written.rest) {
                        prop_assert_eq!(found(&twice, &secret), Some(Found::Whole), "{} in {}: {}", encoding, outer, twice);
                    }
                }
            }
        }

        #[test]
        fn nothing_is_found_in_what_holds_nothing_of_it(text in "[ -~]{0,80}") {
            // No encoding of ASCII reads as these.
            prop_assert_eq!(found(&text, "ßßłłððþþøøßß"), None);
        }
    }
}
