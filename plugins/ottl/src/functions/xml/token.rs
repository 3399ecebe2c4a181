//! XML as a sequence of tokens, with the strictness of Go's `encoding/xml`: no entities but the five and numbers, no external anything.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::Error;

use super::name;

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
const ENTITY: Error = Error::failed("the XML uses an entity that is not known");
const VERSION: Error = Error::failed("the XML is of another version than 1.0");
const CHARSET: Error = Error::failed("the XML is in an encoding that cannot be read");

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

    fn name(&mut self) -> Result<String, Error> {
        let part = |character: char| {
            !character.is_ascii()
                || character.is_ascii_alphanumeric()
                || matches!(character, '_' | ':' | '.' | '-')
        };
        let rest = self.rest();
        let length = rest.find(|character| !part(character)).ok_or(END)?;
        let name = rest.get(..length).unwrap_or_default();
        if !name::is_name(name) {
            return Err(SYNTAX);
        }
        let name = name.to_owned();
        self.at = self.at.saturating_add(length);
        Ok(name)
    }

    /// A name with its prefix, which is empty where there is none.
    fn qualified(&mut self) -> Result<(String, String), Error> {
        let name = self.name()?;
        match name.split_once(':') {
            Some((_, local)) if local.contains(':') => Err(SYNTAX),
            Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() => {
                Ok((prefix.to_owned(), local.to_owned()))
            }
            _ => Ok((String::new(), name)),
        }
    }

    fn start(&mut self) -> Result<Token, Error> {
        let (prefix, local) = self.qualified()?;
        let mut attributes = Vec::new();
        loop {
            self.skip_space();
            match self.peek().ok_or(END)? {
                b'/' => {
                    self.at += 1;
                    match self.peek().ok_or(END)? {
                        b'>' => self.at += 1,
                        _ => return Err(SYNTAX),
                    }
                    self.ended = true;
                    break;
                }
                b'>' => {
                    self.at += 1;
                    break;
                }
                _ => attributes.push(self.attribute()?),
            }
        }
        let mut before = Vec::new();
        for Attribute { name, value } in &attributes {
            let declared = match (name.space.as_str(), name.local.as_str()) {
                ("xmlns", prefix) => prefix,
                ("", "xmlns") => "",
                _ => continue,
            };
            let known = self.spaces.insert(declared.to_owned(), value.clone());
            before.push((declared.to_owned(), known));
        }
        let name = Name {
            space: self.space(&prefix),
            local: local.clone(),
        };
        for Attribute { name, .. } in &mut attributes {
            if !name.space.is_empty() {
                name.space = self.space(&name.space);
            }
        }
        self.open.push(Open {
            prefix: prefix.clone(),
            local,
            before,
        });
        Ok(Token::Start {
            name,
            prefix,
            attributes,
        })
    }

    /// The namespace of a prefix; where it is not declared, the prefix.
    fn space(&self, prefix: &str) -> String {
        let prefix = match prefix {
            "xmlns" => return prefix.to_owned(),
            "xml" => NAMESPACE,
            other => other,
        };
        let known = self.spaces.get(prefix).map_or(prefix, String::as_str);
        known.to_owned()
    }

    fn attribute(&mut self) -> Result<Attribute, Error> {
        let (space, local) = self.qualified()?;
        self.skip_space();
        match self.peek().ok_or(END)? {
            b'=' => self.at += 1,
            _ => return Err(SYNTAX),
        }
        self.skip_space();
        let quote = match self.peek().ok_or(END)? {
            quote @ (b'"' | b'\'') => char::from(quote),
            _ => return Err(SYNTAX),
        };
        self.at += 1;
        let end = self.rest().find(quote).ok_or(END)?;
        let raw = self.rest().get(..end).unwrap_or_default();
        if raw.contains('<') {
            return Err(SYNTAX);
        }
        let value = unescape(raw)?;
        self.at = self.at.saturating_add(end).saturating_add(1);
        Ok(Attribute {
            name: Name { space, local },
            value,
        })
    }

    /// Text up to the next tag.
    fn characters(&mut self) -> Result<Token, Error> {
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

    fn instruction(&mut self) -> Result<Token, Error> {
        let target = self.name()?;
        self.skip_space();
        let text = self.until("?>")?;
        if target == "xml" {
            let version = parameter(&text, "version");
            if !matches!(version, "" | "1.0") {
                return Err(VERSION);
            }
            let encoding = parameter(&text, "encoding");
            if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("utf-8") {
                self.reread(encoding)?;
            }
        }
        Ok(Token::Instruction { target, text })
    }

    /// Reads what is left in another encoding.
    fn reread(&mut self, label: &str) -> Result<(), Error> {
        if self.charsets == Charsets::Refused {
            return Err(CHARSET);
        }
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).ok_or(CHARSET)?;
        if encoding == encoding_rs::UTF_8 {
            return Ok(());
        }
        let (text, _) = encoding.decode_without_bom_handling(self.rest().as_bytes());
        let text = text.into_owned();
        self.text = Cow::Owned(text);
        self.at = 0;
        Ok(())
    }

    /// What begins with `<!`: a comment, CDATA, or a directive.
    fn declaration(&mut self) -> Result<Token, Error> {
        if self.skip("--") {
            let text = self.until("--")?;
            match self.peek().ok_or(END)? {
                b'>' => self.at += 1,
                _ => return Err(SYNTAX),
            }
            return Ok(Token::Comment(text));
        }
        match self.peek().ok_or(END)? {
            b'-' => return Err(SYNTAX),
            b'[' if !self.skip("[CDATA[") => return Err(SYNTAX),
            _ => {}
        }
        if self
            .text
            .get(..self.at)
            .is_some_and(|head| head.ends_with("<![CDATA["))
        {
            let text = plain(&self.until("]]>")?)?;
            return Ok(Token::Text { text, cdata: true });
        }
        self.directive()
    }

    /// A directive up to the `>` that ends it: those in quotes and in brackets do not, and comments in it become a space.
    fn directive(&mut self) -> Result<Token, Error> {
        let mut out = String::new();
        let mut quote = None;
        let mut depth = 0_usize;
        let mut first = true;
        loop {
            let character = self.rest().chars().next().ok_or(END)?;
            if character == '<' && quote.is_none() && !first && self.skip("<!--") {
                self.until("-->")?;
                out.push(' ');
                continue;
            }
            self.at = self.at.saturating_add(character.len_utf8());
            match character {
                '>' if quote.is_none() && depth == 0 && !first => return Ok(Token::Directive(out)),
                _ if quote == Some(character) => quote = None,
                '\'' | '"' if quote.is_none() && !first => quote = Some(character),
                '>' if quote.is_none() && !first => depth = depth.saturating_sub(1),
                '<' if quote.is_none() && !first => depth = depth.saturating_add(1),
                _ => {}
            }
            out.push(character);
            first = false;
        }
    }
}

/// The value of a parameter of the declaration, such as `version="1.0"`; empty if it has none.
fn parameter<'s>(text: &'s str, name: &str) -> &'s str {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once(name) {
        rest = behind;
        let value = behind.strip_prefix('=').unwrap_or_default();
        for quote in ['\'', '"'] {
            if let Some(value) = value.strip_prefix(quote) {
                return value.split_once(quote).map_or("", |(value, _)| value);
            }
        }
    }
    ""
}

/// Text with line ends as `\n`, of characters that XML allows.
fn plain(text: &str) -> Result<String, Error> {
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
fn unescape(raw: &str) -> Result<String, Error> {
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
