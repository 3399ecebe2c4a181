//! The table as its readers see it.

use super::{Form, SLOTS};
use crate::signal::{NodeKind, Signal, ValueKind};

/// A field that policies can name, as `docs/fields.md` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The path as it is written, with `["key"]` where a key follows.
    pub path: String,
    /// The kind of node whose field it is.
    pub node: NodeKind,
    /// The kind of its values; `None` where any kind can stand.
    pub kind: Option<ValueKind>,
    /// Whether policies can write it.
    pub writable: bool,
    /// The signals that have it.
    pub signals: Vec<Signal>,
}

/// Every field that policies can name, in the order of OTLP's messages.
pub fn listing() -> impl Iterator<Item = Field> {
    SLOTS.iter().map(|slot| Field {
        path: if slot.form.is_keyed() {
            format!("{}[\"key\"]", slot.path)
        } else {
            slot.path.to_owned()
        },
        node: slot.node,
        kind: match slot.form {
            Form::Request => Some(ValueKind::Text),
            form => form.value_kind(),
        },
        writable: slot.writable,
        signals: Signal::ALL
            .into_iter()
            .filter(|signal| slot.belongs_to(*signal))
            .collect(),
    })
}
