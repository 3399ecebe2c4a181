//! Values: what a policy reads, and what it writes.

mod any;
mod new;

pub use any::AnyValue;
pub use new::NewValue;

/// A value that a policy reads. It borrows from the batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// There is a field, and it has no value.
    Empty,
    /// Text.
    Text(&'a str),
    /// An integer; OTLP's unsigned ones as their two's complement.
    Int(i64),
    /// A double.
    Double(f64),
    /// A boolean.
    Boolean(bool),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A list of values.
    Array(AnyValue<'a>),
    /// A list of keys with values.
    Map(AnyValue<'a>),
    /// There is a value, and only its key was asked for.
    Withheld,
}

impl<'a> Value<'a> {
    /// The text, if it is one.
    #[must_use]
    #[inline]
    pub fn as_text(self) -> Option<&'a str> {
        if let Value::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The integer, if it is one.
    #[must_use]
    #[inline]
    pub fn as_i64(self) -> Option<i64> {
        if let Value::Int(number) = self {
            Some(number)
        } else {
            None
        }
    }

    /// The double, if it is one.
    #[must_use]
    #[inline]
    pub fn as_f64(self) -> Option<f64> {
        if let Value::Double(number) = self {
            Some(number)
        } else {
            None
        }
    }

    /// The boolean, if it is one.
    #[must_use]
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        if let Value::Boolean(boolean) = self {
            Some(boolean)
        } else {
            None
        }
    }

    /// The bytes, if it is some.
    #[must_use]
    #[inline]
    pub fn as_bytes(self) -> Option<&'a [u8]> {
        if let Value::Bytes(bytes) = self {
            Some(bytes)
        } else {
            None
        }
    }

    /// The array, if it is one.
    #[must_use]
    pub fn as_array(self) -> Option<AnyValue<'a>> {
        if let Value::Array(array) = self {
            Some(array)
        } else {
            None
        }
    }

    /// The map, if it is one.
    #[must_use]
    pub fn as_map(self) -> Option<AnyValue<'a>> {
        if let Value::Map(map) = self {
            Some(map)
        } else {
            None
        }
    }

    /// The number that it is or spells: an integer, a double, or a text such as `"1024"` or `" 0.5 "`, since some clients send
    /// their numbers as text. Never infinite, never NaN.
    #[must_use]
    pub fn to_number(self) -> Option<f64> {
        let number = match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "beyond 2^53 the nearest double is what is asked for"
            )]
            Value::Int(number) => number as f64,
            Value::Double(number) => number,
            Value::Text(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    /// The integer that it is or spells: an integer, a whole double, or a text such as `"1024"`.
    #[must_use]
    pub fn to_integer(self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(number),
            Value::Text(text) => {
                let text = text.trim();
                text.parse().ok().or_else(|| whole(text.parse().ok()?))
            }
            Value::Double(number) => whole(number),
            _ => None,
        }
    }
}

/// The integer with the value of `number`, if there is one.
fn whole(number: f64) -> Option<i64> {
    // Both bounds are exact doubles: -2^63, and 2^63 which is one too many.
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole, and within the bounds"
    )]
    let integer = number as i64;
    (fits && number.fract() == 0.0).then_some(integer)
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn numbers_may_come_as_text() {
        assert_eq!(Value::Text("1024").to_integer(), Some(1024));
        assert_eq!(Value::Text(" 3.0 ").to_integer(), Some(3));
        assert_eq!(
            Value::Text("9223372036854775807").to_integer(),
            Some(i64::MAX)
        );
        assert_eq!(Value::Text("0.5").to_number(), Some(0.5));
        assert_eq!(Value::Double(2.0).to_integer(), Some(2));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for value in [
            Value::Text("NaN"),
            Value::Text("inf"),
            Value::Text(""),
            Value::Double(f64::NAN),
            Value::Boolean(true),
        ] {
            assert_eq!(value.to_number(), None, "{value:?}");
            assert_eq!(value.to_integer(), None, "{value:?}");
        }
        assert_eq!(
            Value::Double(9_223_372_036_854_775_808.0).to_integer(),
            None
        );
        assert_eq!(Value::Double(0.5).to_integer(), None);
    }
}
