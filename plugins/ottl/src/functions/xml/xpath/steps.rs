//! Reads paths, and the steps that they are made of.

use super::parse::{DEEPEST, Parsed, Parser};
use super::scan::Item;
use super::syntax::{Axis, Node, Test, Type};

impl Parser<'_> {
    /// Whether the name is that of a type of nodes.
    pub(super) fn is_type(&self) -> bool {
        let types = ["node", "text", "processing-instruction", "comment"];
        self.scanner.prefix.is_empty() && types.contains(&self.scanner.name)
    }

    pub(super) fn location(&mut self) -> Parsed {
        if self.is("/") {
            self.next()?;
            let steps = matches!(
                self.scanner.item,
                Item::Name | Item::Axis | Item::Mark("." | ".." | "@" | "*")
            );
            return if steps {
                self.relative(Some(Node::Root))
            } else {
                Ok(Node::Root)
            };
        }
        if self.is("//") {
            self.next()?;
            return self.relative(Some(deep(Some(Node::Root))));
        }
        self.relative(None)
    }

    pub(super) fn relative(&mut self, input: Option<Node>) -> Parsed {
        let mut node = self.step(input)?;
        loop {
            if self.is("//") {
                self.next()?;
                node = deep(Some(node));
            } else if self.is("/") {
                self.next()?;
            } else {
                return Ok(node);
            }
            node = self.step(Some(node))?;
        }
    }

    fn step(&mut self, input: Option<Node>) -> Parsed {
        let mut node = match self.scanner.item {
            Item::Mark("(") => return self.sequence(input.as_ref()),
            Item::Mark(mark @ ("." | "..")) => {
                self.next()?;
                let axis = if mark == "." { "self" } else { "parent" };
                step(axis, Test::of(Type::Any), input)
            }
            item => {
                let mut axis = "child";
                if item == Item::Mark("@") {
                    axis = "attribute";
                    self.next()?;
                } else if item == Item::Axis {
                    axis = self.scanner.name;
                    self.next()?;
                }
                let test = self.test(axis)?;
                step(axis, test, input)
            }
        };
        while self.is("[") {
            node = self.predicate(node)?;
        }
        Ok(node)
    }

    fn sequence(&mut self, input: Option<&Node>) -> Parsed {
        self.expect("(")?;
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEEPEST {
            return Err("the XPath is nested too deeply".to_owned());
        }
        let mut left = self.step(input.cloned())?;
        while self.is(",") {
            self.next()?;
            let right = self.step(input.cloned())?;
            left = Node::Operator("|", Box::new(left), Box::new(right));
        }
        self.depth = self.depth.saturating_sub(1);
        self.expect(")")?;
        Ok(left)
    }

    fn test(&mut self, axis: &str) -> Result<Test, String> {
        let kind = if axis == "attribute" {
            Type::Attribute
        } else {
            Type::Element
        };
        if self.is("*") {
            self.next()?;
            return Ok(Test::of(kind));
        }
        if self.scanner.item != Item::Name {
            return Err("the XPath has to name nodes in a place where it does not".to_owned());
        }
        let (prefix, name) = (self.scanner.prefix, self.scanner.name);
        let typed = self.scanner.called && self.is_type();
        self.next()?;
        if !typed {
            let local = if self.scanner.name == "*" { "" } else { name };
            return Ok(Test {
                kind,
                prefix: prefix.to_owned(),
                local: local.to_owned(),
            });
        }
        self.expect("(")?;
        let mut local = String::new();
        if name == "processing-instruction" && !self.is(")") {
            if self.scanner.item != Item::Text {
                return Err("an instruction is named by a text in the XPath".to_owned());
            }
            self.scanner.text.clone_into(&mut local);
            self.next()?;
        }
        self.expect(")")?;
        let kind = match name {
            "comment" => Type::Comment,
            "text" => Type::Text,
            "node" => Type::Any,
            _ => kind,
        };
        Ok(Test {
            kind,
            prefix: String::new(),
            local,
        })
    }
}

fn step(name: &str, test: Test, input: Option<Node>) -> Node {
    Node::Axis(Box::new(Axis {
        name: name.to_owned(),
        test,
        input,
    }))
}

pub(super) fn deep(input: Option<Node>) -> Node {
    step("descendant-or-self", Test::of(Type::Any), input)
}
