//! Doubles, read as `strconv` reads them.

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
