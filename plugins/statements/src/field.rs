//! Fields: from what a cell holds to what a path shows, and back.

use tollgate_ottl::{Error, ListKind, Text, Time, Value, convert as getters, go};
use tollgate_sdk::Value as Cell;

use crate::convert;
use crate::rows::{Holds, Row, Shown};

/// What a field holds, where its cell holds this. Without a cell it has its default.
#[inline]
pub(crate) fn held(holds: Holds, cell: Option<Cell<'_>>) -> Value<'_> {
    match (holds, cell) {
        (Holds::Any, Some(cell)) => convert::read(cell),
        (Holds::Any, None) => Value::Nil,
        (Holds::Text, Some(Cell::Text(text))) => Value::Text(Text::Borrowed(text)),
        (Holds::Text, _) => Value::Text(Text::Borrowed("")),
        (Holds::Int32 | Holds::Uint32 | Holds::Checked32 | Holds::Int64, cell) => {
            Value::Int(cell.and_then(Cell::as_i64).unwrap_or_default())
        }
        (Holds::Bool, cell) => Value::Bool(matches!(cell, Some(Cell::Boolean(true)))),
        (Holds::Double, Some(Cell::Double(number))) => Value::Double(number),
        (Holds::Double, _) => Value::Double(0.0),
        (Holds::TraceId, cell) => Value::TraceId(id(cell)),
        (Holds::SpanId, cell) => Value::SpanId(id(cell)),
        (Holds::Ints, cell) => convert::numbers(cell.unwrap_or(Cell::Empty), ListKind::Uints),
        (Holds::Doubles, cell) => convert::numbers(cell.unwrap_or(Cell::Empty), ListKind::Doubles),
    }
}

/// An id; none reads as zeros.
fn id<const N: usize>(cell: Option<Cell<'_>>) -> [u8; N] {
    let bytes = match cell {
        Some(Cell::Bytes(bytes)) => bytes,
        _ => &[],
    };
    bytes.try_into().unwrap_or([0; N])
}

/// What a path shows of what its field holds.
#[inline]
pub fn show<'e>(row: &Row, held: Value<'e>) -> Result<Value<'e>, Error> {
    Ok(match (row.shown, held) {
        (Shown::Instant, Value::Int(nanos)) => Value::Time(Time::from_unix_nanos(nanos)),
        (Shown::Hex, Value::TraceId(id)) => Value::text(go::hex(&id)),
        (Shown::Hex, Value::SpanId(id)) => Value::text(go::hex(&id)),
        (Shown::Kind, Value::Int(kind)) => Value::Text(Text::Borrowed(kind_name(kind, &KINDS))),
        (Shown::OldKind, Value::Int(kind)) => {
            Value::Text(Text::Borrowed(kind_name(kind, &OLD_KINDS)))
        }
        (Shown::AsText, Value::Text(text)) => Value::Text(text),
        (Shown::AsText, held) => Value::text(getters::shown(&held)?),
        (_, held) => held,
    })
}

/// What a field holds after a path to it was set. None where setting does nothing.
pub fn store<'e>(row: &Row, value: Value<'e>) -> Result<Option<Value<'e>>, Error> {
    let stored = match row.shown {
        Shown::Fixed => return Ok(None),
        Shown::Plain => plain(row.holds, value)?,
        Shown::Instant => Value::Int(time(&value)?.unix_nanos()),
        Shown::Hex => digits(row.holds, &text(value)?)?,
        Shown::Kind => kind(&text(value)?, &KINDS)?,
        Shown::OldKind => kind(&text(value)?, &OLD_KINDS)?,
        Shown::AsText => Value::Text(text(value)?),
    };
    Ok(Some(stored))
}

const NIL: Error = Error::failed("setting a value to nil is not supported");

fn plain(holds: Holds, value: Value<'_>) -> Result<Value<'_>, Error> {
    match holds {
        Holds::Any => return value.storable(),
        Holds::Ints => return numbers(value, ListKind::Uints),
        Holds::Doubles => return numbers(value, ListKind::Doubles),
        _ => {}
    }
    if value.is_nil() {
        return Err(NIL);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "upstream cuts numbers to the width of their field"
    )]
    Ok(match holds {
        Holds::Text => Value::Text(text(value)?),
        Holds::Int32 => Value::Int(i64::from(getters::int(&value)? as i32)),
        Holds::Uint32 => Value::Int(i64::from(getters::int(&value)? as u32)),
        Holds::Checked32 => {
            let number = getters::int(&value)?;
            if u32::try_from(number).is_err() {
                return Err(Error::failed("the number is out of range for uint32"));
            }
            Value::Int(number)
        }
        Holds::Int64 => Value::Int(getters::int(&value)?),
        Holds::Bool => Value::Bool(getters::bool(&value)?),
        Holds::Double => Value::Double(getters::double(&value)?),
        Holds::TraceId => match value {
            Value::TraceId(id) => Value::TraceId(id),
            other => return Err(Error::expected("pcommon.TraceID", other.type_name())),
        },
        Holds::SpanId => match value {
            Value::SpanId(id) => Value::SpanId(id),
            other => return Err(Error::expected("pcommon.SpanID", other.type_name())),
        },
        Holds::Any | Holds::Ints | Holds::Doubles => value,
    })
}

fn text(value: Value<'_>) -> Result<Text<'_>, Error> {
    if value.is_nil() {
        return Err(NIL);
    }
    getters::text(value)
}

fn time(value: &Value<'_>) -> Result<Time, Error> {
    if value.is_nil() {
        return Err(NIL);
    }
    getters::time(value)
}

fn numbers(value: Value<'_>, kind: ListKind) -> Result<Value<'_>, Error> {
    let list = match value {
        Value::Nil => return Ok(Value::List(tollgate_ottl::List::new(kind, Vec::new()))),
        Value::List(list) => list,
        other => return Err(Error::expected("a list of numbers", other.type_name())),
    };
    for item in list.iter() {
        let fits = match kind {
            ListKind::Uints => matches!(item, Value::Int(_)),
            _ => matches!(item, Value::Double(_)),
        };
        if !fits {
            return Err(Error::expected("a list of numbers", item.type_name()));
        }
    }
    Ok(Value::List(tollgate_ottl::List::new(kind, list.into_vec())))
}

fn digits(holds: Holds, text: &str) -> Result<Value<'static>, Error> {
    const BAD: Error = Error::failed("ids must be 16 or 32 hexadecimal digits");
    if holds == Holds::TraceId {
        Ok(Value::TraceId(unhex(text).ok_or(BAD)?))
    } else {
        Ok(Value::SpanId(unhex(text).ok_or(BAD)?))
    }
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != N * 2 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let pair = str::from_utf8(pair).ok()?;
        if pair.starts_with('+') {
            return None;
        }
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

const KINDS: [&str; 6] = [
    "Unspecified",
    "Internal",
    "Server",
    "Client",
    "Producer",
    "Consumer",
];

const OLD_KINDS: [&str; 6] = [
    "SPAN_KIND_UNSPECIFIED",
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
];

fn kind_name(kind: i64, names: &[&'static str; 6]) -> &'static str {
    let name = usize::try_from(kind).ok().and_then(|kind| names.get(kind));
    name.copied().unwrap_or("")
}

fn kind(name: &str, names: &[&'static str; 6]) -> Result<Value<'static>, Error> {
    let number = (0_i64..).zip(names).find(|(_, known)| **known == name);
    let number = number.ok_or(Error::failed("there is no such kind of span"))?;
    Ok(Value::Int(number.0))
}
