//! Integers, as Go's `fmt` writes them.

use std::fmt::Write as _;

use super::Spec;
use super::quote::{is_shown, quote};

/// Appends an integer; false for a verb that integers do not have.
pub(super) fn print(out: &mut String, spec: &Spec, verb: char, number: i64) -> bool {
    let size = number.unsigned_abs();
    let (digits, prefix) = match verb {
        'v' | 'd' => (size.to_string(), ""),
        'b' => (format!("{size:b}"), "0b"),
        'o' | 'O' => (format!("{size:o}"), "0"),
        'x' => (format!("{size:x}"), "0x"),
        'X' => (format!("{size:X}"), "0X"),
        'c' => {
            spec.pad(out, character(number).encode_utf8(&mut [0; 4]));
            return true;
        }
        'q' => {
            let letter = character(number).to_string();
            spec.pad(out, &quote(letter.as_bytes(), '\'', spec.plus));
            return true;
        }
        'U' => {
            unicode(out, spec, number);
            return true;
        }
        _ => return false,
    };
    if spec.precision == Some(0) && number == 0 {
        spec.pad_plain(out, "");
        return true;
    }
    let sign = match number < 0 {
        true => "-",
        false if spec.plus => "+",
        false if spec.space => " ",
        false => "",
    };
    let least = match (spec.precision, spec.width) {
        (Some(precision), _) => precision,
        (None, Some(width)) if spec.zero && !spec.minus => width - sign.len().min(width),
        _ => 0,
    };
    let mut text = sign.to_owned();
    let zeros = least.saturating_sub(digits.len());
    if verb == 'O' {
        text.push_str("0o");
    }
    let octal_zero = prefix == "0" && (zeros > 0 || digits.starts_with('0'));
    if spec.sharp && !octal_zero {
        text.push_str(prefix);
    }
    text.extend(std::iter::repeat_n('0', zeros));
    text.push_str(&digits);
    spec.pad_plain(out, &text);
    true
}

fn character(number: i64) -> char {
    let number = u32::try_from(number).ok();
    number.and_then(char::from_u32).unwrap_or('\u{fffd}')
}

fn unicode(out: &mut String, spec: &Spec, number: i64) {
    let least = spec.precision.unwrap_or(4).max(4);
    let mut text = format!("U+{:0least$X}", number.cast_unsigned());
    let letter = u32::try_from(number).ok().and_then(char::from_u32);
    if let Some(letter) = letter.filter(|letter| spec.sharp && is_shown(*letter)) {
        let _ = write!(text, " '{letter}'");
    }
    spec.pad_plain(out, &text);
}
