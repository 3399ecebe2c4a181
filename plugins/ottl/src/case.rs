//! How names are spelled in one case and another, as upstream's library for it does.

/// `replacement_format` and `replacementFormat` as `ReplacementFormat`.
pub(crate) fn pascal(name: &str) -> String {
    let name = name.trim();
    // The one word that the library knows as an acronym.
    let acronym = name == "ID";
    let name = if acronym { "id" } else { name };
    let mut out = Vec::with_capacity(name.len());
    let mut capital_next = true;
    let mut after_capital = false;
    for byte in name.bytes() {
        let mut letter = byte;
        if capital_next {
            letter = letter.to_ascii_uppercase();
        } else if after_capital && byte.is_ascii_uppercase() && !acronym {
            letter = letter.to_ascii_lowercase();
        }
        after_capital = byte.is_ascii_uppercase();
        if byte.is_ascii_alphabetic() {
            out.push(letter);
            capital_next = false;
        } else if byte.is_ascii_digit() {
            out.push(letter);
            capital_next = true;
        } else {
            capital_next = matches!(byte, b'_' | b' ' | b'-' | b'.');
        }
    }
    String::from_utf8(out).unwrap_or_default()
}

/// `someName` as `some_name`.
pub(crate) fn snake(name: &str) -> String {
    let bytes = name.trim().as_bytes();
    let mut out = Vec::with_capacity(bytes.len().saturating_add(2));
    let mut before = b' ';
    for (place, byte) in bytes.iter().enumerate() {
        let next = bytes.get(place + 1).copied().unwrap_or(b' ');
        let (capital, small) = (byte.is_ascii_uppercase(), byte.is_ascii_lowercase());
        let digit = byte.is_ascii_digit();
        let changes = capital && (next.is_ascii_lowercase() || next.is_ascii_digit())
            || small && (next.is_ascii_uppercase() || next.is_ascii_digit())
            || digit && next.is_ascii_alphabetic();
        // An acronym is a word: its last capital begins the next one.
        if changes && capital && next.is_ascii_lowercase() && before.is_ascii_uppercase() {
            out.push(b'_');
        }
        out.push(match byte {
            b' ' | b'-' | b'.' => b'_',
            other => other.to_ascii_lowercase(),
        });
        if changes && (small || digit || next.is_ascii_digit()) {
            out.push(b'_');
        }
        before = *byte;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Text in small letters, each of them one character, as Go has it.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(lower_character).collect()
}

/// Text in capitals, each of them one character, as Go has it.
pub(crate) fn upper(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars().map(upper_character).collect()
}

fn lower_character(letter: char) -> char {
    let mut small = letter.to_lowercase();
    match (letter, small.next(), small.next()) {
        ('\u{130}', _, _) => 'i',
        (_, Some(small), None) => small,
        _ => letter,
    }
}

fn upper_character(letter: char) -> char {
    let mut capitals = letter.to_uppercase();
    match (letter, capitals.next(), capitals.next()) {
        (_, Some(capital), None) => capital,
        // Greek letters with an iota below have a capital of their own beside the one of two characters.
        ('\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}', _, _) => {
            char::from_u32(u32::from(letter) + 8).unwrap_or(letter)
        }
        ('\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}', _, _) => {
            char::from_u32(u32::from(letter) + 9).unwrap_or(letter)
        }
        _ => letter,
    }
}
