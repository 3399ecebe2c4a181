//! Reads expressions. What follows a whole expression is not looked at, as upstream does not look at it.

use super::scan::{Item, Scanner};
use super::steps::deep;
use super::syntax::Node;

/// How deep expressions may stand within one another.
pub(super) const DEEPEST: usize = 64;

/// How many parts an expression may have: each step stands within the one behind it.
const MOST: usize = 512;

pub(super) struct Parser<'t> {
    pub(super) scanner: Scanner<'t>,
    pub(super) depth: usize,
    parts: usize,
}

pub(super) type Parsed = Result<Node, String>;

pub(super) fn parse(text: &str) -> Parsed {
    let mut scanner = Scanner::new(text);
    scanner.next()?;
    let mut parser = Parser {
        scanner,
        depth: 0,
        parts: 0,
    };
    parser.expression()
}

/// The operators from the loosest to the tightest.
const OPERATORS: [&[&str]; 6] = [
    &["or"],
    &["and"],
    &["=", "!="],
    &["<", ">", "<=", ">="],
    &["+", "-"],
    &["*", "div", "mod"],
];

impl<'t> Parser<'t> {
    pub(super) fn is(&self, mark: &'static str) -> bool {
        self.scanner.item == Item::Mark(mark)
    }

    pub(super) fn next(&mut self) -> Result<(), String> {
        self.parts = self.parts.saturating_add(1);
        if self.parts > MOST {
            return Err("the XPath has too many parts".to_owned());
        }
        self.scanner.next()
    }

    pub(super) fn expect(&mut self, mark: &'static str) -> Result<(), String> {
        if self.is(mark) {
            self.next()
        } else {
            Err(format!(
                "the XPath has to have a {mark:?} in a place where it has none"
            ))
        }
    }

    fn expression(&mut self) -> Parsed {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEEPEST {
            return Err("the XPath is nested too deeply".to_owned());
        }
        let node = self.operators(0)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(node)
    }

    fn operators(&mut self, level: usize) -> Parsed {
        let Some(operators) = OPERATORS.get(level) else {
            return self.unary();
        };
        let mut left = self.operators(level.saturating_add(1))?;
        loop {
            let found = operators
                .iter()
                .copied()
                .find(|operator| match self.scanner.item {
                    Item::Mark(mark) => mark == *operator,
                    Item::Name => self.scanner.prefix.is_empty() && self.scanner.name == *operator,
                    _ => false,
                });
            let Some(operator) = found else {
                return Ok(left);
            };
            self.next()?;
            let right = self.operators(level.saturating_add(1))?;
            left = Node::Operator(operator, Box::new(left), Box::new(right));
        }
    }

    fn unary(&mut self) -> Parsed {
        let mut minus = false;
        while self.is("-") {
            self.next()?;
            minus = !minus;
        }
        let node = self.union()?;
        Ok(if minus {
            Node::Operator("*", Box::new(node), Box::new(Node::Number(-1.0)))
        } else {
            node
        })
    }

    fn union(&mut self) -> Parsed {
        let mut left = self.path()?;
        while self.is("|") {
            self.next()?;
            let right = self.path()?;
            left = Node::Operator("|", Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn path(&mut self) -> Parsed {
        let primary = match self.scanner.item {
            Item::Text | Item::Number(_) | Item::Mark("$" | "(") => true,
            Item::Name => self.scanner.called && !self.is_type(),
            _ => false,
        };
        if !primary {
            return self.location();
        }
        let mut node = self.primary()?;
        if self.is("[") {
            node = self.predicate(node)?;
        }
        if self.is("/") {
            self.next()?;
            return self.relative(Some(node));
        }
        if self.is("//") {
            self.next()?;
            return self.relative(Some(deep(Some(node))));
        }
        Ok(node)
    }

    pub(super) fn predicate(&mut self, node: Node) -> Parsed {
        self.expect("[")?;
        let condition = self.expression()?;
        self.expect("]")?;
        Ok(Node::Filter(Box::new(node), Box::new(condition)))
    }

    fn primary(&mut self) -> Parsed {
        match self.scanner.item {
            Item::Text => {
                let text = self.scanner.text.to_owned();
                self.next()?;
                Ok(Node::Text(text))
            }
            Item::Number(number) => {
                self.next()?;
                Ok(Node::Number(number))
            }
            Item::Mark("(") => {
                self.next()?;
                let node = self.expression()?;
                self.expect(")")?;
                Ok(match node {
                    Node::Text(_) | Node::Number(_) => node,
                    other => Node::Group(Box::new(other)),
                })
            }
            Item::Name => self.call(),
            _ => Err("the XPath uses a variable, and there are none".to_owned()),
        }
    }

    fn call(&mut self) -> Parsed {
        let name: &'t str = self.scanner.name;
        self.next()?;
        self.expect("(")?;
        let mut arguments = Vec::new();
        if !self.is(")") {
            loop {
                arguments.push(self.expression()?);
                if self.is(")") {
                    break;
                }
                self.expect(",")?;
            }
        }
        self.expect(")")?;
        Ok(Node::Call(name.to_owned(), arguments))
    }
}
