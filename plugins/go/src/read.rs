//! Numbers and booleans from text, as `strconv` reads them.

/// `ParseInt(text, 10, 64)`: an optional sign and digits, nothing else.
#[must_use]
pub fn parse_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// `ParseBool`.
#[must_use]
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// `ParseFloat(text, 64)`: decimal or hexadecimal (`0x1p-2`), underscores between digits, `inf`, `infinity` and `nan` in any case.
/// `None` for everything else, and for numbers too large.
#[must_use]
pub fn parse_double(text: &str) -> Option<f64> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let magnitude = match unsigned.bytes().next()?.to_ascii_lowercase() {
        b'i' if unsigned.eq_ignore_ascii_case("inf")
            || unsigned.eq_ignore_ascii_case("infinity") =>
        {
            f64::INFINITY
        }
        b'n' if text.eq_ignore_ascii_case("nan") => f64::NAN,
        b'0'..=b'9' | b'.' => finite(unsigned)?,
        _ => return None,
    };
    Some(if negative { -magnitude } else { magnitude })
}

fn finite(unsigned: &str) -> Option<f64> {
    if unsigned.contains('_') {
        return underscores_stand_between_digits(unsigned)
            .then(|| finite(&unsigned.replace('_', "")))?;
    }
    let number = match unsigned
        .strip_prefix("0x")
        .or_else(|| unsigned.strip_prefix("0X"))
    {
        Some(digits) => hexadecimal(digits)?,
        None => unsigned.parse::<f64>().ok()?,
    };
    number.is_finite().then_some(number)
}

/// A prefix such as `0x` counts as a digit.
fn underscores_stand_between_digits(unsigned: &str) -> bool {
    let (prefixed, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let is_digit = |byte: u8| byte.is_ascii_digit() || prefixed && byte.is_ascii_hexdigit();
    let mut before_is_digit = prefixed;
    let mut open = false;
    for byte in digits {
        match *byte {
            b'_' if !before_is_digit => return false,
            b'_' => (before_is_digit, open) = (false, true),
            byte if is_digit(byte) => (before_is_digit, open) = (true, false),
            _ if open => return false,
            _ => before_is_digit = false,
        }
    }
    !open
}

/// Reads what follows `0x`: digits with at most one point, and an exponent of two, which must be there.
fn hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['p', 'P'])?;
    let mut exponent = exponent_of_two(exponent)?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut mantissa: u64 = 0;
    for (is_fraction, digit) in whole
        .chars()
        .map(|digit| (false, digit))
        .chain(fraction.chars().map(|digit| (true, digit)))
    {
        let digit = u64::from(digit.to_digit(16)?);
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | digit;
            exponent -= if is_fraction { 4 } else { 0 };
        } else {
            // No room: whether anything is lost is all that rounding needs to know.
            mantissa |= u64::from(digit != 0);
            exponent += if is_fraction { 0 } else { 4 };
        }
    }
    Some(rounded(mantissa, exponent))
}

/// An exponent, held within what can matter.
fn exponent_of_two(text: &str) -> Option<i64> {
    const FAR: i64 = 1 << 40;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse::<i64>().unwrap_or(FAR).min(FAR);
    Some(if text.starts_with('-') { -size } else { size })
}

