//! From OTLP/JSON to protobuf: one pass, one buffer.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::MAX_DEPTH;
use crate::error::{JsonError, Problem};
use crate::number::{double, integer};
use crate::schema::{Field, Kind, Message, Presence};
use crate::text::{Cursor, Found, locate};
use crate::wire::{
    WIRE_FIXED32, WIRE_FIXED64, WIRE_LENGTH, WIRE_VARINT, put_length, put_tag, put_varint, zigzag,
};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Decodes a whole message.
pub(crate) fn request(schema: &Message, json: &[u8]) -> Result<Vec<u8>, JsonError> {
    let text = std::str::from_utf8(json)
        .map_err(|error| locate(json, error.valid_up_to(), Problem::Utf8))?;
    let mut cursor = Cursor::new(text);
    // JSON is never shorter than half of its protobuf but for packed numbers, and mostly longer.
    let mut out = Vec::with_capacity(text.len().saturating_div(2));
    whole(schema, &mut cursor, &mut out).map_err(|problem| cursor.locate(problem))?;
    Ok(out)
}

fn whole(schema: &Message, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Found<()> {
    if !cursor.null()? {
        message(schema, cursor, out, 0)?;
    }
    if cursor.at_end() {
        Ok(())
    } else {
        Err(Problem::Trailing)
    }
}

/// Takes an object and appends the message that it is.
fn message(
    schema: &Message,
    cursor: &mut Cursor<'_>,
    out: &mut Vec<u8>,
    depth: usize,
) -> Found<()> {
    let depth = depth.saturating_add(usize::from(schema.nests));
    if depth > MAX_DEPTH {
        return Err(Problem::Depth);
    }
    cursor.expect(b'{', Problem::Object)?;
    if cursor.take(b'}') {
        return Ok(());
    }
    let mut seen = Seen::default();
    loop {
        let name = cursor.name()?;
        match find(schema, &name) {
            None => cursor.skip()?,
            Some(_) if cursor.null()? => {}
            Some((index, field)) => {
                seen.note(index, field)?;
                value(field, cursor, out, depth)?;
            }
        }
        if !cursor.another(b'}')? {
            return Ok(());
        }
    }
}

/// Which fields of a message stood already.
#[derive(Default)]
struct Seen {
    fields: u32,
    one_of: bool,
}

impl Seen {
    fn note(&mut self, index: u32, field: &Field) -> Found<()> {
        let bit = 1u32.checked_shl(index).unwrap_or_default();
        let excluded = field.presence == Presence::OneOf && self.one_of;
        if self.fields & bit != 0 || excluded {
            return Err(Problem::Twice);
        }
        self.fields |= bit;
        self.one_of |= field.presence == Presence::OneOf;
        Ok(())
    }
}

fn find<'s>(schema: &'s Message, name: &str) -> Option<(u32, &'s Field)> {
    (0u32..)
        .zip(schema.fields)
        .find(|(_, field)| field.name == name)
        .or_else(|| {
            (0u32..)
                .zip(schema.fields)
                .find(|(_, field)| name.contains('_') && is_snake_case_of(name, field.name))
        })
}

/// Whether `name` is `camel` with underscores for its capitals.
fn is_snake_case_of(name: &str, camel: &str) -> bool {
    let mut name = name.bytes();
    for byte in camel.bytes() {
        if byte.is_ascii_uppercase() && name.next() != Some(b'_') {
            return false;
        }
        if name.next() != Some(byte.to_ascii_lowercase()) {
            return false;
        }
    }
    name.next().is_none()
}

/// Takes the value of a field and appends the field.
fn value(field: &Field, cursor: &mut Cursor<'_>, out: &mut Vec<u8>, depth: usize) -> Found<()> {
    if field.presence == Presence::Repeated {
        return repeated(field, cursor, out, depth);
    }
    if let Kind::Message(schema) = field.kind {
        put_tag(out, field.number, WIRE_LENGTH);
        return put_length(out, |out| message(schema, cursor, out, depth));
    }
    let scalar = scalar(field.kind, cursor)?;
    if field.presence != Presence::Implicit || !scalar.is_default() {
        put_tag(out, field.number, scalar.wire_type());
        scalar.put(out);
    }
    Ok(())
}

