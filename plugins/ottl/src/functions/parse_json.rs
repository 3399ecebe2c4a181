//! `ParseJSON`: JSON text as telemetry's values.
//!
//! Upstream's decoder is lenient in places, and so is this one: control characters may stand in texts, numbers may begin with zeros or
//! end with a point, a key may be `null`, and a NUL ends the text.

use crate::value::{Entries, List, ListKind, Text};
use crate::{Error, Function, Kind, Parameter, Value, go};

use super::unique;

pub(super) const LIST: &[&Function] = &[&PARSE_JSON];

static PARSE_JSON: Function = Function::new(
    "ParseJSON",
    &[Parameter::new("Target", Kind::Text)],
    |call| {
        let text = call.text(0)?;
        parse(&text)
    },
);

/// How deep lists and objects may stand within one another: as deep as a value that is stored may be.
const DEEPEST: usize = 128;

const INVALID: Error = Error::failed("the text is no JSON");
const NO_CONTAINER: Error = Error::failed("the JSON is neither an object nor a list");
const TOO_DEEP: Error = Error::failed("the JSON is nested too deeply");

fn parse<'e>(text: &Text<'e>) -> Result<Value<'e>, Error> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(DEEPEST)?;
    match parser.skip_space() {
        None => {}
        Some(_) => return Err(INVALID),
    }
    match value {
        Value::List(_) | Value::Map(_) => Ok(value),
        _ => Err(NO_CONTAINER),
    }
}

struct Parser<'t, 'e> {
    text: &'t Text<'e>,
    at: usize,
}

impl<'e> Parser<'_, 'e> {
    /// The byte at a place; none behind the end, which a NUL is, too.
    fn byte(&self, at: usize) -> Option<u8> {
        let byte = self.text.as_bytes().get(at).copied();
        byte.filter(|byte| *byte != 0)
    }

    fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    fn skip_space(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    fn word(&mut self, word: &str) -> Result<(), Error> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(INVALID);
        }
        self.at += word.len();
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Value<'e>, Error> {
        match self.skip_space().ok_or(INVALID)? {
            b'{' => self.object(depth.checked_sub(1).ok_or(TOO_DEEP)?),
            b'[' => self.list(depth.checked_sub(1).ok_or(TOO_DEEP)?),
            b'"' => self.string().map(Value::Text),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true").map(|()| Value::Bool(true)),
            b'f' => self.word("false").map(|()| Value::Bool(false)),
            b'n' => self.word("null").map(|()| Value::Nil),
            _ => Err(INVALID),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'e>, Error> {
        self.at += 1;
        let mut entries = Entries::new();
        if self.skip_space() == Some(b'}') {
            self.at += 1;
            return Ok(unique::map(entries).into());
        }
        loop {
            let key = match self.skip_space() {
                Some(b'"') => self.string()?,
                Some(b'n') => self.word("null").map(|()| Text::Borrowed(""))?,
                _ => return Err(INVALID),
            };
            if self.skip_space() != Some(b':') {
                return Err(INVALID);
            }
            self.at += 1;
            let value = self.value(depth)?;
            entries.push((key, value));
            let next = self.skip_space();
            self.at += 1;
            match next {
                Some(b',') => {}
                Some(b'}') => return Ok(unique::map(entries).into()),
                _ => return Err(INVALID),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value<'e>, Error> {
        self.at += 1;
        let mut items = Vec::new();
        if self.skip_space() == Some(b']') {
            self.at += 1;
            return Ok(List::new(ListKind::Slice, items).into());
        }
        loop {
            items.push(self.value(depth)?);
            let next = self.skip_space();
            self.at += 1;
            match next {
                Some(b',') => {}
                Some(b']') => return Ok(List::new(ListKind::Slice, items).into()),
                _ => return Err(INVALID),
            }
        }
    }

    fn number(&mut self) -> Result<Value<'e>, Error> {
        let begin = self.at;
        while let Some(b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-') = self.peek() {
            self.at += 1;
        }
        let ends = matches!(
            self.peek(),
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b'}' | b']')
        );
        let digits = self.text.get(begin..self.at).filter(|_| ends);
        let number = digits.and_then(go::parse_double).ok_or(INVALID)?;
        Ok(Value::Double(number))
    }

    /// A text behind its first quote; borrowed where nothing in it is escaped.
    fn string(&mut self) -> Result<Text<'e>, Error> {
        self.at += 1;
        let begin = self.at;
        let mut copied = begin;
        let mut out = String::new();
        loop {
            match self.peek().ok_or(INVALID)? {
                b'"' => break,
                b'\\' => {
                    out.push_str(self.text.get(copied..self.at).ok_or(INVALID)?);
                    out.push(self.escape()?);
                    copied = self.at;
                }
                _ => self.at += 1,
            }
        }
        let end = self.at;
        self.at += 1;
        if copied == begin {
            return self.text.part(begin..end).ok_or(INVALID);
        }
        out.push_str(self.text.get(copied..end).ok_or(INVALID)?);
        Ok(out.into())
    }

    fn escape(&mut self) -> Result<char, Error> {
        let letter = self.byte(self.at + 1).ok_or(INVALID)?;
        let character = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(INVALID),
        };
        self.at += 2;
        Ok(character)
    }

    /// A character by its number, or by two that make a pair; a half without the other becomes U+FFFD.
    fn unicode(&mut self) -> Result<char, Error> {
        let code = self.code(self.at).ok_or(INVALID)?;
        self.at += 6;
        if (0xd800..0xdc00).contains(&code)
            && let Some(low @ 0xdc00..0xe000) = self.code(self.at)
        {
            self.at += 6;
            let code = ((code - 0xd800) << 10 | (low - 0xdc00)) + 0x1_0000;
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The number of an escape such as `\u00e9`, if one stands there.
    fn code(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at.checked_add(6)?)?.strip_prefix("\\u")?;
        let digits = digits
            .bytes()
            .all(|digit| digit.is_ascii_hexdigit())
            .then_some(digits)?;
        u32::from_str_radix(digits, 16).ok()
    }
}
