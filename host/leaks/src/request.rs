//! Requests with a secret at exactly one place, and everything else minimal and valid.
//!
//! Each cell has an entry of its own below the request, with a resource, a scope and a record of its own: what a policy does to one says
//! nothing of another.

use bytes::Bytes;
use prost::Message as _;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value,
};

use crate::place::{Holds, Place};

/// When everything happened, in nanoseconds: noon of the day at which trials take place.
const NOON: u64 = 1_767_268_800_000_000_000;

/// What stands at a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content<'a> {
    pub(crate) place: &'a Place,
    pub(crate) text: &'a str,
    /// What stands in the next element of the innermost list on the way.
    pub(crate) rest: Option<&'a str>,
    /// Makes ids of one entry others than those of another.
    pub(crate) number: u64,
}

/// A request with one entry. Several of them behind one another are one request with all of their entries.
pub(crate) fn request(descriptor: &MessageDescriptor, content: Content<'_>) -> Vec<u8> {
    let mut request = DynamicMessage::new(descriptor.clone());
    let rest = content.rest.and_then(|_| split_at(content.place));
    let filling = Filling { content, key: "k" };
    filling.put(&mut request, &content.place.steps, rest);
    if !content.place.steps.iter().any(leads_into_record) {
        filling.down_to_record(&mut request);
    }
    request.encode_to_vec()
}

fn leads_into_record(step: &FieldDescriptor) -> bool {
    match step.kind() {
        Kind::Message(below) => is_record(&below),
        _ => false,
    }
}

/// Which step of a place is the innermost list: one of attributes, values, events, but not of records.
pub(crate) fn split_at(place: &Place) -> Option<usize> {
    let innermost = place.steps.iter().rposition(FieldDescriptor::is_list)?;
    let step = place.steps.get(innermost)?;
    let is_record = match step.kind() {
        Kind::Message(below) => stands_above_records(&below) || is_record(&below),
        _ => false,
    };
    (!is_record).then_some(innermost)
}

/// Whether records stand somewhere below a message: entries of resources and scopes, metrics and their data.
fn stands_above_records(message: &MessageDescriptor) -> bool {
    message.fields().any(|field| match field.kind() {
        Kind::Message(below) => {
            is_record(&below)
                || below != *message && !is_value(&below) && stands_above_records(&below)
        }
        _ => false,
    })
}

/// Values hold values: no record stands below them.
fn is_value(message: &MessageDescriptor) -> bool {
    message.name() == "AnyValue"
}

/// Log records, spans and data points.
pub(crate) fn is_record(message: &MessageDescriptor) -> bool {
    matches!(message.name(), "LogRecord" | "Span") || message.name().ends_with("DataPoint")
}

#[derive(Clone, Copy)]
struct Filling<'a> {
    content: Content<'a>,
    /// Of attributes that need one.
    key: &'static str,
}

