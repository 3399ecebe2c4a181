//! Values: what paths hold and functions return.

pub(crate) mod equal;
mod list;
mod map;
mod raw;
mod text;
mod time;
mod wire;

use std::rc::Rc;

pub use list::{List, ListKind};
pub use map::{Entries, Map, MapKind, put};
pub use text::{Bytes, Shared, Text};
pub use time::{Time, Zone};

/// A value, cheap to clone: it borrows from the batch or from the compiled statement, or shares what was computed.
#[derive(Debug, Clone)]
pub enum Value<'e> {
    /// No value: a field that is absent, or one that is there and empty.
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// Text.
    Text(Text<'e>),
    /// Bytes.
    Bytes(Bytes<'e>),
    /// A list.
    List(List<'e>),
    /// A map.
    Map(Map<'e>),
    /// An instant.
    Time(Time),
    /// A length of time, in nanoseconds.
    Duration(i64),
    /// A trace's id.
    TraceId([u8; 16]),
    /// A span's id.
    SpanId([u8; 8]),
    /// A profile's id.
    ProfileId([u8; 16]),
    /// What only the policy understands, such as the data points of a metric.
    Opaque(Opaque),
}

/// A thing that statements can pass about and count, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opaque {
    /// What it is called in error messages, as upstream calls its type.
    pub name: &'static str,
    /// Which of them it is, for the policy that made it.
    pub id: u64,
    /// How many things it holds; none if it is no list.
    pub len: Option<u32>,
}

impl<'e> Value<'e> {
    /// Text that was computed.
    #[must_use]
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(Text::Owned(text.into()))
    }

    /// Bytes that were computed.
    #[must_use]
    pub fn bytes(bytes: impl Into<Rc<[u8]>>) -> Self {
        Self::Bytes(Bytes::Owned(bytes.into()))
    }

    /// Whether there is no value.
    #[must_use]
    pub const fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// The name of its type in upstream's messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int64",
            Self::Double(_) => "float64",
            Self::Text(_) => "string",
            Self::Bytes(_) => "[]uint8",
            Self::List(list) => list.kind().name(),
            Self::Map(map) => map.kind().name(),
            Self::Time(_) => "time.Time",
            Self::Duration(_) => "time.Duration",
            Self::TraceId(_) => "pcommon.TraceID",
            Self::SpanId(_) => "pcommon.SpanID",
            Self::ProfileId(_) => "pprofile.ProfileID",
            Self::Opaque(opaque) => opaque.name,
        }
    }

    /// The same value without a share of its own: what a compiled statement hands out of its literals.
    #[must_use]
    #[inline]
    pub fn borrowed(&'e self) -> Self {
        match self {
            Self::Text(text) => Self::Text(Text::Borrowed(text)),
            Self::Bytes(bytes) => Self::Bytes(Bytes::Borrowed(bytes)),
            other => other.clone(),
        }
    }

    /// The value with nothing borrowed.
    #[must_use]
    pub fn into_static(self) -> Value<'static> {
        match self {
            Self::Nil => Value::Nil,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Double(value) => Value::Double(value),
            Self::Text(value) => Value::Text(value.into_static()),
            Self::Bytes(value) => Value::Bytes(value.into_static()),
            Self::List(list) => Value::List(List::new(
                list.kind(),
                list.iter().map(Value::into_static).collect(),
            )),
            Self::Map(map) => Value::Map(Map::new(
                map.kind(),
                map.iter()
                    .map(|(key, value)| (key.into_static(), value.into_static()))
                    .collect(),
            )),
            Self::Time(value) => Value::Time(value),
            Self::Duration(value) => Value::Duration(value),
            Self::TraceId(value) => Value::TraceId(value),
            Self::SpanId(value) => Value::SpanId(value),
            Self::ProfileId(value) => Value::ProfileId(value),
            Self::Opaque(value) => Value::Opaque(value),
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl<'e> From<&'e str> for Value<'e> {
    fn from(value: &'e str) -> Self {
        Self::Text(Text::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::text(value)
    }
}

impl<'e> From<Text<'e>> for Value<'e> {
    fn from(value: Text<'e>) -> Self {
        Self::Text(value)
    }
}

impl<'e> From<List<'e>> for Value<'e> {
    fn from(value: List<'e>) -> Self {
        Self::List(value)
    }
}

impl<'e> From<Map<'e>> for Value<'e> {
    fn from(value: Map<'e>) -> Self {
        Self::Map(value)
    }
}

impl From<Time> for Value<'_> {
    fn from(value: Time) -> Self {
        Self::Time(value)
    }
}
