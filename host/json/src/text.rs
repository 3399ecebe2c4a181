//! JSON as a stream of tokens.

use std::borrow::Cow;

use crate::error::{JsonError, Problem};

/// How deep values may stand inside each other where nobody looks at them.
const MAX_SKIPPED_DEPTH: usize = 10_000;

/// A place in a JSON text. What a method leaves behind after an error does not matter: the first error ends the reading.
pub(crate) struct Cursor<'a> {
    whole: &'a str,
    rest: &'a str,
}

/// Why reading stopped; the place is where the cursor stands.
pub(crate) type Found<T> = Result<T, Problem>;

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            whole: text,
            rest: text,
        }
    }

    /// Gives a problem the place where the cursor stands.
    pub(crate) fn locate(&self, problem: Problem) -> JsonError {
        locate(
            self.whole.as_bytes(),
            self.whole.len().saturating_sub(self.rest.len()),
            problem,
        )
    }

    /// The next byte that is not white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest.as_bytes().first().copied()
    }

    /// Whether nothing but white space is left.
    pub(crate) fn at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Takes `byte` if it is next.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        if there {
            self.advance(1);
        }
        there
    }

    /// Takes `byte`, or says that `otherwise` is wrong.
    pub(crate) fn expect(&mut self, byte: u8, otherwise: Problem) -> Found<()> {
        match self.peek() {
            Some(next) if next == byte => {
                self.advance(1);
                Ok(())
            }
            Some(_) => Err(otherwise),
            None => Err(Problem::Ends),
        }
    }

    /// After an element: whether another one follows, in something that ends with `close`.
    pub(crate) fn another(&mut self, close: u8) -> Found<bool> {
        if self.take(b',') {
            return Ok(true);
        }
        self.expect(close, Problem::Syntax).map(|()| false)
    }

    /// Takes a name and its colon.
    pub(crate) fn name(&mut self) -> Found<Cow<'a, str>> {
        let name = self.string(Problem::Syntax)?;
        self.expect(b':', Problem::Syntax)?;
        Ok(name)
    }

    /// Takes `null` if it is next.
    pub(crate) fn null(&mut self) -> Found<bool> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
        self.word("null", Problem::Syntax).map(|()| true)
    }

    /// Takes a boolean.
    pub(crate) fn boolean(&mut self) -> Found<bool> {
        match self.peek() {
            Some(b't') => self.word("true", Problem::Syntax).map(|()| true),
            Some(b'f') => self.word("false", Problem::Syntax).map(|()| false),
            Some(_) => Err(Problem::Bool),
            None => Err(Problem::Ends),
        }
    }

    /// Takes a string; `otherwise` is wrong when something else stands there.
    pub(crate) fn string(&mut self, otherwise: Problem) -> Found<Cow<'a, str>> {
        self.expect(b'"', otherwise)?;
        let first = self.chunk()?;
        if self.rest.starts_with('"') {
            self.advance(1);
            return Ok(Cow::Borrowed(first));
        }
        let mut text = first.to_owned();
        loop {
            if self.rest.starts_with('"') {
                self.advance(1);
                return Ok(Cow::Owned(text));
            }
            text.push(self.escape()?);
            text.push_str(self.chunk()?);
        }
    }

    /// Takes a number and gives its text.
    pub(crate) fn number(&mut self, otherwise: Problem) -> Found<&'a str> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => {}
            Some(_) => return Err(otherwise),
            None => return Err(Problem::Ends),
        }
        let start = self.rest;
        if self.rest.starts_with('-') {
            self.advance(1);
        }
        if self.rest.starts_with('0') {
            self.advance(1);
        } else {
            self.digits()?;
        }
        if self.rest.starts_with('.') {
            self.advance(1);
            self.digits()?;
        }
        if self.rest.starts_with(['e', 'E']) {
            self.advance(1);
            if self.rest.starts_with(['+', '-']) {
                self.advance(1);
            }
            self.digits()?;
        }
        let length = start.len().saturating_sub(self.rest.len());
        Ok(start.get(..length).unwrap_or_default())
    }

    /// Steps over a value, whatever it is, without recursion.
    pub(crate) fn skip(&mut self) -> Found<()> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            match self.peek() {
                Some(b'{') => {
                    self.advance(1);
                    if !self.take(b'}') {
                        self.name()?;
                        push(&mut open, b'}')?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.advance(1);
                    if !self.take(b']') {
                        push(&mut open, b']')?;
                        continue;
                    }
                }
                Some(b'"') => {
                    self.string(Problem::Syntax)?;
                }
                Some(b't' | b'f') => {
                    self.boolean()?;
                }
                Some(b'n') => {
                    self.null()?;
                }
                _ => {
                    self.number(Problem::Syntax)?;
                }
            }
            loop {
                let Some(close) = open.last().copied() else {
                    return Ok(());
                };
                if self.another(close)? {
                    if close == b'}' {
                        self.name()?;
                    }
                    break;
                }
                open.pop();
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn word(&mut self, word: &str, otherwise: Problem) -> Found<()> {
        self.rest = self.rest.strip_prefix(word).ok_or(otherwise)?;
        Ok(())
    }

    fn digits(&mut self) -> Found<()> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Err(if self.rest.is_empty() {
                Problem::Ends
            } else {
                Problem::Syntax
            });
        }
        self.advance(digits);
        Ok(())
    }

    /// Takes what stands before the next quote or backslash.
    fn chunk(&mut self) -> Found<&'a str> {
        let length = memchr::memchr2(b'"', b'\\', self.rest.as_bytes()).ok_or(Problem::Ends)?;
        let (chunk, rest) = self.rest.split_at_checked(length).ok_or(Problem::Utf8)?;
        if chunk.bytes().any(|byte| byte < 0x20) {
            return Err(Problem::Control);
        }
        self.rest = rest;
        Ok(chunk)
    }

    fn escape(&mut self) -> Found<char> {
        let mut bytes = self.rest.bytes();
        bytes.next();
        let character = match bytes.next().ok_or(Problem::Ends)? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.advance(2);
                return self.unicode_escape();
            }
            _ => return Err(Problem::Escape),
        };
        self.advance(2);
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Found<char> {
        let first = self.code_unit()?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(u32::from(first)).ok_or(Problem::Escape);
        }
        self.rest = self.rest.strip_prefix("\\u").ok_or(Problem::Escape)?;
        let second = self.code_unit()?;
        match char::decode_utf16([first, second]).next() {
            Some(Ok(character)) => Ok(character),
            _ => Err(Problem::Escape),
        }
    }

    fn code_unit(&mut self) -> Found<u16> {
        let digits = self.rest.get(..4).ok_or(Problem::Escape)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Problem::Escape);
        }
        let unit = u16::from_str_radix(digits, 16).map_err(|_| Problem::Escape)?;
        self.advance(4);
        Ok(unit)
    }
}

/// Gives a problem at an offset its line and column.
pub(crate) fn locate(text: &[u8], offset: usize, problem: Problem) -> JsonError {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at.saturating_add(1));
    JsonError {
        line: memchr::memchr_iter(b'\n', before).count().saturating_add(1),
        column: before.len().saturating_sub(line_start).saturating_add(1),
        problem,
    }
}

fn push(open: &mut Vec<u8>, close: u8) -> Found<()> {
    if open.len() >= MAX_SKIPPED_DEPTH {
        return Err(Problem::Depth);
    }
    open.push(close);
    Ok(())
}
