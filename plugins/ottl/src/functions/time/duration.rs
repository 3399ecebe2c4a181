//! Lengths of time.

use crate::{Call, Error, Function, Kind, Parameter, Value, go};

pub(in crate::functions) const LIST: &[&Function] = &[
    &DURATION,
    &HOURS,
    &MINUTES,
    &SECONDS,
    &MILLISECONDS,
    &MICROSECONDS,
    &NANOSECONDS,
];

static DURATION: Function = Function::new(
    "Duration",
    &[Parameter::new("Duration", Kind::Text)],
    |call| {
        let text = call.text(0)?;
        let nanos = parse(&text).ok_or(Error::failed(
            "the text is no duration, such as 1h30m or 1.5s",
        ))?;
        Ok(Value::Duration(nanos))
    },
);

/// Nanoseconds of the units.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// One more than the largest duration, and the smallest one without its sign.
const LIMIT: u64 = 1 << 63;

/// `time.ParseDuration`.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => digits(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = after
            .find(|letter: char| letter == '.' || letter.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
        rest = after;
        let whole = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        let part = u64::checked_mul(whole, *unit)?.checked_add(part(fraction, *unit))?;
        total = total.checked_add(part).filter(|total| *total <= LIMIT)?;
    }
    if negative {
        return Some(0_i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).ok()
}

fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or(("", text))
}

/// A part of a unit, from the digits behind the point, as many of them as 63 bits hold.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded as Go rounds it; the product lies between zero and an hour"
)]
fn part(digits: &str, unit: u64) -> u64 {
    let (mut fraction, mut scale) = (0_u64, 1.0_f64);
    for digit in digits.bytes() {
        let next = fraction
            .checked_mul(10)
            .and_then(|next| next.checked_add(u64::from(digit - b'0')));
        let Some(next) = next.filter(|next| *next <= LIMIT && fraction <= (LIMIT - 1) / 10) else {
            break;
        };
        fraction = next;
        scale *= 10.0;
    }
    (fraction as f64 * (unit as f64 / scale)) as u64
}

/// The whole units and the rest of them, joined as doubles, as Go joins them.
fn as_double<'e>(call: &mut Call<'_, 'e>, unit: i64) -> Result<Value<'e>, Error> {
    let nanos = call.duration(0)?;
    let (whole, rest) = (nanos / unit, nanos % unit);
    Ok(Value::Double(
        go::to_double(whole) + go::to_double(rest) / go::to_double(unit),
    ))
}

const DURATION_ONLY: &[Parameter] = &[Parameter::new("Duration", Kind::Duration)];

static HOURS: Function = Function::new("Hours", DURATION_ONLY, |call| {
    as_double(call, 3_600_000_000_000)
});
static MINUTES: Function = Function::new("Minutes", DURATION_ONLY, |call| {
    as_double(call, 60_000_000_000)
});
static SECONDS: Function = Function::new("Seconds", DURATION_ONLY, |call| {
    as_double(call, 1_000_000_000)
});

static MILLISECONDS: Function = Function::new("Milliseconds", DURATION_ONLY, |call| {
    Ok(Value::Int(call.duration(0)? / 1_000_000))
});
static MICROSECONDS: Function = Function::new("Microseconds", DURATION_ONLY, |call| {
    Ok(Value::Int(call.duration(0)? / 1_000))
});
static NANOSECONDS: Function = Function::new("Nanoseconds", DURATION_ONLY, |call| {
    Ok(Value::Int(call.duration(0)?))
});

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        let cases = [
            ("0", 0),
            ("5s", 5_000_000_000),
            ("-5s", -5_000_000_000),
            ("+5.6s", 5_600_000_000),
            (".5s", 500_000_000),
            ("5.s", 5_000_000_000),
            ("1.00000000000000000000h", 3_600_000_000_000),
            ("3h30m", 12_600_000_000_000),
            ("39h9m14.425s", 140_954_425_000_000),
            ("52763797000ns", 52_763_797_000),
            ("0.3333333333333333333h", 1_200_000_000_000),
            ("0.830103483285477580700h", 2_988_372_539_827),
            ("12µs", 12_000),
            ("12μs", 12_000),
            ("9223372036854775807ns", i64::MAX),
            ("-9223372036854775808ns", i64::MIN),
            ("-2562047h47m16.854775808s", i64::MIN),
        ];
        for (text, nanos) in cases {
            assert_eq!(parse(text), Some(nanos), "{text}");
        }
        let refused = [
            "",
            "3",
            "-",
            "s",
            ".",
            "-.",
            ".s",
            "+.s",
            "1d",
            "1h ",
            "1 h",
            "\u{85}\u{85}",
            "3000000h",
            "9223372036854775808ns",
            "9223372036854775.808us",
            "-9223372036854775809ns",
            "1e3s",
            "1hé",
        ];
        for text in refused {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
