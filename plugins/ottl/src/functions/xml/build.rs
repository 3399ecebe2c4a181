//! From text to a tree, with the places that upstream's library gives to what stands around the root element.

use std::collections::BTreeMap;

use crate::Error;

use super::token::{self, Charsets, Decoder, Token};
use super::tree::{Attribute, Id, Kind, Node, Tree};

const NO_ELEMENT: Error = Error::failed("the XML has no element");
const NO_SPACE: Error = Error::failed("a namespace of the XML is not declared");
const MISPLACED: Error = Error::failed("the XML is not well-formed");

/// A document. A declaration that was not written is not in it.
pub(super) fn parse(text: &str) -> Result<Tree, Error> {
    let mut tree = build(text)?;
    if !text.starts_with("<?xml")
        && let Some(first) = tree.node(0).first
    {
        tree.remove(first);
    }
    Ok(tree)
}

/// The prefix of a namespace, and how deep it was declared.
struct Declared {
    prefix: String,
    level: usize,
}

struct Builder {
    tree: Tree,
    levels: Vec<usize>,
    /// The last of what stands beside the document, before its root element.
    beside: Id,
    level: usize,
    previous: Id,
    prefixes: BTreeMap<String, Declared>,
}

fn build(text: &str) -> Result<Tree, Error> {
    let xml = Declared {
        prefix: "xml".to_owned(),
        level: 0,
    };
    let mut builder = Builder {
        tree: Tree::new(Node::new(Kind::Document, "")),
        levels: vec![0],
        beside: 0,
        level: 0,
        previous: 0,
        prefixes: BTreeMap::from([(token::NAMESPACE.to_owned(), xml)]),
    };
    let mut decoder = Decoder::new(text, Charsets::Read);
    while let Some(token) = decoder.next()? {
        builder.take(token)?;
    }
    let tree = builder.tree;
    if tree
        .children(0)
        .any(|id| tree.node(id).kind == Kind::Element)
    {
        Ok(tree)
    } else {
        Err(NO_ELEMENT)
    }
}

impl Builder {
    fn level_of(&self, id: Id) -> usize {
        self.levels.get(id).copied().unwrap_or_default()
    }

    fn take(&mut self, token: Token) -> Result<(), Error> {
        match token {
            Token::Start {
                name,
                prefix,
                attributes,
            } => {
                if self.level == 0 {
                    self.declare();
                }
                let node = self.element(name, &prefix, attributes)?;
                self.previous = self.place(node, self.level)?;
                self.level = self.level.saturating_add(1);
            }
            Token::End => self.level = self.level.saturating_sub(1),
            Token::Text { text, cdata } => {
                let kind = if cdata { Kind::Cdata } else { Kind::Text };
                self.place(Node::new(kind, text), self.level)?;
            }
            Token::Comment(text) => {
                self.place(Node::new(Kind::Comment, text), self.level)?;
            }
            Token::Directive(text) => {
                self.place(Node::new(Kind::Directive, text), self.level)?;
            }
            Token::Instruction { target, text } => {
                let top = self.previous == 0;
                let level = self.level.saturating_add(usize::from(top));
                self.previous = self.place(instruction(target, &text), level)?;
                self.level = level;
            }
        }
        Ok(())
    }

    /// Adds the declaration that a document begins with.
    fn declare(&mut self) {
        let mut node = Node::new(Kind::Declaration, "xml");
        node.attributes = vec![plain("version", "1.0")];
        let id = self.add(node, 1);
        self.tree.append(self.previous, id);
        self.level = 1;
        self.previous = id;
    }

    fn add(&mut self, node: Node, level: usize) -> Id {
        self.levels.push(level);
        self.tree.add(node)
    }

    /// Links a node at a level, seen from the node before it.
    fn place(&mut self, node: Node, level: usize) -> Result<Id, Error> {
        let id = self.add(node, level);
        let known = self.level_of(self.previous);
        if level > known {
            self.tree.append(self.previous, id);
            return Ok(id);
        }
        let mut sibling = self.previous;
        for _ in level..known {
            sibling = self.tree.node(sibling).parent.ok_or(MISPLACED)?;
        }
        if let Some(parent) = self.tree.node(sibling).parent {
            self.tree.append(parent, id);
        } else {
            self.tree.follow(self.beside, id);
            self.beside = id;
        }
        // Upstream forgets where it came from but for the last step.
        for _ in level.saturating_add(1)..known {
            self.previous = self.tree.node(self.previous).parent.ok_or(MISPLACED)?;
        }
        Ok(id)
    }

    fn element(
        &mut self,
        name: token::Name,
        prefix: &str,
        attributes: Vec<token::Attribute>,
    ) -> Result<Node, Error> {
        for token::Attribute { name, value } in &attributes {
            let prefix = match (name.space.as_str(), name.local.as_str()) {
                (_, "xmlns") => {
                    let known = self.prefixes.get(value);
                    if known.is_some_and(|known| known.level < self.level) {
                        continue;
                    }
                    String::new()
                }
                ("xmlns", local) => local.to_owned(),
                _ => continue,
            };
            let level = self.level;
            self.prefixes
                .insert(value.clone(), Declared { prefix, level });
        }
        let known = self.prefixes.get(&name.space);
        if !name.space.is_empty() && known.is_none() {
            return Err(NO_SPACE);
        }
        let attributes = attributes.into_iter().map(|attribute| {
            let space = attribute.name.space;
            let known = self.prefixes.get(&space);
            Attribute {
                prefix: known.map_or_else(|| space.clone(), |known| known.prefix.clone()),
                local: attribute.name.local,
                value: attribute.value,
                space,
            }
        });
        let mut node = Node::new(Kind::Element, name.local);
        node.attributes = attributes.collect();
        if !name.space.is_empty() && known.is_some_and(|known| known.prefix == prefix) {
            prefix.clone_into(&mut node.prefix);
        }
        node.space = name.space;
        Ok(node)
    }
}

fn plain(name: &str, value: &str) -> Attribute {
    let (prefix, local) = match name.split_once(':') {
        Some((prefix, local)) if !prefix.is_empty() => (prefix, local),
        _ => ("", name),
    };
    Attribute {
        prefix: prefix.to_owned(),
        local: local.to_owned(),
        value: value.to_owned(),
        space: String::new(),
    }
}

/// An instruction, or the declaration, with its parameters as attributes.
fn instruction(target: String, text: &str) -> Node {
    let mut node = Node::new(Kind::Declaration, target);
    for pair in text.split(' ').map(str::trim) {
        if let Some((name, value)) = pair.split_once('=')
            && !name.is_empty()
        {
            let attribute = plain(name, value.trim_matches(['"', '\'']));
            let same = |known: &Attribute| {
                known.prefix == attribute.prefix && known.local == attribute.local
            };
            if !node.attributes.iter().any(same) {
                node.attributes.push(attribute);
            }
        }
    }
    if node.data != "xml" {
        node.kind = Kind::Instruction;
        text.trim().clone_into(&mut node.instruction);
    }
    node
}
