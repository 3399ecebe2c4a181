//! The texts of a request that left, each with the records that it belongs to.

use std::ops::Range;

use prost_reflect::{DynamicMessage, MapKey, MessageDescriptor, ReflectMessage as _, Value};

use crate::request::is_record;

/// A text or bytes, wherever they stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    /// The records of the request that it belongs to: its own, or those that share its resource, scope or metric. None: it belongs to
    /// something without records.
    pub(crate) records: Range<usize>,
}

/// Every text of a request, and how many records it has; none if it cannot be read.
pub(crate) fn texts(descriptor: &MessageDescriptor, wire: &[u8]) -> Option<(Vec<Text>, usize)> {
    let request = DynamicMessage::decode(descriptor.clone(), wire).ok()?;
    let mut walk = Walk::default();
    let pending = walk.message(&request);
    let none = walk.records..walk.records;
    walk.belong(pending, &none);
    Some((walk.texts, walk.records))
}

#[derive(Default)]
struct Walk {
    texts: Vec<Text>,
    records: usize,
}

impl Walk {
    /// Texts that stand above records come back until it is known which records these are.
    fn message(&mut self, message: &DynamicMessage) -> Vec<Vec<u8>> {
        let first = self.records;
        if is_record(&message.descriptor()) {
            self.records = self.records.saturating_add(1);
        }
        let mut own = Vec::new();
        for (_, value) in message.fields() {
            self.value(value, &mut own);
        }
        if self.records == first {
            return own;
        }
        let records = first..self.records;
        self.belong(own, &records);
        Vec::new()
    }

    fn value(&mut self, value: &Value, own: &mut Vec<Vec<u8>>) {
        match value {
            Value::String(text) => own.push(text.clone().into_bytes()),
            Value::Bytes(bytes) => own.push(bytes.to_vec()),
            Value::Message(message) => own.extend(self.message(message)),
            Value::List(values) => {
                for value in values {
                    self.value(value, own);
                }
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    if let MapKey::String(key) = key {
                        own.push(key.clone().into_bytes());
                    }
                    self.value(value, own);
                }
            }
            _ => {}
        }
    }

    fn belong(&mut self, texts: Vec<Vec<u8>>, records: &Range<usize>) {
        let texts = texts.into_iter().map(|bytes| Text {
            bytes,
            records: records.clone(),
        });
        self.texts.extend(texts);
    }
}
