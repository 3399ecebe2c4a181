//! How values are compared.

use std::cmp::Ordering;

use crate::syntax::tree::Operator;
use crate::value::{List, ListKind, Map, MapKind, Value, equal};
use crate::{Error, go};

/// Whether a comparison holds. Values of kinds that do not compare are different, and neither is less.
pub(crate) fn compare(
    left: &Value<'_>,
    operator: Operator,
    right: &Value<'_>,
) -> Result<bool, Error> {
    Ok(match (left, right) {
        (Value::Nil, Value::Nil) => matches!(
            operator,
            Operator::Equal | Operator::LessEqual | Operator::GreaterEqual
        ),
        (Value::Text(left), Value::Text(right)) => match operator {
            // Equality looks at the lengths first; an order would not.
            Operator::Equal => **left == **right,
            Operator::NotEqual => **left != **right,
            _ => holds(Some(left.as_str().cmp(right)), operator),
        },
        (Value::Int(left), Value::Int(right)) | (Value::Duration(left), Value::Duration(right)) => {
            holds(Some(left.cmp(right)), operator)
        }
        (Value::Int(left), Value::Double(right)) => {
            holds(go::to_double(*left).partial_cmp(right), operator)
        }
        (Value::Double(left), Value::Int(right)) => {
            holds(left.partial_cmp(&go::to_double(*right)), operator)
        }
        (Value::Double(left), Value::Double(right)) => holds(left.partial_cmp(right), operator),
        (Value::Bool(left), Value::Bool(right)) => holds(Some(left.cmp(right)), operator),
        (Value::Bytes(left), Value::Bytes(right)) => holds(Some((**left).cmp(right)), operator),
        (Value::Time(left), Value::Time(right)) => {
            holds(Some(left.instant().cmp(&right.instant())), operator)
        }
        (Value::Map(left), Value::Map(right)) => equality(maps_equal(left, right), operator),
        (Value::List(left), Value::List(right)) => match operator {
            Operator::Equal => lists_equal(left, right)?,
            Operator::NotEqual => !lists_equal(left, right)?,
            _ => false,
        },
        (Value::TraceId(_) | Value::SpanId(_) | Value::ProfileId(_) | Value::Opaque(_), _) => {
            equality(equal::deep(left, right), operator)
        }
        _ => operator == Operator::NotEqual,
    })
}

/// Without an order, as a number has with NaN, only "different" holds.
const fn holds(order: Option<Ordering>, operator: Operator) -> bool {
    match (operator, order) {
        (Operator::NotEqual, None) => true,
        (_, None) => false,
        (Operator::Equal, Some(order)) => order.is_eq(),
        (Operator::NotEqual, Some(order)) => order.is_ne(),
        (Operator::Less, Some(order)) => order.is_lt(),
        (Operator::LessEqual, Some(order)) => order.is_le(),
        (Operator::GreaterEqual, Some(order)) => order.is_ge(),
        (Operator::Greater, Some(order)) => order.is_gt(),
    }
}

fn equality(equal: bool, operator: Operator) -> bool {
    match operator {
        Operator::Equal => equal,
        Operator::NotEqual => !equal,
        _ => false,
    }
}

fn maps_equal(left: &Map<'_>, right: &Map<'_>) -> bool {
    let equal = match (left.kind(), right.kind()) {
        (MapKind::Map, MapKind::Map) => equal::telemetry,
        (MapKind::Raw, MapKind::Raw) => equal::deep,
        (MapKind::Raw, MapKind::Map) => equal::plain_and_telemetry,
        (MapKind::Map, MapKind::Raw) => equal::telemetry_and_plain,
    };
    equal::maps(left, right, equal)
}

/// Lists of one type of items are no values that upstream can compare with their like: there it stops the Collector.
fn lists_equal(left: &List<'_>, right: &List<'_>) -> Result<bool, Error> {
    let equal = match (left.kind(), right.kind()) {
        (ListKind::Slice, ListKind::Slice) => equal::telemetry,
        (ListKind::Any, ListKind::Any) => equal::deep,
        (ListKind::Any, ListKind::Slice) => equal::plain_and_telemetry,
        (ListKind::Slice, ListKind::Any) => equal::telemetry_and_plain,
        (left, right) if left == right => {
            return Err(Error::failed("lists of this type cannot be compared"));
        }
        _ => return Ok(false),
    };
    Ok(equal::lists(left, right, equal))
}
