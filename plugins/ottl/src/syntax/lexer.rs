//! From text to tokens. The rules are tried in an order, and the first that fits wins, as upstream's lexer has it.

use std::ops::Range;

use super::quote::unquote;
use super::token::{Kind, Token};
use crate::Mistake;

/// The tokens of a text, and one for its end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Mistake> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = run(rest, 0, |byte| {
            matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
        });
        if blank > 0 {
            at += blank;
            continue;
        }
        let (kind, length) = token(text, rest, at)?;
        let place = at..at + length;
        at = place.end;
        tokens.push(Token { kind, at: place });
    }
    tokens.push(Token {
        kind: Kind::End,
        at: text.len()..text.len(),
    });
    Ok(tokens)
}

/// The end of the bytes from `from` on that are all of a sort.
fn run(rest: &str, from: usize, sort: impl Fn(u8) -> bool) -> usize {
    let tail = rest.as_bytes().get(from..).unwrap_or_default();
    from + tail.iter().take_while(|byte| sort(**byte)).count()
}

fn byte(rest: &str, at: usize) -> Option<u8> {
    rest.as_bytes().get(at).copied()
}

fn token(text: &str, rest: &str, at: usize) -> Result<(Kind, usize), Mistake> {
    if let Some(number) = number(rest) {
        return Ok(number);
    }
    if rest.starts_with('"') {
        return quoted(text, rest, at);
    }
    if let Some(word) = word(rest) {
        return Ok(word);
    }
    if let Some(sign) = sign(rest) {
        return Ok(sign);
    }
    let odd = rest.chars().next().unwrap_or_default();
    let place: Range<usize> = at..at + odd.len_utf8();
    let mistake = Mistake::new(
        text,
        place,
        format!("no statement has the character {odd:?}"),
    );
    Err(match odd {
        '\'' | '`' | '“' | '”' => mistake.with_help("text stands between double quotes"),
        '&' | '|' | '!' => mistake.with_help("conditions are joined by `and`, `or` and `not`"),
        _ => mistake,
    })
}

fn number(rest: &str) -> Option<(Kind, usize)> {
    let digit = |byte: u8| byte.is_ascii_digit();
    if rest.starts_with("0x") {
        let end = run(rest, 2, |byte| byte.is_ascii_hexdigit());
        if end > 2 {
            return Some((Kind::Bytes, end));
        }
    }
    let whole = run(rest, 0, digit);
    if byte(rest, whole) != Some(b'.') {
        return (whole > 0).then_some((Kind::Int, whole));
    }
    let fraction = run(rest, whole + 1, digit);
    if whole == 0 && fraction == 1 {
        return None;
    }
    let mut end = fraction;
    if matches!(byte(rest, end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(byte(rest, end + 1), Some(b'+' | b'-')));
        let digits = run(rest, end + 1 + sign, digit);
        if digits > end + 1 + sign {
            end = digits;
        }
    }
    Some((Kind::Float, end))
}

fn quoted(text: &str, rest: &str, at: usize) -> Result<(Kind, usize), Mistake> {
    let mut escaped = false;
    for (place, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'\n' if escaped => break,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => {
                let inner = rest.get(1..place).unwrap_or_default();
                let unquoted = unquote(inner).map_err(|(offset, length)| {
                    let start = at + 1 + offset;
                    let escape = inner.get(offset..offset + length).unwrap_or_default();
                    Mistake::new(
                        text,
                        start..start + length,
                        format!("there is no escape `{escape}` in text"),
                    )
                    .with_help("a backslash itself is written \\\\")
                })?;
                return Ok((Kind::Text(unquoted), place + 1));
            }
            _ => {}
        }
    }
    Err(Mistake::new(text, at..text.len(), "the text is not closed")
        .with_help("close it with a double quote"))
}

fn word(rest: &str) -> Option<(Kind, usize)> {
    let first = byte(rest, 0)?;
    let next_is_word = |end: usize| {
        byte(rest, end).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if first.is_ascii_lowercase() {
        let end = run(rest, 1, |byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
        });
        let kind = match rest.get(..end)? {
            _ if next_is_word(end) => Kind::Lower,
            "nil" => Kind::Nil,
            "not" => Kind::Not,
            "or" => Kind::Or,
            "and" => Kind::And,
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            _ => Kind::Lower,
        };
        return Some((kind, end));
    }
    if first.is_ascii_uppercase() {
        let end = run(rest, 1, |byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
        });
        return Some((Kind::Upper, end));
    }
    (first == b'_' && !next_is_word(1)).then_some((Kind::Underscore, 1))
}

fn sign(rest: &str) -> Option<(Kind, usize)> {
    let two = ["==", "!=", ">=", "<="];
    if two.iter().any(|sign| rest.starts_with(sign)) {
        return Some((Kind::Compare, 2));
    }
    if rest.starts_with("=>") {
        return Some((Kind::Arrow, 2));
    }
    let kind = match byte(rest, 0)? {
        b'<' | b'>' => Kind::Compare,
        b'+' => Kind::Plus,
        b'-' => Kind::Minus,
        b'*' => Kind::Star,
        b'/' => Kind::Slash,
        b'=' => Kind::Equal,
        b'(' => Kind::Open,
        b')' => Kind::Close,
        b'{' => Kind::OpenBrace,
        b'}' => Kind::CloseBrace,
        b':' => Kind::Colon,
        b',' => Kind::Comma,
        b'.' => Kind::Dot,
        b'[' => Kind::OpenBracket,
        b']' => Kind::CloseBracket,
        _ => return None,
    };
    Some((kind, 1))
}
