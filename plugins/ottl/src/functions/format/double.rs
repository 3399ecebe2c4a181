//! Doubles, as Go's `fmt` and `strconv` write them.

use super::Spec;

/// Appends a double; false for a verb that doubles do not have.
pub(super) fn print(out: &mut String, spec: &Spec, verb: char, number: f64) -> bool {
    let (verb, usual) = match verb {
        'v' => ('g', None),
        'g' | 'G' | 'x' | 'X' | 'b' => (verb, None),
        'e' | 'E' => (verb, Some(6)),
        'f' | 'F' => ('f', Some(6)),
        _ => return false,
    };
    let plus = spec.plus;
    let negative = number.is_sign_negative() && !number.is_nan();
    let sign = match negative {
        true => "-",
        false if plus => "+",
        false if spec.space => " ",
        false => "",
    };
    if !number.is_finite() {
        let text = match (number.is_nan(), negative || plus) {
            (true, _) => format!("{sign}NaN"),
            (false, false) if !spec.space => "+Inf".to_owned(),
            (false, _) => format!("{sign}Inf"),
        };
        // Without a flag, the sign of infinity is shown when it is negative alone.
        let text = if text == "+Inf" && !plus {
            "+Inf"
        } else {
            &text
        };
        spec.pad_plain(out, text);
        return true;
    }
    let precision = spec.precision.or(usual);
    let mut digits = go_float(number.abs(), verb, precision);
    if spec.sharp && verb != 'b' {
        digits = sharp(&digits, verb, precision);
    }
    let width = spec.width.unwrap_or(0);
    if spec.zero && !spec.minus {
        let missing = width.saturating_sub(sign.len() + digits.len());
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(&digits);
    } else {
        spec.pad_plain(out, &format!("{sign}{digits}"));
    }
    true
}

/// A point where there is none, and for `%g` the zeros that were dropped.
fn sharp(text: &str, verb: char, precision: Option<usize>) -> String {
    let marks: &[char] = if matches!(verb, 'x' | 'X') {
        &['p', 'P']
    } else {
        &['e', 'E']
    };
    let tail = text.find(marks).unwrap_or(text.len());
    let (digits, tail) = text.split_at(tail);
    let mut out = digits.to_owned();
    let significant = digits.trim_start_matches(['0', '.']);
    let mut shown = significant.bytes().filter(u8::is_ascii_digit).count();
    if digits == "0" {
        shown = 1;
    }
    if !digits.contains('.') {
        out.push('.');
    }
    if verb == 'x' {
        // Go counts the letter of the prefix as a digit.
        let counted = digits.trim_start_matches('0');
        shown = counted.bytes().filter(|byte| *byte != b'.').count();
    }
    if matches!(verb, 'g' | 'G' | 'x') {
        let zeros = precision.unwrap_or(6).saturating_sub(shown);
        out.extend(std::iter::repeat_n('0', zeros));
    }
    out.push_str(tail);
    out
}

/// `strconv.FormatFloat` of a number that is finite and not negative; without a precision as many digits as are needed.
fn go_float(number: f64, verb: char, precision: Option<usize>) -> String {
    let text = match verb {
        'f' => match precision {
            Some(precision) => format!("{number:.precision$}"),
            None => format!("{number}"),
        },
        'e' | 'E' => exponent(&match precision {
            Some(precision) => format!("{number:.precision$e}"),
            None => format!("{number:e}"),
        }),
        'x' | 'X' => hexadecimal(number, precision),
        'b' => {
            let bits = number.to_bits();
            let exponent = (bits >> 52 & 0x7ff).cast_signed();
            let mantissa = bits & ((1 << 52) - 1);
            let mantissa = if exponent == 0 {
                mantissa
            } else {
                mantissa | 1 << 52
            };
            format!("{mantissa}p{:+}", exponent.max(1) - 1075)
        }
        _ => shortest(number, precision),
    };
    if verb.is_ascii_uppercase() {
        text.to_ascii_uppercase()
    } else {
        text
    }
}

/// Rust's `1.5e-7` as Go's `1.5e-07`.
fn exponent(text: &str) -> String {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// `%g`: with an exponent where that is shorter.
fn shortest(number: f64, precision: Option<usize>) -> String {
    let scientific = match precision {
        Some(precision) => format!("{number:.*e}", precision.max(1) - 1),
        None => format!("{number:e}"),
    };
    let (digits, exponent_text) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    };
    let power: i64 = exponent_text.parse().unwrap_or_default();
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let significant = i64::try_from(count).unwrap_or(i64::MAX);
    let limit = match precision {
        None => 6,
        Some(precision) => {
            let precision = i64::try_from(precision.max(1)).unwrap_or(i64::MAX);
            if precision > significant && significant > power {
                significant
            } else {
                precision
            }
        }
    };
    if power < -4 || power >= limit {
        return exponent(&format!("{digits}e{power}"));
    }
    let decimals = usize::try_from((significant - 1 - power).max(0)).unwrap_or_default();
    match precision {
        None => format!("{number}"),
        Some(_) => format!("{number:.decimals$}"),
    }
}

/// `%x` of a double: `0x1.8p+01`.
fn hexadecimal(number: f64, precision: Option<usize>) -> String {
    let bits = number.to_bits();
    let mut exponent = (bits >> 52 & 0x7ff).cast_signed() - 1023;
    let mut mantissa = bits & ((1 << 52) - 1);
    if number == 0.0 {
        exponent = 0;
    } else if exponent == -1023 {
        let shift = mantissa.leading_zeros() - 11;
        mantissa <<= shift;
        exponent = -1022 - i64::from(shift);
    } else {
        mantissa |= 1 << 52;
    }
    if let Some(precision) = precision.filter(|precision| *precision < 13) {
        let drop = 52 - 4 * u32::try_from(precision).unwrap_or(0);
        let half = 1_u64 << (drop - 1);
        let rest = mantissa & ((half << 1) - 1);
        mantissa >>= drop;
        mantissa += u64::from(rest > half || (rest == half && mantissa & 1 == 1));
        mantissa <<= drop;
        if mantissa >> 53 == 1 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits = format!("{:013x}", mantissa & ((1 << 52) - 1));
    let digits = match precision {
        None => digits.trim_end_matches('0').to_owned(),
        Some(precision) => {
            let kept: String = digits.chars().take(precision).collect();
            format!("{kept:0<precision$}")
        }
    };
    let point = if digits.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!(
        "0x{}{point}{digits}p{sign}{:02}",
        mantissa >> 52,
        exponent.unsigned_abs()
    )
}
