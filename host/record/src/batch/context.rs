//! What is known of a request beside its bytes, brought into the form of fields.

use std::sync::LazyLock;

use crate::access::RequestContext;
use crate::fields::plan::Plan;
use crate::schema::{self, Form};
use crate::signal::NodeKind;
use crate::{Value, wire};

/// Field numbers of the message that [`encode`] writes, with their paths.
const PATHS: [(u32, &str, Form); 3] = [
    (1, schema::METADATA, Form::Attributes),
    (2, "auth", Form::Attributes),
    (3, "client.address", Form::Request),
];

/// The slot and form of a field of the message.
pub(super) fn slot(number: u32) -> Option<(u32, Form)> {
    static SLOTS: LazyLock<Vec<(u32, u32, Form)>> = LazyLock::new(|| {
        PATHS
            .iter()
            .map(|(number, path, form)| {
                (*number, schema::number_of(NodeKind::Request, path), *form)
            })
            .collect()
    });
    SLOTS
        .iter()
        .find(|(known, ..)| *known == number)
        .map(|(_, slot, form)| (*slot, *form))
}

/// Writes the wanted parts of the context as a message of its own, whose attributes read like any node's.
pub(super) fn encode(context: &RequestContext, plan: &Plan) -> Vec<u8> {
    let mut out = Vec::new();
    if !plan.names(NodeKind::Request) {
        return out;
    }
    let is_wanted = |number| slot(number).is_some_and(|(slot, _)| !plan.slot(slot).is_nowhere());
    if is_wanted(1) {
        for (key, values) in &context.metadata {
            let value = match values.as_slice() {
                [value] => Value::Text(value.clone()),
                values => Value::Array(values.iter().cloned().map(Value::Text).collect()),
            };
            attribute(&mut out, 1, &key.to_ascii_lowercase(), &value);
        }
    }
    if is_wanted(2) {
        for (key, value) in &context.auth {
            attribute(&mut out, 2, key, value);
        }
    }
    if let Some(address) = context.client_address.as_ref().filter(|_| is_wanted(3)) {
        wire::put_bytes(&mut out, 3, address.as_bytes());
    }
    out
}

fn attribute(out: &mut Vec<u8>, number: u32, key: &str, value: &Value) {
    wire::put_message(out, number, 32, |out| {
        wire::put_bytes(out, 1, key.as_bytes());
        wire::put_message(out, 2, 16, |out| value.encode(out));
    });
}
