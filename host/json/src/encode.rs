//! From protobuf to OTLP/JSON, as the Collector's file exporter writes it.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::MAX_DEPTH;
use crate::error::WireError;
use crate::schema::{Field, Kind, MAX_FIELDS, Message, Presence};
use crate::wire::{
    WireValue, low32, take_field, take_fixed32, take_fixed64, take_varint, unzigzag,
};

/// Encodes a whole message.
pub(crate) fn request(schema: &Message, wire: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    let before = out.len();
    let result = message(schema, wire, out, 0);
    if result.is_err() {
        out.truncate(before);
    }
    result
}

/// What the wire has of one field.
#[derive(Clone, Copy, Default)]
struct Slot<'a> {
    /// The last value: for a field that stands once, the one that counts.
    last: Option<WireValue<'a>>,
    /// Whether there are others.
    several: bool,
}

fn message(
    schema: &Message,
    wire: &[u8],
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), WireError> {
    let depth = depth.saturating_add(usize::from(schema.nests));
    if depth > MAX_DEPTH {
        return Err(WireError::Depth);
    }
    let mut slots = [Slot::default(); MAX_FIELDS];
    let mut one_of = None;
    let mut rest = wire;
    while let Some((number, value)) = take_field(&mut rest)? {
        let known = schema.fields.iter().zip(&mut slots);
        if let Some((field, slot)) = known.into_iter().find(|(field, _)| field.number == number) {
            slot.several = slot.last.is_some();
            slot.last = Some(value);
            if field.presence == Presence::OneOf {
                one_of = Some(number);
            }
        }
    }
    out.push(b'{');
    let start = out.len();
    for (field, slot) in schema.fields.iter().zip(&slots) {
        let shadowed = field.presence == Presence::OneOf && one_of != Some(field.number);
        if !shadowed {
            member(field, *slot, wire, start, out, depth)?;
        }
    }
    out.push(b'}');
    Ok(())
}

/// Writes one field, if there is something to write. `start` is where the members of the message begin.
fn member(
    field: &Field,
    slot: Slot<'_>,
    wire: &[u8],
    start: usize,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), WireError> {
    let Some(last) = slot.last else {
        if field.presence == Presence::Always {
            name(field, start, out);
            out.extend_from_slice(b"{}");
        }
        return Ok(());
    };
    if field.presence == Presence::Repeated {
        let before = out.len();
        name(field, start, out);
        out.push(b'[');
        let elements = out.len();
        if slot.several {
            for value in values(field, wire) {
                element(field, value?, elements, out, depth)?;
            }
        } else {
            element(field, last, elements, out, depth)?;
        }
        if out.len() == elements {
            out.truncate(before);
        } else {
            out.push(b']');
        }
        return Ok(());
    }
    if let Kind::Message(schema) = field.kind {
        name(field, start, out);
        if !slot.several {
            return message(schema, length(last)?, out, depth);
        }
        // Parts of one message: protobuf puts them together.
        let mut whole = Vec::new();
        for value in values(field, wire) {
            whole.extend_from_slice(length(value?)?);
        }
        return message(schema, &whole, out, depth);
    }
    if field.presence == Presence::Implicit && is_default(field.kind, last) {
        return Ok(());
    }
    name(field, start, out);
    scalar(field.kind, last, out)
}

/// All values of a field.
fn values<'a>(
    field: &Field,
    mut wire: &'a [u8],
) -> impl Iterator<Item = Result<WireValue<'a>, WireError>> {
    let wanted = field.number;
    std::iter::from_fn(move || {
        loop {
            match take_field(&mut wire) {
                Ok(Some((number, value))) if number == wanted => return Some(Ok(value)),
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => {
                    wire = &[];
                    return Some(Err(error));
                }
            }
        }
    })
}

/// Writes one element of an array, or several that are packed.
fn element(
    field: &Field,
    value: WireValue<'_>,
    start: usize,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), WireError> {
    match (field.kind, value) {
        (Kind::Message(schema), value) => {
            comma(start, out);
            message(schema, length(value)?, out, depth)
        }
        (Kind::Text | Kind::Bytes | Kind::Id(_), value) => {
            comma(start, out);
            scalar(field.kind, value, out)
        }
        (kind, WireValue::Length(mut packed)) => {
            while !packed.is_empty() {
                let value = match kind {
                    Kind::Fixed64 | Kind::Sfixed64 | Kind::Double => {
                        WireValue::Fixed64(take_fixed64(&mut packed)?)
                    }
                    Kind::Fixed32 => WireValue::Fixed32(take_fixed32(&mut packed)?),
                    _ => WireValue::Varint(take_varint(&mut packed)?),
                };
                comma(start, out);
                scalar(kind, value, out)?;
            }
            Ok(())
        }
        (kind, value) => {
            comma(start, out);
            scalar(kind, value, out)
        }
    }
}

