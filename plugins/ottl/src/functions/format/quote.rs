//! Quoted texts, as Go's `strconv` writes them.

use std::fmt::Write as _;

/// Bytes between quotes, with Go's escapes; those that are no text by their numbers.
pub(super) fn quote(bytes: &[u8], quote: char, ascii: bool) -> String {
    let mut out = String::with_capacity(bytes.len().saturating_add(2));
    out.push(quote);
    for chunk in bytes.utf8_chunks() {
        escape(&mut out, chunk.valid(), quote, ascii);
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push(quote);
    out
}

fn escape(out: &mut String, text: &str, quote: char, ascii: bool) {
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            _ if letter == quote => {
                out.push('\\');
                out.push(quote);
            }
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            '\0'..'\x20' | '\x7f' => {
                let _ = write!(out, "\\x{:02x}", u32::from(letter));
            }
            _ if letter.is_ascii() || (!ascii && is_shown(letter)) => out.push(letter),
            _ if u32::from(letter) < 0x1_0000 => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => {
                let _ = write!(out, "\\U{:08x}", u32::from(letter));
            }
        }
    }
}

/// Whether a character has a shape of its own. What Rust's own escapes leave alone comes near to what Go prints.
pub(super) fn is_shown(letter: char) -> bool {
    letter == ' '
        || (!letter.is_whitespace() && letter.escape_debug().count() == 1)
        || matches!(letter, '"' | '\'' | '\\')
}
