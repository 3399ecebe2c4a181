//! Lists.

use std::rc::Rc;

use super::{Value, wire};

/// Which of upstream's types a list has. They hold the same things, and functions and comparisons tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// `pcommon.Slice`: what telemetry holds.
    Slice,
    /// `[]any`: a literal, or what most functions return.
    Any,
    /// `[]string`.
    Texts,
    /// `[]int64`.
    Ints,
    /// `[]uint64`: counts of buckets, which telemetry cannot hold elsewhere.
    Uints,
    /// `[]float64`.
    Doubles,
    /// `[]bool`.
    Bools,
}

impl ListKind {
    /// The name of the type in upstream's messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slice => "pcommon.Slice",
            Self::Any => "[]interface {}",
            Self::Texts => "[]string",
            Self::Ints => "[]int64",
            Self::Uints => "[]uint64",
            Self::Doubles => "[]float64",
            Self::Bools => "[]bool",
        }
    }
}

/// A list, read in place or shared.
#[derive(Debug, Clone)]
pub struct List<'e> {
    kind: ListKind,
    items: Items<'e>,
}

#[derive(Debug, Clone)]
enum Items<'e> {
    Wire(&'e [u8]),
    Owned(Rc<Vec<Value<'e>>>),
}

impl<'e> List<'e> {
    /// A list that was computed.
    #[must_use]
    pub fn new(kind: ListKind, items: Vec<Value<'e>>) -> Self {
        Self {
            kind,
            items: Items::Owned(Rc::new(items)),
        }
    }

    /// The list in an OTLP `AnyValue` message, which is read as it is needed.
    #[must_use]
    pub const fn wire(message: &'e [u8]) -> Self {
        Self {
            kind: ListKind::Slice,
            items: Items::Wire(message),
        }
    }

    /// A list of texts as `[]string`.
    #[must_use]
    pub fn texts<T: Into<Value<'e>>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::new(ListKind::Texts, texts.into_iter().map(Into::into).collect())
    }

    /// Which of upstream's types it has.
    #[must_use]
    pub const fn kind(&self) -> ListKind {
        self.kind
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.items {
            Items::Wire(message) => wire::items(message).count(),
            Items::Owned(items) => items.len(),
        }
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.items {
            Items::Wire(message) => wire::items(message).next().is_none(),
            Items::Owned(items) => items.is_empty(),
        }
    }

    /// The item at a place.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Value<'e>> {
        match &self.items {
            Items::Wire(message) => wire::items(message).nth(index),
            Items::Owned(items) => items.get(index).cloned(),
        }
    }

    /// The items, in order.
    pub fn iter(&self) -> impl Iterator<Item = Value<'e>> + '_ {
        let (wire, owned) = match &self.items {
            Items::Wire(message) => (Some(wire::items(message)), None),
            Items::Owned(items) => (None, Some(items.iter().cloned())),
        };
        wire.into_iter()
            .flatten()
            .chain(owned.into_iter().flatten())
    }

    /// The items, to be changed.
    #[must_use]
    pub fn into_vec(self) -> Vec<Value<'e>> {
        match self.items {
            Items::Wire(message) => wire::items(message).collect(),
            Items::Owned(items) => Rc::try_unwrap(items).unwrap_or_else(|items| (*items).clone()),
        }
    }

    /// The same items under another type.
    #[must_use]
    pub fn into_kind(self, kind: ListKind) -> Self {
        match self.items {
            Items::Wire(_) if kind != ListKind::Slice => Self::new(kind, self.into_vec()),
            items => Self { kind, items },
        }
    }

    /// The `AnyValue` message that it is read from, if it was not computed.
    #[must_use]
    pub const fn message(&self) -> Option<&'e [u8]> {
        match self.items {
            Items::Wire(message) => Some(message),
            Items::Owned(_) => None,
        }
    }
}
