//! Go's escapes within double quotes.

/// Text without its escapes; of one that there is not, its place and length.
///
/// `\x80` and `\200` are characters here, not bytes: upstream reads each escape as a character of its own.
pub(super) fn unquote(text: &str) -> Result<String, (usize, usize)> {
    if !text.contains('\\') {
        return Ok(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(escape) = rest.strip_prefix('\\') else {
            let plain = rest.find('\\').unwrap_or(rest.len());
            out.push_str(rest.get(..plain).unwrap_or_default());
            at += plain;
            continue;
        };
        let letter = escape.chars().next().unwrap_or_default();
        let (character, length) = escaped(letter, escape).ok_or((at, 1 + letter.len_utf8()))?;
        out.push(character);
        at += 1 + length;
    }
    Ok(out)
}

/// The character that an escape stands for, and its length without the backslash.
fn escaped(letter: char, escape: &str) -> Option<(char, usize)> {
    let plain = match letter {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' | '"' => letter,
        'x' => return digits(escape, 1, 2, 16),
        'u' => return digits(escape, 1, 4, 16),
        'U' => return digits(escape, 1, 8, 16),
        '0'..='7' => {
            return digits(escape, 0, 3, 8).filter(|(character, _)| u32::from(*character) < 256);
        }
        _ => return None,
    };
    Some((plain, 1))
}

fn digits(escape: &str, from: usize, count: usize, base: u32) -> Option<(char, usize)> {
    let end = from + count;
    let digits = escape.get(from..end)?;
    if !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let number = u32::from_str_radix(digits, base).ok()?;
    Some((char::from_u32(number)?, end))
}
