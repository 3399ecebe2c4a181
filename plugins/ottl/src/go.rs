//! What Go's standard library makes of numbers and their spellings.

mod double;

use std::fmt::Write as _;

pub use double::parse_double;

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    out
}

/// A double as an integer: what lies outside of the integers, or is no number, becomes the smallest one, as on amd64.
#[must_use]
pub fn truncate(number: f64) -> i64 {
    // Both bounds are exact doubles: -2^63, and 2^63 which is one too many.
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    #[expect(clippy::cast_possible_truncation, reason = "within the bounds")]
    let integer = number as i64;
    if fits { integer } else { i64::MIN }
}

/// An integer as the nearest double.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "the nearest double is what is asked for"
)]
pub const fn to_double(number: i64) -> f64 {
    number as f64
}

/// `strconv.ParseInt(text, 10, 64)`.
#[must_use]
pub fn parse_int(text: &str) -> Option<i64> {
    // Rust takes what Go takes here: a sign, digits, and nothing else.
    text.parse().ok()
}

/// `strconv.ParseBool`.
#[must_use]
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A double as `encoding/json` writes it; none for what JSON cannot say.
#[must_use]
pub fn json_double(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    let size = number.abs();
    if number == 0.0 || (1e-6..1e21).contains(&size) {
        return Some(format!("{number}"));
    }
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let sign = if exponent.starts_with('-') { '-' } else { '+' };
    let digits = exponent.trim_start_matches('-');
    // Large exponents have two digits at least, small ones as few as there are.
    let mut out = format!("{mantissa}e{sign}");
    if sign == '+' {
        let _ = write!(out, "{digits:0>2}");
    } else {
        out.push_str(digits);
    }
    Some(out)
}

/// `math.Log`, bit for bit: what a platform's library makes of it may differ in the last one.
#[must_use]
#[expect(clippy::excessive_precision, reason = "as the method has them")]
pub fn ln(number: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
    const L: [f64; 7] = [
        6.666_666_666_666_735_130e-1,
        3.999_999_999_940_941_908e-1,
        2.857_142_874_366_239_149e-1,
        2.222_219_843_214_978_396e-1,
        1.818_357_216_161_805_012e-1,
        1.531_383_769_920_937_332e-1,
        1.479_819_860_511_658_591e-1,
    ];
    if number.is_nan() || number == f64::INFINITY {
        return number;
    }
    if number < 0.0 {
        return f64::NAN;
    }
    if number == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut fraction, mut exponent) = split(number);
    if fraction < std::f64::consts::SQRT_2 / 2.0 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = to_double(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let [l1, l2, l3, l4, l5, l6, l7] = L;
    let t1 = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)));
    let t2 = s4 * (l2 + s4 * (l4 + s4 * l6));
    let r = t1 + t2;
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)
}

/// A positive double as a fraction from a half to one, and the power of two that it is multiplied by.
fn split(number: f64) -> (f64, i64) {
    let (number, shift) = if number.is_subnormal() {
        (number * 4_503_599_627_370_496.0, 52)
    } else {
        (number, 0)
    };
    let bits = number.to_bits();
    let exponent = (bits >> 52 & 0x7ff).cast_signed() - 1022 - shift;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent)
}

/// A length of time as `time.Duration` shows it: `1h2m3.5s`.
#[must_use]
pub fn duration(nanos: i64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000, "ms"), (1_000, "µs"), (1, "ns")];
    let size = nanos.unsigned_abs();
    if size == 0 {
        return "0s".to_owned();
    }
    let mut out = if nanos < 0 {
        "-".to_owned()
    } else {
        String::new()
    };
    if size < 1_000_000_000 {
        let unit = UNITS.iter().find(|(unit, _)| size >= *unit);
        let (unit, name) = unit.copied().unwrap_or((1, "ns"));
        fraction(&mut out, size, unit);
        out.push_str(name);
        return out;
    }
    let minutes = size / 60_000_000_000;
    if minutes >= 60 {
        let _ = write!(out, "{}h", minutes / 60);
    }
    if minutes > 0 {
        let _ = write!(out, "{}m", minutes % 60);
    }
    fraction(&mut out, size % 60_000_000_000, 1_000_000_000);
    out.push('s');
    out
}

/// A number of nanoseconds in a unit, with the digits that are not zero.
fn fraction(out: &mut String, nanos: u64, unit: u64) {
    let _ = write!(out, "{}", nanos / unit);
    let rest = nanos % unit;
    if rest > 0 {
        let width = unit.ilog10() as usize;
        let digits = format!("{rest:0width$}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}
