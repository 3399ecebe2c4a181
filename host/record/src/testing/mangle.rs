//! Requests as no sane encoder writes them, and as protobuf allows: unknown fields, long varints, values that come again.

use super::Dice;
use crate::schema::{self, Form, Message};
use crate::signal::Signal;
use crate::wire::{self, BYTES, Element, FIXED32, FIXED64, Reader};

/// What the unknown fields of nodes hold, so that tests can count them.
pub(super) const UNKNOWN: &[u8] = b"\xf5unknown\xf5";

/// Rewrites a request with unknown fields, lengths and tags in more bytes than needed, and single values that come twice.
#[must_use]
pub fn mangle(signal: Signal, wire: &[u8], dice: &mut Dice<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    message(signal, Message::Request, wire, dice, &mut out);
    out
}

fn message(
    signal: Signal,
    message_type: Message,
    content: &[u8],
    dice: &mut Dice<'_>,
    out: &mut Vec<u8>,
) {
    let mut reader = Reader::new(content, 0);
    while let Ok(Some(element)) = reader.next() {
        let row = schema::rows()
            .iter()
            .find(|row| row.message == message_type && u32::from(row.number) == element.number);
        let form = row.map(|row| row.form);
        let inner = match form {
            Some(Form::Records) => Some(match signal {
                Signal::Logs => Message::LogRecord,
                Signal::Traces => Message::Span,
                Signal::Metrics => Message::Metric,
            }),
            Some(
                Form::Inner(inner) | Form::Inners(inner) | Form::Data(inner) | Form::Child(inner),
            ) => Some(inner),
            _ => None,
        };
        let bytes = &content[element.content as usize..element.end as usize];
        if let Some(inner) = inner {
            let mut inside = Vec::new();
            message(signal, inner, bytes, dice, &mut inside);
            put(&element, &inside, dice, out);
            continue;
        }
        let comes_again =
            form.is_some_and(|form| form.value_kind().is_some() && !is_repeated(form));
        if comes_again && dice.once_in(10) {
            put(&element, bytes, dice, out);
        }
        put(&element, bytes, dice, out);
    }
    if dice.once_in(6) {
        wire::put_bytes(out, 1000, UNKNOWN);
    }
}

fn is_repeated(form: Form) -> bool {
    matches!(
        form,
        Form::Texts
            | Form::PackedFixed64
            | Form::PackedDouble
            | Form::PackedUint64
            | Form::Quantiles
    )
}

fn put(element: &Element, content: &[u8], dice: &mut Dice<'_>, out: &mut Vec<u8>) {
    varint(
        out,
        (u64::from(element.number) << 3) | u64::from(element.wire),
        dice,
    );
    match element.wire {
        BYTES => {
            varint(out, content.len() as u64, dice);
            out.extend_from_slice(content);
        }
        FIXED64 | FIXED32 => out.extend_from_slice(content),
        _ => varint(out, element.value, dice),
    }
}

fn varint(out: &mut Vec<u8>, value: u64, dice: &mut Dice<'_>) {
    wire::put_varint(out, value);
    // One byte more than needed, where it still fits.
    if value < 1 << 20
        && dice.once_in(12)
        && let Some(last) = out.last_mut()
    {
        *last |= 0x80;
        out.push(0);
    }
}
