//! Numbers in texts: of any base, and with a check digit.

use crate::{Call, Error, Function, Kind, Parameter, Value};

pub(super) const LIST: &[&Function] = &[&IS_VALID_LUHN, &PARSE_INT];

static PARSE_INT: Function = Function::new(
    "ParseInt",
    &[
        Parameter::new("Target", Kind::Text),
        Parameter::new("Base", Kind::Int),
    ],
    parse_int,
);

fn parse_int<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let text = call.text(0)?;
    if text.is_empty() {
        return Err(Error::failed("the text is empty"));
    }
    let base = call.int(1)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(Error::failed("the base is not 0 and not within 2 to 36"));
    }
    let base = u32::try_from(base).unwrap_or_default();
    integer(&text, base).map(Value::Int).ok_or(Error::failed(
        "the text is no integer of this base, or a larger one than 64 bits hold",
    ))
}

/// `strconv.ParseInt(text, base, 64)`. Base 0 goes by the prefix, and allows underscores between digits.
fn integer(text: &str, base: u32) -> Option<i64> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Without digits behind a prefix nothing is left, and that is zero: `0`.
    if unsigned.is_empty() {
        return None;
    }
    let number = match base {
        0 => {
            let (digits, base) = based(unsigned)?;
            magnitude(digits.chars().filter(|digit| *digit != '_'), base)?
        }
        base => magnitude(unsigned.chars(), base)?,
    };
    if negative {
        return (number <= 1 << 63).then(|| 0_i64.wrapping_sub_unsigned(number));
    }
    i64::try_from(number).ok()
}

fn magnitude(mut digits: impl Iterator<Item = char>, base: u32) -> Option<u64> {
    digits.try_fold(0_u64, |number, digit| {
        let digit = u64::from(digit.to_digit(base)?);
        number.checked_mul(u64::from(base))?.checked_add(digit)
    })
}

/// The digits behind a prefix, and the base that it means.
fn based(text: &str) -> Option<(&str, u32)> {
    let mut letters = text.chars();
    let (first, second) = (
        letters.next(),
        letters.next().map(|letter| letter.to_ascii_lowercase()),
    );
    let (prefix, base) = match (first, second) {
        (Some('0'), Some('b')) if text.len() > 2 => (2, 2),
        (Some('0'), Some('o')) if text.len() > 2 => (2, 8),
        (Some('0'), Some('x')) if text.len() > 2 => (2, 16),
        (Some('0'), _) => (1, 8),
        _ => (0, 10),
    };
    let digits = text.get(prefix..)?;
    underscores_separate(digits, prefix > 0).then_some((digits, base))
}

/// Whether each underscore stands between digits; a prefix counts as one.
fn underscores_separate(digits: &str, prefixed: bool) -> bool {
    let (mut before, mut open) = (prefixed, false);
    for letter in digits.chars() {
        if letter == '_' && (!before || open) {
            return false;
        }
        open = letter == '_';
        before = true;
    }
    !open
}

static IS_VALID_LUHN: Function = Function::new(
    "IsValidLuhn",
    &[Parameter::new("Target", Kind::TextLike)],
    |call| {
        let text = call.text_like(0)?.ok_or(Error::expected("a text", "nil"))?;
        luhn(&text).map(Value::Bool)
    },
);

/// Whether the last digit fits the others. Spaces do not count; without a digit it does not.
fn luhn(text: &str) -> Result<bool, Error> {
    let mut sum = 0_u64;
    let mut any = false;
    for (place, letter) in text
        .bytes()
        .rev()
        .filter(|letter| *letter != b' ')
        .enumerate()
    {
        let digit = u64::from(letter.wrapping_sub(b'0'));
        if digit > 9 {
            return Err(Error::failed(
                "the text has other letters than digits and spaces",
            ));
        }
        any = true;
        sum = sum.wrapping_add(match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, double @ 0..=9) => double,
            (_, double) => double - 9,
        });
    }
    Ok(any && sum.is_multiple_of(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_by_their_base() {
        let cases = [
            ("0xAA", 0, 170),
            ("-0b1111_0000", 0, -240),
            ("0o17", 0, 15),
            ("017", 0, 15),
            ("0", 0, 0),
            ("0_7", 0, 7),
            ("1_000", 0, 1000),
            ("+z", 36, 35),
            ("-9223372036854775808", 10, i64::MIN),
            ("0x_F", 0, 15),
        ];
        for (text, base, number) in cases {
            assert_eq!(integer(text, base), Some(number), "{text}");
        }
        let refused = [
            ("1_000", 10),
            ("1_0", 16),
            ("_1", 0),
            ("1__0", 0),
            ("1_", 0),
            ("0x", 0),
            ("08", 0),
            ("-", 10),
            ("", 0),
            ("+", 0),
            ("9223372036854775808", 10),
            (" 5", 10),
            ("0x1", 16),
        ];
        for (text, base) in refused {
            assert_eq!(integer(text, base), None, "{text}");
        }
    }

    #[test]
    fn check_digits_fit() {
        for text in ["17893729974", "0", "059", "4111 1111 1111 1111", "0 "] {
            assert_eq!(luhn(text), Ok(true), "{text}");
        }
        for text in ["4111111111111112", "", "  ", "1"] {
            assert_eq!(luhn(text), Ok(false), "{text}");
        }
        for text in ["4111-1111", "-18", "1é"] {
            assert!(luhn(text).is_err(), "{text}");
        }
    }
}
