//! Values as text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tollgate_go::{Base64, json_double, push_json_text};
use tollgate_sdk::Value;

/// The text of a value, as the Collector's `AsString` gives it: text as it is, numbers in decimal, bytes in base64, arrays and maps
/// as JSON, and nothing for an empty value.
#[must_use]
pub fn text(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Empty | Value::Withheld => Cow::Borrowed(""),
        Value::Boolean(true) => Cow::Borrowed("true"),
        Value::Boolean(false) => Cow::Borrowed("false"),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Double(number) => Cow::Owned(double(number)),
        Value::Bytes(bytes) => Cow::Owned(Base64::PADDED.encode(bytes)),
        Value::Array(_) | Value::Map(_) => Cow::Owned(json(value)),
    }
}

/// A double as JSON has it, and `NaN`, `Infinity`, `-Infinity`.
#[must_use]
pub fn double(number: f64) -> String {
    json_double(number).unwrap_or_else(|| {
        if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    })
}

/// A double in plain decimal digits, however many that takes, and `NaN`, `+Inf`, `-Inf`: what regular expressions in `include`
/// and `exclude` are compared with.
#[must_use]
pub fn decimal(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    number.to_string()
}

/// A value as JSON: keys sorted, of doubled ones the last, bytes in base64. Empty where a number in it is none, because that
/// cannot be written.
#[must_use]
pub fn json(value: Value<'_>) -> String {
    let mut out = String::new();
    if push_json(&mut out, value).is_none() {
        out.clear();
    }
    out
}

fn push_json(out: &mut String, value: Value<'_>) -> Option<()> {
    match value {
        Value::Empty | Value::Withheld | Value::Bytes([]) => out.push_str("null"),
        Value::Boolean(truth) => out.push_str(if truth { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Double(number) => out.push_str(&json_double(number)?),
        Value::Text(text) => push_json_text(out, text, false),
        Value::Bytes(bytes) => push_json_text(out, &Base64::PADDED.encode(bytes), false),
        Value::Array(array) => push_list(out, "[]", array.items(), push_json)?,
        Value::Map(map) => {
            let entries: BTreeMap<&str, Value<'_>> = map.entries().collect();
            push_list(out, "{}", entries.into_iter(), |out, (key, value)| {
                push_json_text(out, key, false);
                out.push(':');
                push_json(out, value)
            })?;
        }
    }
    Some(())
}

fn push_list<T>(
    out: &mut String,
    brackets: &str,
    elements: impl Iterator<Item = T>,
    push: impl Fn(&mut String, T) -> Option<()>,
) -> Option<()> {
    let (open, close) = brackets.split_at(1);
    out.push_str(open);
    for (nth, element) in elements.enumerate() {
        if nth > 0 {
            out.push(',');
        }
        push(out, element)?;
    }
    out.push_str(close);
    Some(())
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::{AnyValue, NewValue};

    use super::*;

    #[test]
    fn doubles_are_written_as_json_has_them() {
        let cases = [
            (1e21, "1e+21"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e-7, "1e-7"),
            (1e-6, "0.000001"),
            (1.5e-10, "1.5e-10"),
            (1e100, "1e+100"),
            (5e-324, "5e-324"),
            (0.1, "0.1"),
            (-0.0, "-0"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::NAN, "NaN"),
        ];
        for (number, expected) in cases {
            assert_eq!(double(number), expected);
        }
        assert_eq!(decimal(1e21), "1000000000000000000000");
        assert_eq!(decimal(1e-7), "0.0000001");
        assert_eq!(decimal(f64::INFINITY), "+Inf");
    }

    #[test]
    fn bytes_are_base64() {
        for (bytes, expected) in [
            ("", ""),
            ("h", "aA=="),
            ("hi", "aGk="),
            ("hi!", "aGkh"),
            ("hi!?", "aGkhPw=="),
        ] {
            assert_eq!(text(Value::Bytes(bytes.as_bytes())), expected);
        }
    }

    /// What Go's `json.Encoder` writes of the same value, with `SetEscapeHTML(false)`.
    #[test]
    fn nested_values_are_json() {
        let list = NewValue::Array(vec![
            NewValue::from(1.0),
            NewValue::from(1e21),
            NewValue::from(1e-7),
            NewValue::Empty,
            NewValue::from(true),
            NewValue::from(5_i64),
            NewValue::from(&b"hi"[..]),
            NewValue::from(&b""[..]),
        ]);
        let odd = NewValue::from("a\0\u{1}\u{8}\u{c}\n\r\t\"\\/<>&\u{7f}\u{80}\u{2028}\u{2029}é😀");
        let map = NewValue::map([("b", list), ("a", odd), ("c", NewValue::Array(Vec::new()))])
            .to_message();
        let expected = "{\"a\":\"a\\u0000\\u0001\\b\\f\\n\\r\\t\\\"\\\\/<>&\u{7f}\u{80}\\u2028\\u2029é😀\",\
                        \"b\":[1,1e+21,1e-7,null,true,5,\"aGk=\",null],\"c\":[]}";
        assert_eq!(text(Value::Map(AnyValue::new(&map))), expected);
    }

    #[test]
    fn what_json_cannot_say_is_empty() {
        let list = NewValue::list([f64::NAN]).to_message();
        assert_eq!(text(Value::Array(AnyValue::new(&list))), "");
    }
}
