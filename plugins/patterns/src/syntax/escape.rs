//! What a backslash says outside and inside of brackets.

use regex_syntax::hir::{Class, Hir, Look};

use super::{Node, Parser};
use crate::PatternError;

impl Parser<'_> {
    /// A backslash outside of brackets.
    pub(super) fn escape(&mut self, items: &mut Vec<Node>) -> Result<(), PatternError> {
        if self.eat(r"\Q") {
            let quoted = self.rest();
            let text = quoted.split(r"\E").next().unwrap_or_default();
            items.extend(text.chars().map(|c| Node::of(self.character(c))));
            self.at = self.at.saturating_add(text.len());
            self.eat(r"\E");
            return Ok(());
        }
        for (escape, look) in [
            (r"\A", Look::Start),
            (r"\z", Look::End),
            (r"\b", Look::WordAscii),
            (r"\B", Look::WordAsciiNegate),
        ] {
            if self.eat(escape) {
                items.push(Node::of(Hir::look(look)));
                return Ok(());
            }
        }
        if let Some(class) = self.class_escape()? {
            items.push(Node::of(Hir::class(Class::Unicode(class))));
            return Ok(());
        }
        let c = self.escaped_character()?;
        items.push(Node::of(self.character(c)));
        Ok(())
    }

    /// A backslash that stands for one character, as it may in brackets, too.
    pub(super) fn escaped_character(&mut self) -> Result<char, PatternError> {
        let start = self.at;
        let refused = |reason: &str| PatternError::new(start, reason);
        self.eat("\\");
        match self.next() {
            None => Err(refused(
                "the pattern ends in a backslash; write `\\\\` for the character",
            )),
            Some('x') => self.hexadecimal(start),
            Some('0') => self.octal(start, '0'),
            Some(c @ '1'..='7') if self.peek().is_some_and(|d| matches!(d, '0'..='7')) => {
                self.octal(start, c)
            }
            Some('1'..='9') => Err(refused(
                "backreferences are not in Go's syntax; write what is to be found again",
            )),
            Some('a') => Ok('\u{7}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('v') => Ok('\u{b}'),
            Some('C') => Err(refused(
                "`\\C` (one byte) is not in Go's syntax; `(?s:.)` is one character",
            )),
            Some('Z') => Err(refused(
                "`\\Z` is not in Go's syntax; `\\z` is the end of the text",
            )),
            Some(c) if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            Some(c) => Err(refused(&format!(
                "`\\{c}` is not in Go's syntax; leave the backslash out for the character"
            ))),
        }
    }

    /// Up to three octal digits, of which the first is read.
    fn octal(&mut self, start: usize, first: char) -> Result<char, PatternError> {
        let mut value = first.to_digit(8).unwrap_or(0);
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else {
                break;
            };
            value = value.saturating_mul(8).saturating_add(digit);
            self.next();
        }
        char::from_u32(value).ok_or_else(|| PatternError::new(start, "there is no such character"))
    }

    /// `\xFF` or `\x{10FFFF}`, of which the `\x` is read.
    fn hexadecimal(&mut self, start: usize) -> Result<char, PatternError> {
        let refused = || {
            PatternError::new(
                start,
                "a character by number is `\\xFF` or `\\x{10FFFF}`, and is not half of a surrogate pair",
            )
        };
        let rest = self.rest();
        let (digits, read) = match rest.strip_prefix('{') {
            Some(braced) => {
                let digits = braced.split('}').next().unwrap_or_default();
                if digits.len() == braced.len() {
                    return Err(refused());
                }
                (digits, digits.len().saturating_add(2))
            }
            None => (rest.get(..2).unwrap_or_default(), 2),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(refused());
        }
        self.at = self.at.saturating_add(read);
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
            .ok_or_else(refused)
    }
}