impl Filling<'_> {
    /// Puts the text below a message, and the rest beside it where the step says so.
    fn put(&self, message: &mut DynamicMessage, steps: &[FieldDescriptor], rest: Option<usize>) {
        let Some((field, below)) = steps.split_first() else {
            return;
        };
        let inner = rest.and_then(|at| at.checked_sub(1));
        let value = self.value(field, below, self.content.text, inner);
        if field.is_list() {
            let mut values = vec![value];
            if rest == Some(0) {
                let text = self.content.rest.unwrap_or_default();
                let second = Filling { key: "l", ..*self };
                values.push(second.value(field, below, text, None));
            }
            message.set_field(field, Value::List(values));
        } else if field.is_map() {
            if let Value::Message(entry) = value {
                message.set_field(field, Value::Map([entry_of(&entry)].into()));
            }
        } else {
            message.set_field(field, value);
        }
    }

    fn value(
        &self,
        field: &FieldDescriptor,
        below: &[FieldDescriptor],
        text: &str,
        rest: Option<usize>,
    ) -> Value {
        match field.kind() {
            Kind::Message(descriptor) => {
                let mut message = DynamicMessage::new(descriptor);
                let filling = Filling {
                    content: Content {
                        text,
                        ..self.content
                    },
                    ..*self
                };
                filling.put(&mut message, below, rest);
                filling.complete(&mut message);
                Value::Message(message)
            }
            Kind::Bytes => Value::Bytes(bytes_of(text, self.content.place.holds)),
            _ => Value::String(text.to_owned()),
        }
    }

    /// What every message of this shape has, by the names of its fields.
    fn complete(&self, message: &mut DynamicMessage) {
        let descriptor = message.descriptor();
        for field in descriptor.fields() {
            let is_set = message.has_field(&field)
                || field
                    .containing_oneof()
                    .is_some_and(|group| group.fields().any(|other| message.has_field(&other)));
            if is_set {
                continue;
            }
            if let Some(value) = self.usual(&descriptor, &field) {
                message.set_field(&field, value);
            }
        }
    }

    fn usual(&self, message: &MessageDescriptor, field: &FieldDescriptor) -> Option<Value> {
        let id = self.content.number;
        Some(match (field.name(), field.kind()) {
            ("time_unix_nano" | "start_time_unix_nano" | "end_time_unix_nano", Kind::Fixed64) => {
                Value::U64(NOON)
            }
            ("key", Kind::String) => Value::String(self.key.to_owned()),
            ("name", Kind::String) => Value::String("n".to_owned()),
            ("type", Kind::String) => Value::String("t".to_owned()),
            ("trace_id", Kind::Bytes) if message.name() != "LogRecord" => {
                let bytes = u128::from(id).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
                Value::Bytes((bytes | 1).to_be_bytes().to_vec().into())
            }
            ("span_id", Kind::Bytes) if message.name() != "LogRecord" => {
                let bytes = id.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
                Value::Bytes(bytes.to_be_bytes().to_vec().into())
            }
            ("severity_number", Kind::Enum(_)) => Value::EnumNumber(9),
            ("kind", Kind::Enum(_)) => Value::EnumNumber(1),
            ("aggregation_temporality", Kind::Enum(_)) => Value::EnumNumber(2),
            ("as_int", Kind::Sfixed64) => Value::I64(1),
            ("count", Kind::Fixed64) if message.name().ends_with("DataPoint") => Value::U64(1),
            ("value", Kind::Message(any)) if any.name() == "AnyValue" => {
                let mut value = DynamicMessage::new(any);
                value.set_field_by_name("string_value", Value::String("v".to_owned()));
                Value::Message(value)
            }
            _ => return None,
        })
    }

    /// From a message that holds records, somewhere below it: those on the way are made, or taken as they are.
    fn down_to_record(&self, message: &mut DynamicMessage) {
        let descriptor = message.descriptor();
        let leads = |field: &FieldDescriptor| match field.kind() {
            Kind::Message(below) => stands_above_records(&below) || is_record(&below),
            _ => false,
        };
        let Some(field) = descriptor.fields().find(leads) else {
            return;
        };
        let Kind::Message(below) = field.kind() else {
            return;
        };
        let mut child = match message.get_field(&field).into_owned() {
            Value::Message(child) => child,
            Value::List(children) => match children.into_iter().next() {
                Some(Value::Message(child)) => child,
                _ => DynamicMessage::new(below.clone()),
            },
            _ => return,
        };
        if !is_record(&below) {
            self.down_to_record(&mut child);
        }
        self.complete(&mut child);
        let child = Value::Message(child);
        message.set_field(
            &field,
            if field.is_list() {
                Value::List(vec![child])
            } else {
                child
            },
        );
    }
}

/// The one entry of a map field.
fn entry_of(entry: &DynamicMessage) -> (MapKey, Value) {
    let part = |number| {
        entry
            .get_field_by_number(number)
            .map(std::borrow::Cow::into_owned)
    };
    let key = match part(1) {
        Some(Value::String(key)) => MapKey::String(key),
        Some(Value::I32(key)) => MapKey::I32(key),
        Some(Value::I64(key)) => MapKey::I64(key),
        Some(Value::U32(key)) => MapKey::U32(key),
        Some(Value::U64(key)) => MapKey::U64(key),
        Some(Value::Bool(key)) => MapKey::Bool(key),
        _ => MapKey::String("k".to_owned()),
    };
    (key, part(2).unwrap_or(Value::String(String::new())))
}

/// The text as bytes; in an id padded with zeros, as long as the protocol wants it.
fn bytes_of(text: &str, holds: Holds) -> Bytes {
    let mut bytes = text.as_bytes().to_vec();
    if let Holds::Id(length) = holds {
        bytes.resize(length, 0);
    }
    bytes.into()
}
