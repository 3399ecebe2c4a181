//! Lengths of time.

use std::fmt::Write as _;

/// A length of time as `time.Duration` shows it: `1h2m3.5s`.
#[must_use]
pub fn duration(nanos: i64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000, "ms"), (1_000, "µs"), (1, "ns")];
    let size = nanos.unsigned_abs();
    if size == 0 {
        return "0s".to_owned();
    }
    let mut out = if nanos < 0 {
        "-".to_owned()
    } else {
        String::new()
    };
    if size < 1_000_000_000 {
        let unit = UNITS.iter().find(|(unit, _)| size >= *unit);
        let (unit, name) = unit.copied().unwrap_or((1, "ns"));
        fraction(&mut out, size, unit);
        out.push_str(name);
        return out;
    }
    let minutes = size / 60_000_000_000;
    if minutes >= 60 {
        let _ = write!(out, "{}h", minutes / 60);
    }
    if minutes > 0 {
        let _ = write!(out, "{}m", minutes % 60);
    }
    fraction(&mut out, size % 60_000_000_000, 1_000_000_000);
    out.push('s');
    out
}

/// A number of nanoseconds in a unit, with the digits that are not zero.
fn fraction(out: &mut String, nanos: u64, unit: u64) {
    let _ = write!(out, "{}", nanos / unit);
    let rest = nanos % unit;
    if rest > 0 {
        let width = unit.ilog10() as usize;
        let digits = format!("{rest:0width$}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}
