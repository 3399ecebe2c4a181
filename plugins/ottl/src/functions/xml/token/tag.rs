//! Tags, their names, attributes and namespaces.

use crate::Error;
use crate::functions::xml::name;

use super::text::unescape;
use super::{Attribute, Decoder, END, NAMESPACE, Name, Open, SYNTAX, Token};

impl Decoder<'_> {
    pub(super) fn name(&mut self) -> Result<String, Error> {
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
    pub(super) fn qualified(&mut self) -> Result<(String, String), Error> {
        let name = self.name()?;
        match name.split_once(':') {
            Some((_, local)) if local.contains(':') => Err(SYNTAX),
            Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() => {
                Ok((prefix.to_owned(), local.to_owned()))
            }
            _ => Ok((String::new(), name)),
        }
    }

    pub(super) fn start(&mut self) -> Result<Token, Error> {
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
}
