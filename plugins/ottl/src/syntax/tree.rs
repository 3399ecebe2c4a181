//! The tree of a statement, as it is written.

use std::ops::Range;

/// Where something stands in the text, in bytes.
pub(crate) type Span = Range<usize>;

/// A statement: an editor, and when it runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sentence {
    pub(crate) editor: Invocation,
    pub(crate) condition: Option<Boolean>,
}

/// What is true or false.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Boolean {
    Const(bool),
    Call(Invocation),
    Compare(Box<Comparison>),
    Not(Box<Boolean>),
    And(Vec<Boolean>),
    Or(Vec<Boolean>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) left: Node,
    pub(crate) operator: Operator,
    pub(crate) right: Node,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    GreaterEqual,
    Greater,
}

/// What has a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) at: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeKind {
    Nil,
    Text(String),
    Bytes(Vec<u8>),
    Bool(bool),
    Int(i64),
    Double(f64),
    /// A name in capitals: a number's, or a function's where one is wanted.
    Symbol(String),
    /// A function's name that is no symbol; in arguments alone.
    Function(String),
    Path(PathNode),
    Call(Invocation),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    /// A value in parentheses or with a sign: it has a value, and is neither a plain literal nor a path.
    Group(Box<Node>),
    Negate(Box<Node>),
    Math(Box<Node>, MathOperator, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MathOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invocation {
    pub(crate) at: Span,
    pub(crate) name: String,
    pub(crate) name_at: Span,
    pub(crate) arguments: Vec<ArgumentNode>,
    pub(crate) keys: Vec<KeyNode>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ArgumentNode {
    pub(crate) name: Option<(String, Span)>,
    pub(crate) value: Node,
}

/// A path: names with keys, between dots. Whether the first is a context is not known yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PathNode {
    pub(crate) at: Span,
    pub(crate) fields: Vec<FieldNode>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FieldNode {
    pub(crate) at: Span,
    pub(crate) name: String,
    pub(crate) keys: Vec<KeyNode>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum KeyNode {
    Text(String),
    Index(i64),
    Computed(Node),
}
