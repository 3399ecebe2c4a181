//! Paths with their keys, and calls with their arguments.

use super::parser::{Parsed, Parser, Stop};
use super::token::Kind;
use super::tree::{ArgumentNode, FieldNode, Invocation, KeyNode, Node, NodeKind, PathNode};

impl Parser<'_> {
    pub(super) fn path(&mut self) -> Parsed<Node> {
        let start = self.position();
        let mut fields = Vec::new();
        loop {
            let field = self.position();
            if *self.peek() != Kind::Lower {
                return Err(self.fail("a field"));
            }
            let name = self.here_text().to_owned();
            self.advance();
            let keys = self.keys()?;
            fields.push(FieldNode {
                at: self.span_from(field),
                name,
                keys,
            });
            if !self.take(&Kind::Dot, "`.`") {
                break;
            }
        }
        let at = self.span_from(start);
        Ok(self.node(start, NodeKind::Path(PathNode { at, fields })))
    }

    fn keys(&mut self) -> Parsed<Vec<KeyNode>> {
        let mut keys = Vec::new();
        while self.take(&Kind::OpenBracket, "`[`") {
            keys.push(self.key()?);
            self.expect(&Kind::CloseBracket, "`]`")?;
        }
        Ok(keys)
    }

    fn key(&mut self) -> Parsed<KeyNode> {
        match self.peek().clone() {
            Kind::Text(text) => {
                self.advance();
                Ok(KeyNode::Text(text))
            }
            // A key that begins with a number is that number, and no sum.
            Kind::Int => {
                let index = self.int()?;
                self.advance();
                Ok(KeyNode::Index(index))
            }
            _ => {
                self.note("a key");
                self.deeper(Self::sum).map(KeyNode::Computed)
            }
        }
    }

    /// The arguments and keys of a call whose name has been read.
    pub(super) fn invocation(&mut self, start: usize, name: String) -> Parsed<Invocation> {
        let name_at = self.span_from(start);
        self.expect(&Kind::Open, "`(`")?;
        let mut arguments = Vec::new();
        if !self.take(&Kind::Close, "`)`") {
            arguments.push(self.argument()?);
            while self.take(&Kind::Comma, "`,`") {
                arguments.push(self.argument()?);
            }
            self.expect(&Kind::Close, "`)`")?;
        }
        let keys = self.keys()?;
        Ok(Invocation {
            at: self.span_from(start),
            name,
            name_at,
            arguments,
            keys,
        })
    }

    fn argument(&mut self) -> Parsed<ArgumentNode> {
        let start = self.position();
        let mut name = self
            .name(&Kind::Lower)
            .map(|name| (name, self.span_from(start)));
        if name.is_none() || *self.peek() != Kind::Equal {
            self.rewind(start);
            name = None;
        } else {
            self.advance();
        }
        let first = self.position();
        let value = match self.value() {
            Err(Stop::Unexpected) if *self.ahead_at(first) == Kind::Upper => {
                self.rewind(first);
                let function = self.name(&Kind::Upper).unwrap_or_default();
                self.node(first, NodeKind::Function(function))
            }
            other => other?,
        };
        Ok(ArgumentNode { name, value })
    }

    /// The token at a position.
    fn ahead_at(&mut self, position: usize) -> &Kind {
        let here = self.position();
        self.rewind(position);
        let kind = if *self.peek() == Kind::Upper {
            &Kind::Upper
        } else {
            &Kind::End
        };
        self.rewind(here);
        kind
    }
}
