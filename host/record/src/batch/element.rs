//! Cells as elements of protobuf messages: what stays of the original is copied, what changed is written.

use super::any;
use super::names::Step;
use super::numbers;
use super::store::{Cell, Memory, NONE, flag};
use super::tables::Store;
use crate::schema::{self, Form};
use crate::signal::ValueKind;
use crate::wire::{self, Element, Span};

/// Writes the whole element of a cell.
pub(super) fn element(memory: &Memory, store: &Store, cell: &Cell, number: u32, out: &mut Vec<u8>) {
    let name = store.names.get(cell.name);
    let form = match name.step {
        Step::Slot => schema::slot(name.slot).map_or(Form::Any, |slot| slot.form),
        Step::Key(_) => Form::Attributes,
        Step::Index(_) => Form::Any,
    };
    let expected = u64::from(cell.origin.len);
    match form {
        Form::Attributes if plain_attribute(memory, cell, name.step, number, out) => {}
        Form::Attributes => wire::put_message(out, number, expected, |out| {
            key_value(memory, store, cell, out);
        }),
        Form::Any => wire::put_message(out, number, expected, |out| {
            any_content(memory, store, cell, out);
        }),
        Form::Text | Form::Texts | Form::Id(_) => {
            wire::put_bytes(out, number, memory.get(cell.span()));
        }
        form if form.is_numbers() => {
            numbers::put_list(memory, cell.span(), (number, form), out);
        }
        form => numbers::put(out, number, form, cell.value),
    }
}

/// Writes the element of an attribute in one go, where it is new or nothing of the old one stays but a key. Says whether it did.
fn plain_attribute(
    memory: &Memory,
    cell: &Cell,
    step: Step,
    number: u32,
    out: &mut Vec<u8>,
) -> bool {
    let Step::Key(key) = step else { return false };
    let is_plain = cell.is(flag::ADDED)
        || cell.is(flag::REPLACED)
            && wire::plain_element(memory.get(cell.origin))
                .is_some_and(|(_, content)| wire::plain_key_value(content).is_some());
    if !is_plain || cell.is(flag::BELOW) {
        return false;
    }
    let content = if cell.kind.is_span() {
        memory.get(cell.span())
    } else {
        &[]
    };
    let key = memory.get(key);
    let value = any_len(cell, content.len());
    let length = wire::bytes_len(key.len()).saturating_add(wire::bytes_len(value));
    wire::put_head(out, number, length);
    wire::put_bytes(out, 1, key);
    wire::put_head(out, 2, value);
    match cell.kind {
        ValueKind::Empty | ValueKind::Withheld => {}
        ValueKind::Text => wire::put_bytes(out, 1, content),
        ValueKind::Boolean => wire::put_number(out, 2, cell.value),
        ValueKind::Int => wire::put_number(out, 3, cell.value),
        ValueKind::Double => wire::put_fixed64(out, 4, cell.value),
        ValueKind::Bytes => wire::put_bytes(out, 7, content),
        ValueKind::Array | ValueKind::Map => out.extend_from_slice(content),
    }
    true
}

/// Length of the `AnyValue` of a cell in which nothing was changed, whose text or bytes have this length.
fn any_len(cell: &Cell, length: usize) -> usize {
    match cell.kind {
        ValueKind::Empty | ValueKind::Withheld => 0,
        ValueKind::Text | ValueKind::Bytes => wire::bytes_len(length),
        ValueKind::Boolean => 2,
        ValueKind::Int => (wire::varint_len(cell.value) as usize).saturating_add(1),
        ValueKind::Double => 9,
        ValueKind::Array | ValueKind::Map => length,
    }
}

