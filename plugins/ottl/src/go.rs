//! What Go's standard library makes of numbers and their spellings.

use std::fmt::Write as _;

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

/// `strconv.ParseFloat(text, 64)`: decimal, hexadecimal, with underscores; what is too large for a double is refused.
#[must_use]
pub fn parse_double(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if ["inf", "infinity"]
        .iter()
        .any(|word| digits.eq_ignore_ascii_case(word))
    {
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        return Some(f64::INFINITY * sign);
    }
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    let number = if digits.starts_with("0x") || digits.starts_with("0X") {
        let magnitude = hexadecimal(digits.get(2..)?)?;
        if text.starts_with('-') {
            -magnitude
        } else {
            magnitude
        }
    } else {
        decimal(text)?
    };
    number.is_finite().then_some(number)
}

fn decimal(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return text.parse().ok();
    }
    if !underscores_between_digits(text, false) {
        return None;
    }
    text.replace('_', "").parse().ok()
}

/// Whether each underscore stands between two digits; the prefix of a base counts as one.
fn underscores_between_digits(text: &str, hexadecimal: bool) -> bool {
    let digit = |byte: u8| {
        if hexadecimal {
            byte.is_ascii_hexdigit()
        } else {
            byte.is_ascii_digit()
        }
    };
    let mut before = hexadecimal;
    let mut open = false;
    for byte in text.bytes() {
        if byte == b'_' {
            if !before || open {
                return false;
            }
            open = true;
            continue;
        }
        let is_digit = digit(byte);
        if open && !is_digit {
            return false;
        }
        open = false;
        before = is_digit;
    }
    !open
}

/// A hexadecimal floating-point number behind its `0x`: the exponent is not optional.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    if !underscores_between_digits(mantissa, true) || !underscores_between_digits(exponent, false) {
        return None;
    }
    let exponent: i64 = exponent.replace('_', "").parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0_u64;
    let mut shift = 0_i64;
    let mut lost = false;
    let mut any = false;
    for (place, digit) in whole.bytes().chain(fraction.bytes()).enumerate() {
        if digit == b'_' {
            continue;
        }
        any = true;
        let digit = u64::from(char::from(digit).to_digit(16)?);
        let behind = place >= whole.len();
        if value >> 59 == 0 {
            value = value << 4 | digit;
            shift = shift.saturating_sub(if behind { 4 } else { 0 });
        } else {
            lost |= digit != 0;
            shift = shift.saturating_add(if behind { 0 } else { 4 });
        }
    }
    if !any {
        return None;
    }
    // What was lost matters only for how the last bit is rounded.
    let value = value | u64::from(lost);
    Some(scale(value, exponent.saturating_add(shift)))
}

/// `value * 2^exponent`, rounded once, to even.
fn scale(value: u64, exponent: i64) -> f64 {
    if value == 0 {
        return 0.0;
    }
    let width = 64 - i64::from(value.leading_zeros());
    let top = exponent.saturating_add(width);
    if top > 1024 {
        return f64::INFINITY;
    }
    // The lowest bit that a double of this size has.
    let lowest = (top - 53).max(-1074);
    let drop = lowest - exponent;
    let mantissa = match u32::try_from(drop) {
        Ok(0) | Err(_) => value,
        Ok(drop) if drop > 64 => 0,
        Ok(drop) => round(value, drop),
    };
    let exponent = if drop > 0 { lowest } else { exponent };
    multiply(mantissa, exponent)
}

/// Drops the lowest bits, to the nearest, and to even where both are as near.
fn round(value: u64, drop: u32) -> u64 {
    let wide = u128::from(value);
    let half = 1_u128 << (drop - 1);
    let rest = wide & ((half << 1) - 1);
    let kept = wide >> drop;
    let up = rest > half || (rest == half && kept & 1 == 1);
    u64::try_from(kept + u128::from(up)).unwrap_or(u64::MAX)
}

/// Exact: the mantissa has no more bits than a double has.
#[expect(clippy::cast_precision_loss, reason = "at most 53 bits are left")]
fn multiply(mantissa: u64, exponent: i64) -> f64 {
    let mut value = mantissa as f64;
    let mut left = exponent;
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        value *= 2_f64.powi(i32::try_from(step).unwrap_or_default());
        left -= step;
    }
    value
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