/// `mantissa * 2^exponent`, to the nearest double, ties to even; infinite when it is too large.
fn rounded(mantissa: u64, exponent: i64) -> f64 {
    const FRACTION_BITS: i64 = 52;
    const LOWEST: i64 = -1074;
    const BIAS: i64 = 1075;
    if mantissa == 0 {
        return 0.0;
    }
    let zeros = i64::from(mantissa.leading_zeros());
    // The value of the last bit that a double of this size has.
    let last = (exponent + 63 - zeros - FRACTION_BITS).max(LOWEST);
    let shift = last - exponent;
    let (mut fraction, tie_or_more) = match shift {
        ..=0 => (mantissa << (-shift).min(63), false),
        1..=63 => {
            let kept = mantissa >> shift;
            let rest = mantissa & ((1 << shift) - 1);
            let half = 1 << (shift - 1);
            (kept, rest > half || rest == half && kept & 1 == 1)
        }
        64 => (0, mantissa > 1 << 63),
        _ => (0, false),
    };
    fraction += u64::from(tie_or_more);
    // A carry out of the fraction lands in the exponent, where it belongs.
    let normal = fraction >> FRACTION_BITS != 0;
    let biased = if normal {
        u64::try_from(last + BIAS).unwrap_or(0)
    } else {
        0
    };
    if biased >= 0x7ff {
        return f64::INFINITY;
    }
    let bits = (biased << FRACTION_BITS)
        + if normal {
            fraction - (1 << FRACTION_BITS)
        } else {
            fraction
        };
    f64::from_bits(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Go's `strconv.ParseFloat` answers.
    #[test]
    fn doubles_are_read_as_go_reads_them() {
        let infinity = f64::INFINITY.to_bits();
        let cases: [(&str, Option<u64>); 45] = [
            ("1_23.50_0_0e+1_2", Some(0x42dc_14a5_684e_0000)),
            ("1_000", Some(0x408f_4000_0000_0000)),
            ("_1", None),
            ("0x1p-2", Some(0x3fd0_0000_0000_0000)),
            ("0x_1p4", Some(0x4030_0000_0000_0000)),
            ("0x1_0p0", Some(0x4030_0000_0000_0000)),
            ("0x1", None),
            ("0x1.8", None),
            ("0x1.8p1", Some(0x4008_0000_0000_0000)),
            ("0X1P+3", Some(0x4020_0000_0000_0000)),
            ("-0x1p0", Some(0xbff0_0000_0000_0000)),
            ("0x.8p0", Some(0x3fe0_0000_0000_0000)),
            ("0xp0", None),
            ("0x1p", None),
            ("0x1p1000000", None),
            ("0x1p-2000", Some(0)),
            ("1e400", None),
            ("-1e400", None),
            ("1e-400", Some(0)),
            ("inf", Some(infinity)),
            ("+Inf", Some(infinity)),
            ("-infinity", Some(0xfff0_0000_0000_0000)),
            ("infin", None),
            ("+nan", None),
            ("1.", Some(0x3ff0_0000_0000_0000)),
            (".", None),
            (".5", Some(0x3fe0_0000_0000_0000)),
            ("+5", Some(0x4014_0000_0000_0000)),
            ("--5", None),
            (" 5", None),
            ("5 ", None),
            ("1e", None),
            ("1e+", None),
            ("1e5", Some(0x40f8_6a00_0000_0000)),
            ("0b11", None),
            ("0x1fffffffffffff8p0", Some(0x4380_0000_0000_0000)),
            ("0x3fffffffffffff1p-5", Some(0x4340_0000_0000_0000)),
            ("0x1.fffffffffffff8p1023", None),
            ("0x0.8p-1074", Some(0)),
            ("0x0.9p-1074", Some(1)),
            ("0x1.8p-1074", Some(2)),
            ("", None),
            ("1e1_0", Some(0x4202_a05f_2000_0000)),
            ("1__0", None),
            ("0_1", Some(0x3ff0_0000_0000_0000)),
        ];
        for (text, bits) in cases {
            assert_eq!(parse_double(text).map(f64::to_bits), bits, "{text:?}");
        }
        assert!(parse_double("NaN").is_some_and(f64::is_nan));
    }

    #[test]
    fn integers_are_decimal() {
        assert_eq!(parse_int("+12"), Some(12));
        assert_eq!(parse_int("-9223372036854775808"), Some(i64::MIN));
        for refused in ["", "0x10", "1_000", " 1", "1.0", "9223372036854775808"] {
            assert_eq!(parse_int(refused), None, "{refused:?}");
        }
    }
}
