//! Text between tags and in attributes, and what its entities stand for.

use crate::Error;

use super::{Decoder, SYNTAX, Token};

const ENTITY: Error = Error::failed("the XML uses an entity that is not known");

impl Decoder<'_> {
    /// Text up to the next tag.
    pub(super) fn characters(&mut self) -> Result<Token, Error> {
        let rest = self.rest();
        let end = rest.find('<').unwrap_or(rest.len());
        let raw = rest.get(..end).unwrap_or_default();
        if raw.contains("]]>") {
            return Err(SYNTAX);
        }
        // What is read as text is taken for CDATA upstream if it looks so.
        let cdata = raw
            .as_bytes()
            .get(..8)
            .is_some_and(|head| head.eq_ignore_ascii_case(b"![CDATA["));
        let text = unescape(raw)?;
        self.at = self.at.saturating_add(end);
        Ok(Token::Text { text, cdata })
    }
}

/// Text with line ends as `\n`, of characters that XML allows.
pub(super) fn plain(text: &str) -> Result<String, Error> {
    if !text.chars().all(is_allowed) {
        return Err(SYNTAX);
    }
    if !text.contains('\r') {
        return Ok(text.to_owned());
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

const fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Text with what its entities stand for.
pub(super) fn unescape(raw: &str) -> Result<String, Error> {
    let mut parts = raw.split('&');
    let mut out = plain(parts.next().unwrap_or_default())?;
    for part in parts {
        let (entity, text) = part.split_once(';').ok_or(ENTITY)?;
        let character = match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "apos" => '\'',
            "quot" => '"',
            other => numbered(other.strip_prefix('#').ok_or(ENTITY)?).ok_or(ENTITY)?,
        };
        if !is_allowed(character) {
            return Err(SYNTAX);
        }
        out.push(character);
        out.push_str(&plain(text)?);
    }
    Ok(out)
}

/// The character of a number; the half of a pair becomes U+FFFD.
fn numbered(text: &str) -> Option<char> {
    let (digits, base) = match text.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let fits = digits.chars().all(|digit| digit.is_digit(base));
    let code = u32::from_str_radix(digits, base).ok().filter(|_| fits)?;
    if matches!(code, 0xd800..0xe000) {
        return Some(char::REPLACEMENT_CHARACTER);
    }
    char::from_u32(code)
}
