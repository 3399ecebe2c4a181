//! How often a byte stands in telemetry, to choose the windows that answer least often.
//!
//! Rough shares, taken by eye from agent and service logs (JSON, paths, identifiers, prose). A wrong share costs time, never a match.

/// Share of each byte among all bytes of texts, in parts of a hundred thousand.
pub(super) const SHARES: [u32; 256] = {
    let mut shares = [0; 256];
    let mut left: &mut [u32] = &mut shares;
    let mut byte = 0_u8;
    while let Some((first, rest)) = left.split_first_mut() {
        *first = share(byte);
        byte = byte.wrapping_add(1);
        left = rest;
    }
    shares
};

const fn share(byte: u8) -> u32 {
    match byte {
        b'e' => 7_500,
        b' ' => 6_000,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 5_000,
        b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 2_800,
        b'0' | b'1' | b'2' => 2_400,
        b'"' | b'.' | b'-' | b'_' | b'/' | b':' => 1_800,
        b'3'..=b'9' | b'b' | b'f' | b'g' | b'h' | b'v' | b'w' | b'x' | b'y' => 1_400,
        b',' | b'=' | b'\\' | b'{' | b'}' => 700,
        b'j' | b'k' | b'q' | b'z' => 500,
        b'(' | b')' | b'[' | b']' | b'\'' | b'\n' | b'T' | b'E' | b'A' | b'S' | b'I' | b'O'
        | b'R' | b'N' => 400,
        b'A'..=b'Z' => 200,
        b'\t' | b'\r' | b'!'..=b'@' | b'`' | b'|' | b'~' => 80,
        0x80..=0xff => 60,
        _ => 20,
    }
}
