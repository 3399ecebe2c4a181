//! Reading `AnyValue` and `KeyValue` messages in place.

use super::store::Memory;
use crate::error::Malformed;
use crate::signal::ValueKind;
use crate::wire::{self, BYTES, Element, FIXED64, Reader, Span, VARINT};

/// What an `AnyValue` message says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Any {
    pub(crate) kind: ValueKind,
    /// Number, or the packed span of the text or bytes; of an array or a map, the packed span of the whole content of the
    /// `AnyValue`.
    pub(crate) value: u64,
    /// Of an array or a map: the element of the list inside.
    pub(crate) list: Option<Element>,
}

impl Any {
    const EMPTY: Self = Self {
        kind: ValueKind::Empty,
        value: 0,
        list: None,
    };
}

/// Reads the content of an `AnyValue`. Of a oneof the last member counts.
#[inline]
pub(crate) fn any(memory: &Memory, content: Span) -> Result<Any, Malformed> {
    if let Some(text) = wire::plain_text(memory.get(content))
        && wire::is_utf8(text)
    {
        let span = content.tail(text.len());
        return Ok(Any {
            kind: ValueKind::Text,
            value: span.pack(),
            list: None,
        });
    }
    any_in_general(memory, content)
}

fn any_in_general(memory: &Memory, content: Span) -> Result<Any, Malformed> {
    let mut reader = memory.reader(content);
    let mut found = Any::EMPTY;
    while let Some(element) = reader.next()? {
        let (kind, value) = match element.number {
            1 => (ValueKind::Text, text(memory, &element)?.pack()),
            2 => (ValueKind::Boolean, number(&element, VARINT)?.min(1)),
            3 => (ValueKind::Int, number(&element, VARINT)?),
            4 => (ValueKind::Double, number(&element, FIXED64)?),
            5 | 6 => {
                element.expect(BYTES)?;
                let kind = if element.number == 5 {
                    ValueKind::Array
                } else {
                    ValueKind::Map
                };
                if found.kind == kind {
                    return Err(Malformed::Split {
                        offset: element.start as usize,
                    });
                }
                found = Any {
                    kind,
                    value: content.pack(),
                    list: Some(element),
                };
                continue;
            }
            7 => {
                element.expect(BYTES)?;
                (ValueKind::Bytes, element.inside().pack())
            }
            // A reference into a table of strings, which requests of these signals do not have.
            8 => (ValueKind::Empty, 0),
            _ => continue,
        };
        found = Any {
            kind,
            value,
            list: None,
        };
    }
    Ok(found)
}

/// The span of a text, once it is known to be UTF-8.
#[inline]
pub(crate) fn text(memory: &Memory, element: &Element) -> Result<Span, Malformed> {
    element.expect(BYTES)?;
    let span = element.inside();
    if wire::is_utf8(memory.get(span)) {
        Ok(span)
    } else {
        Err(Malformed::Utf8 {
            offset: span.start as usize,
        })
    }
}

fn number(element: &Element, wire: u8) -> Result<u64, Malformed> {
    element.expect(wire)?;
    Ok(element.value)
}

/// Key and value of a `KeyValue`: the last key, and the content of the value, if there is one. The key is not checked for UTF-8.
#[inline]
pub(crate) fn key_value(memory: &Memory, content: Span) -> Result<(Span, Option<Span>), Malformed> {
    if let Some((key, value)) = wire::plain_key_value(memory.get(content)) {
        let key = Span {
            start: content.start.saturating_add(2),
            len: u32::try_from(key.len()).unwrap_or(u32::MAX),
        };
        return Ok((key, Some(content.tail(value.len()))));
    }
    key_value_in_general(memory.reader(content), content)
}

fn key_value_in_general(
    mut reader: Reader<'_>,
    content: Span,
) -> Result<(Span, Option<Span>), Malformed> {
    let mut key = Span {
        start: content.start,
        len: 0,
    };
    let mut value = None;
    while let Some(element) = reader.next()? {
        match element.number {
            1 => {
                element.expect(BYTES)?;
                key = element.inside();
            }
            2 => {
                element.expect(BYTES)?;
                if value.is_some() {
                    return Err(Malformed::Split {
                        offset: element.start as usize,
                    });
                }
                value = Some(element.inside());
            }
            3 if element.wire != VARINT => return Err(element.wrong_wire_type()),
            _ => {}
        }
    }
    Ok((key, value))
}

/// What a look through a whole value found.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Survey {
    /// Values in it, itself included.
    pub(crate) values: usize,
    /// Bytes of all keys, each counted once for every value below it.
    pub(crate) path_bytes: usize,
}

/// Looks through a value to its leaves: that it is well-formed, that its texts and keys are UTF-8, and that it is not nested
/// deeper than `depth` levels.
pub(crate) fn survey(
    memory: &Memory,
    content: Span,
    depth: usize,
) -> Result<(Any, Survey), Malformed> {
    let mut survey = Survey::default();
    let any = look(memory, content, (depth, depth), 0, &mut survey)?;
    Ok((any, survey))
}

fn look(
    memory: &Memory,
    content: Span,
    (depth, limit): (usize, usize),
    path_bytes: usize,
    survey: &mut Survey,
) -> Result<Any, Malformed> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Malformed::Depth {
            offset: content.start as usize,
            limit,
        });
    };
    survey.values = survey.values.saturating_add(1);
    survey.path_bytes = survey.path_bytes.saturating_add(path_bytes);
    let value = any(memory, content)?;
    let Some(list) = value.list else {
        return Ok(value);
    };
    let mut entries = memory.reader(list.inside());
    while let Some(entry) = entries.next()? {
        if entry.number != 1 {
            continue;
        }
        entry.expect(BYTES)?;
        if value.kind == ValueKind::Array {
            look(
                memory,
                entry.inside(),
                (depth, limit),
                path_bytes.saturating_add(8),
                survey,
            )?;
            continue;
        }
        let (key, inside) = key_value(memory, entry.inside())?;
        if std::str::from_utf8(memory.get(key)).is_err() {
            return Err(Malformed::Utf8 {
                offset: key.start as usize,
            });
        }
        let below = path_bytes
            .saturating_add(key.len as usize)
            .saturating_add(4);
        look(
            memory,
            inside.unwrap_or(Span {
                start: entry.end,
                len: 0,
            }),
            (depth, limit),
            below,
            survey,
        )?;
    }
    Ok(value)
}
