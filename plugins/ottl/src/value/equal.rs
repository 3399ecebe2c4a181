//! Equality of what holds other values.

use super::{List, Map, Value};

/// Whether two values of telemetry are equal: kinds too, and maps without order.
pub(crate) fn telemetry(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => lists(a, b, telemetry),
        (Value::Map(a), Value::Map(b)) => maps(a, b, telemetry),
        _ => plain(a, b),
    }
}

/// Whether two plain values are equal, types of the lists and maps within them too.
pub(crate) fn deep(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => a.kind() == b.kind() && lists(a, b, deep),
        (Value::Map(a), Value::Map(b)) => a.kind() == b.kind() && maps(a, b, deep),
        _ => plain(a, b),
    }
}

/// Whether a plain value equals one of telemetry made plain.
pub(crate) fn plain_and_telemetry(plain_one: &Value<'_>, other: &Value<'_>) -> bool {
    match (plain_one, other) {
        (Value::List(a), Value::List(b)) => {
            a.kind() == super::ListKind::Any && lists(a, b, plain_and_telemetry)
        }
        (Value::Map(a), Value::Map(b)) => {
            a.kind() == super::MapKind::Raw && maps(a, b, plain_and_telemetry)
        }
        _ => plain(plain_one, other),
    }
}

/// The same with the sides changed.
pub(crate) fn telemetry_and_plain(other: &Value<'_>, plain_one: &Value<'_>) -> bool {
    plain_and_telemetry(plain_one, other)
}

type Equal = fn(&Value<'_>, &Value<'_>) -> bool;

pub(crate) fn lists(a: &List<'_>, b: &List<'_>, equal: Equal) -> bool {
    a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(&a, &b))
}

pub(crate) fn maps(a: &Map<'_>, b: &Map<'_>, equal: Equal) -> bool {
    let same = |(key, a): (super::Text<'_>, Value<'_>)| b.get(&key).is_some_and(|b| equal(&a, &b));
    a.len() == b.len() && a.iter().all(same)
}

#[expect(clippy::float_cmp, reason = "equality of doubles is what is asked for")]
fn plain(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) | (Value::Duration(a), Value::Duration(b)) => a == b,
        (Value::Double(a), Value::Double(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Time(a), Value::Time(b)) => a == b,
        (Value::TraceId(a), Value::TraceId(b)) | (Value::ProfileId(a), Value::ProfileId(b)) => {
            a == b
        }
        (Value::SpanId(a), Value::SpanId(b)) => a == b,
        (Value::Opaque(a), Value::Opaque(b)) => a == b,
        _ => false,
    }
}
