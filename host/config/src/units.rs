//! Durations in Go's spelling and sizes in bytes.

use std::time::Duration;

const UNITS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3600e9),
];

/// The longest duration that Go can hold, in nanoseconds.
const LONGEST: f64 = 9_223_372_036_854_775_807.0;

/// Reads a duration such as `1h2m3s`, `300ms`, `1.5s` or `0`. Negative ones are none.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('+').unwrap_or(text);
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(number_end)?;
        let unit_end = tail
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(tail.len());
        let (unit, next) = tail.split_at_checked(unit_end)?;
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
        nanoseconds += number.parse::<f64>().ok()? * scale;
        rest = next;
    }
    if text.is_empty() || nanoseconds > LONGEST {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative and at most LONGEST"
    )]
    let whole = nanoseconds.round() as u64;
    Some(Duration::from_nanos(whole))
}

/// Reads a size such as `64MiB`, `64MB`, `1.5GiB` or `1048576`.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let scale: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "ki" | "kib" => 1 << 10,
        "mi" | "mib" => 1 << 20,
        "gi" | "gib" => 1 << 30,
        _ => return None,
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(scale);
    }
    let bytes = number.parse::<f64>().ok()? * f64::from(u32::try_from(scale).ok()?);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative and bounded by the comparison"
    )]
    (bytes < 9e18).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn durations_are_spelt_as_in_go() {
        let cases = [
            ("300ms", Duration::from_millis(300)),
            ("1h2m3s", Duration::from_secs(3723)),
            ("1.5s", Duration::from_millis(1500)),
            ("100us", Duration::from_micros(100)),
            ("100µs", Duration::from_micros(100)),
            ("0", Duration::ZERO),
            ("0s", Duration::ZERO),
            (".5m", Duration::from_secs(30)),
        ];
        for (text, expected) in cases {
            assert_eq!(duration(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "5",
            "-1s",
            "5 s",
            "s",
            "1d",
            "1s2",
            "1..5s",
            "ms5",
            "300000h0",
            "9999999999h",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_have_binary_and_decimal_units() {
        let cases = [
            ("64MiB", 64 << 20),
            ("64MB", 64_000_000),
            ("1.5KiB", 1536),
            ("10", 10),
            ("1 GiB", 1 << 30),
            ("2Mi", 2 << 20),
            ("7B", 7),
        ];
        for (text, expected) in cases {
            assert_eq!(size(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "MiB",
            "-1MiB",
            "1TiBB",
            "x",
            "1.2.3MB",
            "99999999999999999999",
        ] {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
