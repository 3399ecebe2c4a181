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
