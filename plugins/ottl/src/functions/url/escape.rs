//! Percent signs in the parts of an address, as Go's `net/url` reads and writes them.

/// A part of an address. In each other characters stand for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    Host,
    Zone,
    User,
    Query,
    Fragment,
}

/// Whether a byte has to be escaped in a part.
fn is_escaped(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return false;
    }
    if matches!(part, Part::Host | Part::Zone) {
        return !b"!$&'()*+,;=:[]<>\"".contains(&byte);
    }
    if b"$&+,/:;=?@".contains(&byte) {
        return match part {
            Part::Path => byte == b'?',
            Part::User => b"@/?:".contains(&byte),
            Part::Fragment => false,
            _ => true,
        };
    }
    !(part == Part::Fragment && b"!()*".contains(&byte))
}

/// A text with what it escapes; none where an escape is none.
pub(super) fn unescape(text: &[u8], part: Part) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'%' => {
                let ([high, low], after) = after.split_first_chunk()?;
                let digit = |digit: &u8| char::from(*digit).to_digit(16);
                let value = u8::try_from(digit(high)? << 4 | digit(low)?).ok()?;
                let percent = value == b'%';
                let bad = match part {
                    // A host has only bytes beyond ASCII escaped.
                    Part::Host => value < 0x80 && !percent,
                    Part::Zone => !percent && value != b' ' && is_escaped(value, Part::Host),
                    _ => false,
                };
                if bad {
                    return None;
                }
                out.push(value);
                rest = after;
            }
            b'+' if part == Part::Query => out.push(b' '),
            byte if matches!(part, Part::Host | Part::Zone)
                && byte.is_ascii()
                && is_escaped(*byte, part) =>
            {
                return None;
            }
            byte => out.push(*byte),
        }
    }
    Some(out)
}

/// A part with everything escaped that has to be.
pub(super) fn escape(text: &[u8], part: Part) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |bits: u8| DIGITS.get(usize::from(bits & 15)).copied().unwrap_or(b'0');
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if is_escaped(*byte, part) {
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(*byte)]);
        } else {
            out.push(*byte);
        }
    }
    out
}

/// What a part was written as, if it may stay so; otherwise with what has to be escaped.
pub(super) fn respell(written: &[u8], meant: &[u8], part: Part) -> Vec<u8> {
    let valid = |byte: &u8| b"!$&'()*+,;=:@[]%".contains(byte) || !is_escaped(*byte, part);
    if written.iter().all(valid) {
        written.to_vec()
    } else {
        escape(meant, part)
    }
}
