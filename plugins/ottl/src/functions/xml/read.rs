//! `ParseXML`: an element as a map of its tag, its attributes, its content and its children.

use crate::value::{Entries, List, ListKind, Map, MapKind, Text};
use crate::{Error, Function, Kind, Parameter, Value};

use super::token::{Attribute, Charsets, Decoder, Token};
use super::{DEEPEST, TOO_DEEP};
use crate::functions::unique;

pub(super) static PARSE_XML: Function = Function::new(
    "ParseXML",
    &[Parameter::new("Target", Kind::Text)],
    |call| parse(&call.text(0)?),
);

const NO_ELEMENT: Error = Error::failed("the XML has no element");
const TRAILING: Error = Error::failed("trailing bytes after parsing xml");

/// An element that is being read.
struct Element<'e> {
    tag: String,
    attributes: Vec<Attribute>,
    content: String,
    children: Vec<Value<'e>>,
}

impl<'e> Element<'e> {
    fn into_value(self) -> Value<'e> {
        let mut entries = Entries::new();
        let mut put = |key, value| entries.push((Text::Borrowed(key), value));
        put("tag", Value::text(self.tag));
        if !self.content.is_empty() {
            put("content", Value::text(self.content));
        }
        if !self.attributes.is_empty() {
            let attributes = self.attributes.into_iter();
            let entry = |attribute: Attribute| {
                (
                    Text::from(attribute.name.local),
                    Value::text(attribute.value),
                )
            };
            put(
                "attributes",
                unique::map(attributes.map(entry).collect()).into(),
            );
        }
        if !self.children.is_empty() {
            put("children", List::new(ListKind::Slice, self.children).into());
        }
        Map::new(MapKind::Map, entries).into()
    }
}

fn parse<'e>(text: &str) -> Result<Value<'e>, Error> {
    let mut decoder = Decoder::new(text, Charsets::Refused);
    let mut open: Vec<Element<'e>> = Vec::new();
    while let Some(token) = decoder.next()? {
        match token {
            Token::Start {
                name, attributes, ..
            } => {
                if open.len() >= DEEPEST {
                    return Err(TOO_DEEP);
                }
                open.push(Element {
                    tag: name.local,
                    attributes,
                    content: String::new(),
                    children: Vec::new(),
                });
            }
            Token::Text { text, .. } => {
                if let Some(element) = open.last_mut() {
                    element.content.push_str(text.trim());
                }
            }
            Token::End => {
                let Some(element) = open.pop() else {
                    continue;
                };
                let value = element.into_value();
                match open.last_mut() {
                    Some(parent) => parent.children.push(value),
                    None if decoder.is_at_end() => return Ok(value),
                    None => return Err(TRAILING),
                }
            }
            Token::Comment(_) | Token::Instruction { .. } | Token::Directive(_) => {}
        }
    }
    Err(NO_ELEMENT)
}
