//! An owned value, for what does not come on the wire: the identity and metadata of a request.

use crate::wire;

/// A value as OTLP's `AnyValue` knows it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// No value.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A boolean.
    Boolean(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An array.
    Array(Vec<Value>),
    /// A map, in its order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Appends the value as the content of an `AnyValue` message.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Empty => {}
            Self::Text(text) => wire::put_bytes(out, 1, text.as_bytes()),
            Self::Boolean(value) => wire::put_number(out, 2, u64::from(*value)),
            Self::Int(value) => wire::put_number(out, 3, value.cast_unsigned()),
            Self::Double(value) => wire::put_fixed64(out, 4, value.to_bits()),
            Self::Array(values) => wire::put_message(out, 5, 64, |out| {
                for value in values {
                    wire::put_message(out, 1, 16, |out| value.encode(out));
                }
            }),
            Self::Map(entries) => wire::put_message(out, 6, 64, |out| {
                for (key, value) in entries {
                    wire::put_message(out, 1, 32, |out| {
                        wire::put_bytes(out, 1, key.as_bytes());
                        wire::put_message(out, 2, 16, |out| value.encode(out));
                    });
                }
            }),
            Self::Bytes(bytes) => wire::put_bytes(out, 7, bytes),
        }
    }
}
