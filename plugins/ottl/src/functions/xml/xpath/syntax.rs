//! An XPath expression as a tree, with the grammar of upstream's library.

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
    pub(super) const fn of(kind: Type) -> Self {
        Self {
            kind,
            prefix: String::new(),
            local: String::new(),
        }
    }

    /// Whether a test asks for the name of a node.
    pub(super) const fn is_named(&self) -> bool {
        !self.local.is_empty() || !self.prefix.is_empty()
    }

    /// Whether a node of a type passes, before its name is looked at.
    pub(super) fn takes(&self, kind: Type) -> bool {
        self.kind == Type::Any || self.kind == kind
    }
}
