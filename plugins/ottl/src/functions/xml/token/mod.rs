//! XML as a sequence of tokens, with the strictness of Go's `encoding/xml`: no entities but the five and numbers, no external anything.

mod declaration;
mod tag;
mod text;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::Error;

/// A name with the namespace that its prefix stands for; where the prefix is not declared, the prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) space: String,
    pub(super) local: String,
}

/// An attribute.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: Name,
    pub(super) value: String,
}

/// A token.
#[derive(Debug)]
pub(super) enum Token {
    Start {
        name: Name,
        /// The prefix as it was written.
        prefix: String,
        attributes: Vec<Attribute>,
    },
    End,
    Text {
        text: String,
        cdata: bool,
    },
    Comment(String),
    Instruction {
        target: String,
        text: String,
    },
    Directive(String),
}

/// What is done about a document that says it is not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charsets {
    Refused,
    /// What is behind the declaration is read in the encoding that it names.
    Read,
}

pub(super) const NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

const END: Error = Error::failed("the XML ends too early");
const SYNTAX: Error = Error::failed("the XML is not well-formed");

/// An element that is open: its name as it was written, and the namespaces to be put back when it ends.
struct Open {
    prefix: String,
    local: String,
    before: Vec<(String, Option<String>)>,
}

/// Reads tokens.
pub(super) struct Decoder<'t> {
    text: Cow<'t, str>,
    at: usize,
    charsets: Charsets,
    open: Vec<Open>,
    /// Whether the element that was begun last ended at once.
    ended: bool,
    spaces: BTreeMap<String, String>,
}

impl<'t> Decoder<'t> {
    pub(super) const fn new(text: &'t str, charsets: Charsets) -> Self {
        Self {
            text: Cow::Borrowed(text),
            at: 0,
            charsets,
            open: Vec::new(),
            ended: false,
            spaces: BTreeMap::new(),
        }
    }

    /// Whether nothing is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Moves behind a text if it stands here.
    fn skip(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at = self.at.saturating_add(text.len());
        }
        found
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\r' | b'\n' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// What stands before a text, and moves behind it.
    fn until(&mut self, end: &str) -> Result<String, Error> {
        let (found, _) = self.rest().split_once(end).ok_or(END)?;
        let found = found.to_owned();
        self.at = self
            .at
            .saturating_add(found.len())
            .saturating_add(end.len());
        Ok(found)
    }

    /// The next token; none at the end of the document.
    pub(super) fn next(&mut self) -> Result<Option<Token>, Error> {
        if self.ended {
            self.ended = false;
            return self.close(None).map(Some);
        }
        if self.is_at_end() {
            return if self.open.is_empty() {
                Ok(None)
            } else {
                Err(END)
            };
        }
        if self.peek() != Some(b'<') {
            return self.characters().map(Some);
        }
        self.at += 1;
        let token = match self.peek().ok_or(END)? {
            b'/' => {
                self.at += 1;
                let (prefix, local) = self.qualified()?;
                self.skip_space();
                match self.peek().ok_or(END)? {
                    b'>' => self.at += 1,
                    _ => return Err(SYNTAX),
                }
                self.close(Some((prefix, local)))?
            }
            b'?' => {
                self.at += 1;
                self.instruction()?
            }
            b'!' => {
                self.at += 1;
                self.declaration()?
            }
            _ => self.start()?,
        };
        Ok(Some(token))
    }

    fn close(&mut self, name: Option<(String, String)>) -> Result<Token, Error> {
        let open = self.open.pop().ok_or(SYNTAX)?;
        if name.is_some_and(|(prefix, local)| prefix != open.prefix || local != open.local) {
            return Err(SYNTAX);
        }
        for (prefix, before) in open.before.into_iter().rev() {
            match before {
                Some(space) => self.spaces.insert(prefix, space),
                None => self.spaces.remove(&prefix),
            };
        }
        Ok(Token::End)
    }
}
