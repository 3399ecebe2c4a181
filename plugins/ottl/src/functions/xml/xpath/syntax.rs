//! An XPath expression as a tree, with the grammar of upstream's library. What follows a whole expression is not looked at there.

use super::scan::{Item, Scanner};

/// A part of an expression.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Root,
    Axis(Box<Axis>),
    Filter(Box<Node>, Box<Node>),
    Call(String, Vec<Node>),
    Operator(&'static str, Box<Node>, Box<Node>),
    Number(f64),
    Text(String),
    Group(Box<Node>),
}

/// A step.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) name: String,
    pub(super) test: Test,
    pub(super) input: Option<Node>,
}

/// The type of a node, as expressions see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Root,
    Element,
    Attribute,
    Text,
    Comment,
    Any,
}

/// What a node of a step has to be.
#[derive(Debug, Clone)]
pub(super) struct Test {
    pub(super) kind: Type,
    pub(super) prefix: String,
    pub(super) local: String,
}

impl Test {
    const fn of(kind: Type) -> Self {
        Self {
            kind,
            prefix: String::new(),
            local: String::new(),
        }
    }
}

/// How deep expressions may stand within one another.
const DEEPEST: usize = 64;

/// How many parts an expression may have: each step stands within the one behind it.
const MOST: usize = 512;

struct Parser<'t> {
    scanner: Scanner<'t>,
    depth: usize,
    parts: usize,
}

type Parsed = Result<Node, String>;

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

fn step(name: &str, test: Test, input: Option<Node>) -> Node {
    Node::Axis(Box::new(Axis {
        name: name.to_owned(),
        test,
        input,
    }))
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
    fn is(&self, mark: &'static str) -> bool {
        self.scanner.item == Item::Mark(mark)
    }

    fn next(&mut self) -> Result<(), String> {
        self.parts = self.parts.saturating_add(1);
        if self.parts > MOST {
            return Err("the XPath has too many parts".to_owned());
        }
        self.scanner.next()
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), String> {
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

    /// Whether the name is that of a type of nodes.
    fn is_type(&self) -> bool {
        let types = ["node", "text", "processing-instruction", "comment"];
        self.scanner.prefix.is_empty() && types.contains(&self.scanner.name)
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

    fn predicate(&mut self, node: Node) -> Parsed {
        self.expect("[")?;
        let condition = self.expression()?;
        self.expect("]")?;
        Ok(Node::Filter(Box::new(node), Box::new(condition)))
    }

    fn location(&mut self) -> Parsed {
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

    fn relative(&mut self, input: Option<Node>) -> Parsed {
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

fn deep(input: Option<Node>) -> Node {
    step("descendant-or-self", Test::of(Type::Any), input)
}
