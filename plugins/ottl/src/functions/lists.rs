//! Functions of lists and maps: what they hold, where, and how much of it.

use crate::compare::compare;
use crate::syntax::tree::Operator;
use crate::value::{Entries, List, ListKind, Map, MapKind, put};
use crate::{Call, Error, Function, Kind, Parameter, Value, convert};

pub(super) const LIST: &[&Function] = &[
    &APPEND,
    &CONTAINS_VALUE,
    &DELETE_INDEX,
    &INDEX,
    &KEYS,
    &LEN,
    &SLICE_TO_MAP,
    &VALUES,
];

static APPEND: Function = Function::new(
    "append",
    &[
        Parameter::new("Target", Kind::Path),
        Parameter::optional("Value", Kind::Any),
        Parameter::optional("Values", Kind::Items(&Kind::Any)),
    ],
    append,
)
.prepared(|arguments| {
    if arguments.given(1) || arguments.given(2) {
        return Ok(None);
    }
    Err("one of `value` and `values` is needed".to_owned())
});

fn append<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let mut items = match call.value(0)? {
        Value::Nil => Vec::new(),
        Value::List(list) => list.into_vec().into_iter().map(Value::raw).collect(),
        other => vec![other],
    };
    if call.given(1) {
        items.push(call.value(1)?);
    }
    for place in 0..call.item_count(2).unwrap_or_default() {
        items.push(call.item(2, place)?);
    }
    call.set(0, Value::from(List::new(ListKind::Any, items)).from_raw()?)?;
    Ok(Value::Nil)
}

static DELETE_INDEX: Function = Function::new(
    "delete_index",
    &[
        Parameter::new("Target", Kind::ListPath),
        Parameter::new("StartIndex", Kind::Int),
        Parameter::optional("EndIndex", Kind::Int),
    ],
    delete_index,
);

fn delete_index<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let list = call.list(0)?;
    let start = call.int(1)?;
    let end = if call.given(2) {
        call.int(2)?
    } else {
        start.wrapping_add(1)
    };
    let mut items = list.into_vec();
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let all = start == 0 && end == length;
    if !all && (start < 0 || start >= length || end < start || end > length) {
        return Err(Error::failed("the range leaves the list"));
    }
    let start = usize::try_from(start).unwrap_or_default();
    let end = usize::try_from(end).unwrap_or_default().min(items.len());
    items.drain(start.min(end)..end);
    call.set(0, List::new(ListKind::Slice, items).into())?;
    Ok(Value::Nil)
}

static CONTAINS_VALUE: Function = Function::new(
    "ContainsValue",
    &[
        Parameter::new("Target", Kind::List),
        Parameter::new("Item", Kind::Any),
    ],
    |call| {
        let list = call.list(0)?;
        let item = call.value(1)?;
        Ok(position(&list, &item)?.is_some().into())
    },
);

static INDEX: Function = Function::new(
    "Index",
    &[
        Parameter::new("Target", Kind::Any),
        Parameter::new("Value", Kind::Any),
    ],
    |call| {
        let target = call.value(0)?;
        let value = call.value(1)?;
        let place = match (target, &value) {
            (Value::Text(text), Value::Text(part)) => text.find(part.as_str()),
            (Value::Text(_), other) => return Err(Error::expected("string", other.type_name())),
            (target, _) => position(&convert::list(target)?, &value)?,
        };
        Ok(Value::Int(place.map_or(-1, number)))
    },
);

/// The place of the first item that equals a value, as plain values equal.
fn position(list: &List<'_>, value: &Value<'_>) -> Result<Option<usize>, Error> {
    for (place, item) in list.iter().enumerate() {
        if compare(&item.raw(), Operator::Equal, value)? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

static KEYS: Function = Function::new("Keys", &[Parameter::new("Target", Kind::Map)], |call| {
    let map = call.map(0)?;
    let keys = map.iter().map(|(key, _)| key.into());
    Ok(List::new(ListKind::Slice, keys.collect()).into())
});

static VALUES: Function = Function::new("Values", &[Parameter::new("Target", Kind::Map)], |call| {
    let map = call.map(0)?;
    let values = map.iter().map(|(_, value)| value);
    Ok(List::new(ListKind::Slice, values.collect()).into())
});

static LEN: Function = Function::new("Len", &[Parameter::new("Target", Kind::Any)], |call| {
    let count = match call.value(0)? {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::Opaque(opaque) => match opaque.len {
            Some(count) => return Ok(Value::Int(i64::from(count))),
            None => return Err(Error::unsupported(opaque.name)),
        },
        other => return Err(Error::unsupported(other.type_name())),
    };
    Ok(Value::Int(number(count)))
});

static SLICE_TO_MAP: Function = Function::new(
    "SliceToMap",
    &[
        Parameter::new("Target", Kind::List),
        Parameter::optional("KeyPath", Kind::Items(&Kind::LiteralText)),
        Parameter::optional("ValuePath", Kind::Items(&Kind::LiteralText)),
    ],
    slice_to_map,
);

fn slice_to_map<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let list = call.list(0)?;
    let key_path = if call.given(1) {
        Some(call.items(1)?)
    } else {
        None
    };
    let value_path = if call.given(2) {
        Some(call.items(2)?)
    } else {
        None
    };
    let mut entries = Entries::new();
    for (place, item) in list.iter().enumerate() {
        let map = match &item {
            Value::Map(map) => Some(map),
            _ if key_path.is_some() || value_path.is_some() => {
                return Err(Error::expected("a map in the list", item.type_name()));
            }
            _ => None,
        };
        let key = match (&key_path, map) {
            (Some(path), Some(map)) => convert::text(within(map, path)?)?,
            _ => place.to_string().into(),
        };
        let value = match (&value_path, map) {
            (Some(path), Some(map)) => within(map, path)?,
            _ => item,
        };
        put(&mut entries, key, value);
    }
    Ok(Map::new(MapKind::Map, entries).into())
}

/// The value behind keys that all have to be there.
fn within<'e>(map: &Map<'e>, path: &[Value<'_>]) -> Result<Value<'e>, Error> {
    const MISSING: Error = Error::failed("an element does not have the path");
    let mut found: Option<Value<'e>> = None;
    for key in path {
        let Value::Text(key) = key else {
            return Err(MISSING);
        };
        found = match &found {
            None => map.get(key),
            Some(Value::Map(inner)) => inner.get(key),
            Some(_) => None,
        };
        if found.is_none() {
            return Err(MISSING);
        }
    }
    found.ok_or(MISSING)
}
