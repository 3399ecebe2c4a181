//! `Sort`.

use std::cmp::Ordering;

use crate::value::{List, ListKind};
use crate::{Error, Function, Kind, Parameter, Value, convert, go};

pub(super) const LIST: &[&Function] = &[&SORT];

static SORT: Function = Function::new(
    "Sort",
    &[
        Parameter::new("Target", Kind::Any),
        Parameter::optional("Order", Kind::LiteralText),
    ],
    |call| {
        let descending = call.given(1) && call.text(1)?.as_str() == "desc";
        match call.value(0)? {
            Value::List(list) => sorted(list, descending),
            other => Err(Error::unsupported(other.type_name())),
        }
    },
)
.prepared(|arguments| match arguments.text(1) {
    None | Some("asc" | "desc") => Ok(None),
    _ => Err("the order must be `asc` or `desc`".to_owned()),
});

/// What items of a list are ordered by.
enum Order {
    Ints,
    Doubles,
    Texts,
}

fn sorted(list: List<'_>, descending: bool) -> Result<Value<'_>, Error> {
    let kind = list.kind();
    let (order, kind) = match kind {
        ListKind::Slice => match common(&list) {
            Some(order) => (order, ListKind::Any),
            None => return Ok(list.into()),
        },
        ListKind::Any => {
            let list = convert::list(list.into())?;
            return sorted(list, descending);
        }
        ListKind::Texts | ListKind::Bools => (Order::Texts, kind),
        ListKind::Ints => (Order::Ints, kind),
        ListKind::Uints => return Err(Error::unsupported(kind.name())),
        ListKind::Doubles => (Order::Doubles, kind),
    };
    let mut items = list.into_vec();
    match order {
        Order::Ints => sort(
            &mut items,
            descending,
            |item| match item {
                Value::Int(number) => *number,
                _ => 0,
            },
            i64::cmp,
        ),
        Order::Doubles => sort(
            &mut items,
            descending,
            |item| match item {
                Value::Int(number) => go::to_double(*number),
                Value::Double(number) => *number,
                _ => 0.0,
            },
            |a, b| compare(*a, *b),
        ),
        Order::Texts => sort(
            &mut items,
            descending,
            |item| convert::shown(item).unwrap_or_default(),
            String::cmp,
        ),
    }
    let items = items.into_iter().map(Value::raw).collect();
    Ok(List::new(kind, items).into())
}

/// Sorts by a key that is made of each item once.
fn sort<'e, K>(
    items: &mut Vec<Value<'e>>,
    descending: bool,
    key: impl Fn(&Value<'e>) -> K,
    compare: impl Fn(&K, &K) -> Ordering,
) {
    let mut keyed: Vec<_> = items.drain(..).map(|item| (key(&item), item)).collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let order = compare(a, b);
        if descending { order.reverse() } else { order }
    });
    items.extend(keyed.into_iter().map(|(_, item)| item));
}

/// Go's order of doubles: what is no number comes first.
fn compare(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

/// What all items of a list can be ordered by; none for an empty list, or one that holds what has no order.
fn common(list: &List<'_>) -> Option<Order> {
    let first = list.get(0)?;
    let mut texts = false;
    let mut doubles = false;
    for item in list.iter() {
        match item {
            Value::Int(_) => doubles |= matches!(first, Value::Double(_)),
            Value::Double(_) => doubles |= matches!(first, Value::Int(_)),
            Value::Text(_) | Value::Bool(_) | Value::Nil => texts = true,
            _ => return None,
        }
    }
    Some(match first {
        _ if texts => Order::Texts,
        _ if doubles => Order::Doubles,
        Value::Int(_) => Order::Ints,
        _ => Order::Doubles,
    })
}
