//! What begins with `<?` and `<!`: instructions, comments, CDATA and directives.

use std::borrow::Cow;

use crate::Error;

use super::text::plain;
use super::{Charsets, Decoder, END, SYNTAX, Token};

const VERSION: Error = Error::failed("the XML is of another version than 1.0");
const CHARSET: Error = Error::failed("the XML is in an encoding that cannot be read");

impl Decoder<'_> {
    pub(super) fn instruction(&mut self) -> Result<Token, Error> {
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
    pub(super) fn declaration(&mut self) -> Result<Token, Error> {
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
