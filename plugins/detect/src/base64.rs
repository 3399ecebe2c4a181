//! Base64 in either alphabet, with or without padding.

/// The bytes that a piece of base64 stands for; none if it is none.
pub(crate) fn decoded(piece: &[u8]) -> Option<Vec<u8>> {
    let digits = piece
        .iter()
        .rposition(|byte| *byte != b'=')
        .map_or(0, |last| last.saturating_add(1));
    let digits = piece.get(..digits)?;
    if digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len().saturating_mul(3) / 4);
    let mut word = 0_u32;
    let mut bits = 0_u32;
    for digit in digits {
        word = word << 6 | u32::from(value(*digit)?);
        bits = bits.saturating_add(6);
        if bits >= 8 {
            bits = bits.saturating_sub(8);
            out.push(u8::try_from((word >> bits) & 0xff).unwrap_or_default());
        }
    }
    Some(out)
}

/// Whether the first bytes that a piece stands for may be those of something to read: most words begin with none.
pub(crate) fn may_be_readable(piece: &[u8]) -> bool {
    let [first, second, third, fourth, ..] = piece else {
        return false;
    };
    let digits = [*first, *second, *third, *fourth].map(value);
    let [Some(first), Some(second), Some(third), Some(fourth)] = digits else {
        return false;
    };
    let bytes = [
        first << 2 | second >> 4,
        second << 4 | third >> 2,
        third << 6 | fourth,
    ];
    bytes
        .iter()
        .all(|byte| *byte >= b' ' && *byte != 0x7f || matches!(byte, b'\n' | b'\r' | b'\t'))
}

#[inline]
fn value(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_comes_back() {
        for (encoded, plain) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("8J-YgA", "😀"),
        ] {
            assert_eq!(
                decoded(encoded.as_bytes()),
                Some(plain.as_bytes().to_vec()),
                "{encoded}"
            );
        }
        for wrong in ["Zm9vY", "Zm 9v", "Zg=a", "Zm9vü"] {
            assert_eq!(decoded(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