fn repeated(field: &Field, cursor: &mut Cursor<'_>, out: &mut Vec<u8>, depth: usize) -> Found<()> {
    cursor.expect(b'[', Problem::Array)?;
    if cursor.take(b']') {
        return Ok(());
    }
    match field.kind {
        Kind::Message(schema) => elements(cursor, |cursor| {
            put_tag(out, field.number, WIRE_LENGTH);
            put_length(out, |out| {
                // The Collector reads null as an empty message here.
                if cursor.null()? {
                    return Ok(());
                }
                message(schema, cursor, out, depth)
            })
        }),
        Kind::Text | Kind::Bytes | Kind::Id(_) => elements(cursor, |cursor| {
            let scalar = scalar(field.kind, cursor)?;
            put_tag(out, field.number, scalar.wire_type());
            scalar.put(out);
            Ok(())
        }),
        _ => {
            put_tag(out, field.number, WIRE_LENGTH);
            put_length(out, |out| {
                elements(cursor, |cursor| {
                    scalar(field.kind, cursor)?.put(out);
                    Ok(())
                })
            })
        }
    }
}

/// Takes the elements of an array that is open and not empty.
fn elements<'a>(
    cursor: &mut Cursor<'a>,
    mut element: impl FnMut(&mut Cursor<'a>) -> Found<()>,
) -> Found<()> {
    loop {
        element(cursor)?;
        if !cursor.another(b']')? {
            return Ok(());
        }
    }
}

/// A value in its form on the wire.
enum Scalar<'a> {
    Varint(u64),
    Fixed32(u32),
    Fixed64(u64),
    Length(Cow<'a, [u8]>),
}

impl Scalar<'_> {
    fn is_default(&self) -> bool {
        match self {
            Self::Varint(value) | Self::Fixed64(value) => *value == 0,
            Self::Fixed32(value) => *value == 0,
            Self::Length(bytes) => bytes.is_empty(),
        }
    }

    fn wire_type(&self) -> u32 {
        match self {
            Self::Varint(_) => WIRE_VARINT,
            Self::Fixed32(_) => WIRE_FIXED32,
            Self::Fixed64(_) => WIRE_FIXED64,
            Self::Length(_) => WIRE_LENGTH,
        }
    }

    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Varint(value) => put_varint(out, *value),
            Self::Fixed32(value) => out.extend_from_slice(&value.to_le_bytes()),
            Self::Fixed64(value) => out.extend_from_slice(&value.to_le_bytes()),
            Self::Length(bytes) => {
                put_varint(out, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
        }
    }
}

fn scalar<'a>(kind: Kind, cursor: &mut Cursor<'a>) -> Found<Scalar<'a>> {
    Ok(match kind {
        Kind::Text => Scalar::Length(match cursor.string(Problem::Text)? {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }),
        Kind::Bytes => Scalar::Length(Cow::Owned(base64(&cursor.string(Problem::Base64)?)?)),
        Kind::Id(bytes) => Scalar::Length(Cow::Owned(hex(&cursor.string(Problem::Id)?, bytes)?)),
        Kind::Bool => Scalar::Varint(u64::from(cursor.boolean()?)),
        Kind::Double => Scalar::Fixed64(double(cursor)?.to_bits()),
        Kind::Int32 => {
            let value: i32 = narrow(cursor)?;
            Scalar::Varint(i64::from(value).cast_unsigned())
        }
        Kind::Uint32 => {
            let value: u32 = narrow(cursor)?;
            Scalar::Varint(u64::from(value))
        }
        Kind::Sint32 => Scalar::Varint(zigzag(narrow(cursor)?)),
        Kind::Fixed32 => Scalar::Fixed32(narrow(cursor)?),
        Kind::Int64 => Scalar::Varint(narrow::<i64>(cursor)?.cast_unsigned()),
        Kind::Uint64 => Scalar::Varint(narrow(cursor)?),
        Kind::Fixed64 => Scalar::Fixed64(narrow(cursor)?),
        Kind::Sfixed64 => Scalar::Fixed64(narrow::<i64>(cursor)?.cast_unsigned()),
        // Only called for what is no message.
        Kind::Message(_) => return Err(Problem::Object),
    })
}

fn narrow<T: TryFrom<i128>>(cursor: &mut Cursor<'_>) -> Found<T> {
    T::try_from(integer(cursor)?).map_err(|_| Problem::Integer)
}

fn base64(text: &str) -> Found<Vec<u8>> {
    let engine = if text.contains(['-', '_']) {
        &BASE64_URL
    } else {
        &BASE64
    };
    engine.decode(text).map_err(|_| Problem::Base64)
}

/// An identifier; the empty one is absent.
fn hex(text: &str, bytes: usize) -> Found<Vec<u8>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if text.len() != bytes.saturating_mul(2) {
        return Err(Problem::Id);
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect::<Option<_>>()
        .ok_or(Problem::Id)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
