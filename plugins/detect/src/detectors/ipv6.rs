//! IPv6 addresses.

use std::net::Ipv6Addr;
use std::ops::Range;

use crate::bytes::{before, begins_word, ends_word, run_after, run_before, within};

/// The longest written form: six groups and an IPv4 address.
const LONGEST: usize = 45;

fn belongs(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')
}

/// The address around a colon.
pub(crate) fn ipv6(text: &[u8], colon: usize) -> Option<Range<usize>> {
    // Two colons within five bytes: what times of day and headers do not have.
    let near = within(text, colon.saturating_add(1)..colon.saturating_add(6));
    if !near.contains(&b':') {
        return None;
    }
    let start = run_before(text, colon, LONGEST, belongs);
    let mut end = run_after(text, colon, LONGEST, belongs);
    if end.saturating_sub(start) > LONGEST
        || !begins_word(text, start)
        || matches!(before(text, start), b'.' | b':')
    {
        return None;
    }
    while end > start && before(text, end) == b'.' {
        end = end.saturating_sub(1);
    }
    if before(text, end) == b':' && within(text, end.saturating_sub(2)..end) != b"::" {
        end = end.saturating_sub(1);
    }
    if !ends_word(text, end) {
        return None;
    }
    let written = std::str::from_utf8(within(text, start..end)).ok()?;
    let address: Ipv6Addr = written.parse().ok()?;
    let groups = written.split(':').filter(|group| !group.is_empty()).count();
    // Eight pairs of digits are a fingerprint.
    let has_long = written.split(':').any(|group| group.len() >= 3) || written.contains("::");
    let has_digit = written.bytes().any(|byte| byte.is_ascii_digit());
    // `::1` and `::` are everybody's, and `a::b` is a path in a program.
    let is_somebodys = !address.is_loopback()
        && !address.is_unspecified()
        && has_digit
        && has_long
        && (groups >= 3 || is_prefixed(address) || address.to_ipv4_mapped().is_some());
    is_somebodys.then_some(start..end)
}

/// Global, unique local and link-local addresses may be short.
fn is_prefixed(address: Ipv6Addr) -> bool {
    let first = address.segments().first().copied().unwrap_or_default();
    matches!(first, 0x2000..=0x3fff | 0xfc00..=0xfdff | 0xfe80..=0xfebf)
}
