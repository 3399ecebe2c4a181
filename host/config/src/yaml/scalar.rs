//! Plain scalars as the Collector's YAML library reads them: YAML 1.2's core schema, with the older octal numbers and with
//! underscores in numbers. `yes`, `on` and dates are texts.

use serde_saphyr::granit_parser::{ScalarStyle, Tag};

use super::Value;

/// What an unquoted scalar means.
pub(crate) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        _ => number(text).unwrap_or_else(|| Value::Text(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Value> {
    let first = text.chars().next()?;
    if !first.is_ascii_digit() && !matches!(first, '+' | '-' | '.') {
        return None;
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| float(&digits))
}

fn integer(text: &str) -> Option<Value> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match unsigned.get(..2) {
        Some("0x" | "0X") => (16, unsigned.get(2..)?),
        Some("0o" | "0O") => (8, unsigned.get(2..)?),
        Some("0b" | "0B") => (2, unsigned.get(2..)?),
        Some(_) if unsigned.starts_with('0') => (8, unsigned.get(1..)?),
        _ => (10, unsigned),
    };
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative {
        value.checked_neg()?
    } else {
        value
    };
    match i64::try_from(value) {
        Ok(value) => Some(Value::Int(value)),
        Err(_) => u64::try_from(value).ok().map(Value::Large),
    }
}

fn float(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let shape = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !unsigned.chars().all(shape)
    {
        return None;
    }
    text.parse().ok().map(Value::Float)
}

/// The value of a scalar, or what is wrong with its tag.
pub(super) fn scalar(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
) -> Result<Value, (String, &'static str)> {
    let Some(tag) = tag else {
        return Ok(if style == ScalarStyle::Plain {
            plain(text)
        } else {
            Value::Text(text.to_owned())
        });
    };
    let value = plain(text);
    let fits = match tag.core_suffix() {
        Some("str") => return Ok(Value::Text(text.to_owned())),
        Some("int") => matches!(value, Value::Int(_) | Value::Large(_)),
        Some("float") => matches!(value, Value::Float(_) | Value::Int(_) | Value::Large(_)),
        Some("bool") => matches!(value, Value::Bool(_)),
        Some("null") => matches!(value, Value::Null),
        _ => {
            return Err((
                format!("the tag `{}` means nothing here", tag.original()),
                "remove it",
            ));
        }
    };
    if fits {
        Ok(value)
    } else {
        Err((
            format!("the value is not what its tag `{}` says", tag.original()),
            "remove the tag",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_collector_reads_them() {
        let cases = [
            ("123", Value::Int(123)),
            ("0123", Value::Int(83)),
            ("0o17", Value::Int(15)),
            ("0xdeadbeef", Value::Int(3_735_928_559)),
            ("0b101", Value::Int(5)),
            ("-7", Value::Int(-7)),
            ("+7", Value::Int(7)),
            ("1_000", Value::Int(1000)),
            ("0", Value::Int(0)),
            ("18446744073709551615", Value::Large(u64::MAX)),
            (
                "18446744073709551616",
                Value::Float(18_446_744_073_709_551_616.0),
            ),
            ("089", Value::Float(89.0)),
            ("1.5", Value::Float(1.5)),
            (".5", Value::Float(0.5)),
            ("1e3", Value::Float(1000.0)),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_value_stays_a_text() {
        for text in [
            "yes",
            "on",
            "2023-03-20T03:17:55Z",
            "1.2.3",
            "-",
            "+",
            ".",
            "0x",
            "1111:1111::",
            "50ms",
            "infinity",
            "0x+1",
        ] {
            assert_eq!(plain(text), Value::Text(text.to_owned()), "{text}");
        }
    }
}
