//! The configuration as written: a tree of values that know where they stand.

mod build;
mod json;
mod merge;
mod nest;
mod overlay;
mod print;
mod scalar;
mod secrets;
mod trace;

pub(crate) use build::{Budget, parse};
pub(crate) use nest::nest;
pub(crate) use overlay::overlay;
pub(crate) use print::print;
pub(crate) use scalar::plain;
pub(crate) use secrets::secrets;
pub(crate) use trace::trace;

/// Bytes of the source, from `start` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Span,
    /// Where the value did not stand in the file but came from a variable: nothing of it may be shown.
    pub(crate) origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It stands in the file.
    File,
    /// It came from a variable, whose text is kept while it is a text: where one is wanted, `0123` is not the number 83.
    Variable(Option<String>),
}

/// What a value can be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// A number that is too large for `Int`.
    Large(u64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// A value that could not be found out, which has been reported: it passes for anything.
    Unknown,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) span: Span,
    pub(crate) node: Node,
}

impl PartialEq for Node {
    /// Equal values; places do not matter.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.node == other.node
    }
}

impl Node {
    /// A value that stands in the file.
    pub(crate) fn new(value: Value, span: Span) -> Self {
        Self {
            value,
            span,
            origin: Origin::File,
        }
    }

    /// The value of a key of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// A key of a mapping with its value.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The keys of a mapping; none if it is something else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Whether nothing is there: null, or a value that has been reported.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.value, Value::Null | Value::Unknown)
    }

    /// Whether all of it could be found out.
    pub(crate) fn is_whole(&self) -> bool {
        match &self.value {
            Value::Unknown => false,
            Value::List(items) => items.iter().all(Node::is_whole),
            Value::Map(entries) => entries.iter().all(|entry| entry.node.is_whole()),
            _ => true,
        }
    }

    /// What kind of value it is, for messages.
    pub(crate) fn noun(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Int(_) | Value::Large(_) | Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Unknown => "something unknown",
        }
    }

    /// The value where a text is wanted: a text, or the text of the variable that it came from.
    pub(crate) fn text(&self) -> Option<&str> {
        match (&self.value, &self.origin) {
            (Value::Text(text), _) | (_, Origin::Variable(Some(text))) => Some(text),
            _ => None,
        }
    }

    /// Whether the value is a URL with a user and a password.
    pub(crate) fn holds_password(&self) -> bool {
        matches!(&self.value, Value::Text(text) if text.split_once("://").is_some_and(|(_, rest)| rest.contains('@')))
    }

    /// Values in this subtree, this one included.
    pub(crate) fn size(&self) -> usize {
        let inner: usize = match &self.value {
            Value::List(items) => items.iter().map(Node::size).sum(),
            Value::Map(entries) => entries.iter().map(|entry| entry.node.size()).sum(),
            _ => 0,
        };
        inner.saturating_add(1)
    }
}