fn length(value: WireValue<'_>) -> Result<&[u8], WireError> {
    match value {
        WireValue::Length(bytes) => Ok(bytes),
        _ => Err(WireError::Type),
    }
}

fn name(field: &Field, start: usize, out: &mut Vec<u8>) {
    comma(start, out);
    out.push(b'"');
    out.extend_from_slice(field.name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn comma(start: usize, out: &mut Vec<u8>) {
    if out.len() > start {
        out.push(b',');
    }
}

/// Whether the Collector leaves the value out.
fn is_default(kind: Kind, value: WireValue<'_>) -> bool {
    match value {
        WireValue::Varint(value) => match kind {
            Kind::Int32 | Kind::Uint32 | Kind::Sint32 => low32(value) == 0,
            _ => value == 0,
        },
        WireValue::Fixed64(value) => value == 0,
        WireValue::Fixed32(value) => value == 0,
        WireValue::Length(bytes) => match kind {
            Kind::Id(_) => bytes.iter().all(|byte| *byte == 0),
            _ => bytes.is_empty(),
        },
    }
}

fn scalar(kind: Kind, value: WireValue<'_>, out: &mut Vec<u8>) -> Result<(), WireError> {
    match (kind, value) {
        (Kind::Text, WireValue::Length(bytes)) => text(bytes, out)?,
        (Kind::Bytes, WireValue::Length(bytes)) => {
            print(out, format_args!("\"{}\"", STANDARD.encode(bytes)));
        }
        (Kind::Id(_), WireValue::Length(bytes)) => hex(bytes, out),
        (Kind::Bool, WireValue::Varint(value)) => print(out, format_args!("{}", value != 0)),
        (Kind::Int32, WireValue::Varint(value)) => {
            print(out, format_args!("{}", low32(value).cast_signed()));
        }
        (Kind::Uint32, WireValue::Varint(value)) => print(out, format_args!("{}", low32(value))),
        (Kind::Sint32, WireValue::Varint(value)) => print(out, format_args!("{}", unzigzag(value))),
        (Kind::Fixed32, WireValue::Fixed32(value)) => print(out, format_args!("{value}")),
        (Kind::Int64, WireValue::Varint(value)) | (Kind::Sfixed64, WireValue::Fixed64(value)) => {
            print(out, format_args!("\"{}\"", value.cast_signed()));
        }
        (Kind::Uint64, WireValue::Varint(value)) | (Kind::Fixed64, WireValue::Fixed64(value)) => {
            print(out, format_args!("\"{value}\""));
        }
        (Kind::Double, WireValue::Fixed64(value)) => double(f64::from_bits(value), out),
        _ => return Err(WireError::Type),
    }
    Ok(())
}

fn print(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a Vec does not fail.
    let _ = out.write_fmt(text);
}

fn text(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    let text = std::str::from_utf8(bytes).map_err(|_| WireError::Utf8)?;
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest
        .iter()
        .position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\')
    {
        let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        let (byte, after) = special.split_first().unwrap_or((&b' ', &[]));
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => print(out, format_args!("\\u{other:04x}")),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
    Ok(())
}

fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in bytes {
        print(out, format_args!("{byte:02x}"));
    }
    out.push(b'"');
}

/// A double as Go prints it: plain between 1e-6 and 1e21, else with an exponent of two digits at least.
fn double(value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else if value.is_infinite() {
        let text: &[u8] = if value > 0.0 {
            b"\"Infinity\""
        } else {
            b"\"-Infinity\""
        };
        out.extend_from_slice(text);
    } else if value == 0.0 || (1e-6..1e21).contains(&value.abs()) {
        print(out, format_args!("{value}"));
    } else {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(digits) => ('-', digits),
            None => ('+', exponent),
        };
        print(out, format_args!("{mantissa}e{sign}{digits:0>2}"));
    }
}