/// Writes the beginning of an attribute that got another key and nothing else: length and key. Returns what of the old element it
/// stands for, and its own length; nothing where the old element is not written as every encoder writes it.
pub(super) fn new_head(
    memory: &Memory,
    store: &Store,
    cell: &Cell,
    out: &mut Vec<u8>,
) -> Option<(Span, usize)> {
    let Step::Key(key) = store.names.get(cell.name).step else {
        return None;
    };
    let (tag, content) = wire::plain_element(memory.get(cell.origin))?;
    let (old, _) = wire::plain_key_value(content)?;
    let key = memory.get(key);
    let rest = content.len().saturating_sub(wire::bytes_len(old.len()));
    let from = out.len();
    out.push(tag);
    wire::put_varint(out, wire::bytes_len(key.len()).saturating_add(rest) as u64);
    wire::put_bytes(out, 1, key);
    let head = Span::between(cell.origin.start, cell.origin.tail(rest).start);
    Some((head, out.len().saturating_sub(from)))
}

/// Writes the content of a `KeyValue`. What is unknown in it stays.
fn key_value(memory: &Memory, store: &Store, cell: &Cell, out: &mut Vec<u8>) {
    let Step::Key(key) = store.names.get(cell.name).step else {
        return;
    };
    let key = memory.get(key);
    let value = |out: &mut Vec<u8>| {
        let expected = if cell.kind.is_span() {
            u64::from(cell.span().len)
        } else {
            9
        };
        wire::put_message(out, 2, expected, |out| {
            any_content(memory, store, cell, out);
        });
    };
    if cell.is(flag::ADDED) {
        wire::put_bytes(out, 1, key);
        return value(out);
    }
    let Ok(Some(origin)) = memory.reader(cell.origin).next() else {
        return;
    };
    let mut has_value = false;
    let mut reader = memory.reader(origin.inside());
    if cell.is(flag::RENAMED) {
        wire::put_bytes(out, 1, key);
    }
    while let Ok(Some(part)) = reader.next() {
        match part.number {
            1 if cell.is(flag::RENAMED) => {}
            2 if cell.is(flag::REPLACED | flag::BELOW) => {
                value(out);
                has_value = true;
            }
            _ => out.extend_from_slice(memory.get(part.whole())),
        }
    }
    if !has_value && cell.is(flag::REPLACED | flag::BELOW) {
        value(out);
    }
}

/// Writes the content of the `AnyValue` of a cell.
pub(super) fn any_content(memory: &Memory, store: &Store, cell: &Cell, out: &mut Vec<u8>) {
    match cell.kind {
        ValueKind::Empty | ValueKind::Withheld => {}
        ValueKind::Text => wire::put_bytes(out, 1, memory.get(cell.span())),
        ValueKind::Boolean => wire::put_number(out, 2, cell.value),
        ValueKind::Int => wire::put_number(out, 3, cell.value),
        ValueKind::Double => wire::put_fixed64(out, 4, cell.value),
        ValueKind::Bytes => wire::put_bytes(out, 7, memory.get(cell.span())),
        ValueKind::Array | ValueKind::Map => {
            let list = any::any(memory, cell.span()).ok().and_then(|any| any.list);
            match list.filter(|_| cell.is(flag::BELOW) && cell.children != NONE) {
                Some(list) => container(memory, store, cell, &list, out),
                None => out.extend_from_slice(memory.get(cell.span())),
            }
        }
    }
}

/// Writes an array or a map in which something was changed.
fn container(memory: &Memory, store: &Store, cell: &Cell, list: &Element, out: &mut Vec<u8>) {
    let content = cell.span();
    out.extend_from_slice(memory.get(Span::between(content.start, list.start)));
    let first = store.children[cell.children].first;
    wire::put_message(out, list.number, u64::from(list.inside().len), |out| {
        let mut at = list.content;
        let mut next = first;
        while next != NONE {
            let child = &store.cells[next];
            next = child.next;
            if child.is(flag::ADDED) || !child.is(flag::CHANGED) {
                continue;
            }
            out.extend_from_slice(memory.get(Span::between(at, child.origin.start)));
            if !child.is(flag::DEAD) {
                element(memory, store, child, 1, out);
            }
            at = child.origin.end();
        }
        out.extend_from_slice(memory.get(Span::between(at, list.end)));
        let mut next = first;
        while next != NONE {
            let child = &store.cells[next];
            next = child.next;
            if child.is(flag::ADDED) && child.is_live() {
                element(memory, store, child, 1, out);
            }
        }
    });
    out.extend_from_slice(memory.get(Span::between(list.end, content.end())));
}
