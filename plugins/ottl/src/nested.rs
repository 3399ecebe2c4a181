//! Into lists and maps, by keys. What a policy keeps whole, such as a body, is read and changed with these.

use crate::value::{Bytes, List, ListKind, Map, MapKind, Opaque, Text, Value, put};
use crate::{Error, Key};

/// The largest list that setting one of its items makes.
const LARGEST: usize = 10_000;

/// A key whose value is known.
#[derive(Debug, Clone)]
pub enum Step<'e> {
    /// The key of a map.
    Text(Text<'e>),
    /// The place in a list.
    Index(i64),
    /// A value of another type, by its name; it is no key.
    Other(&'static str),
}

impl<'e> From<&Key<'e>> for Step<'e> {
    fn from(key: &Key<'e>) -> Self {
        match key {
            Key::Text(text) => Self::Text(Text::Borrowed(text)),
            Key::Index(index) => Self::Index(*index),
        }
    }
}

impl Step<'_> {
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Index(_) => "int64",
            Self::Other(name) => name,
        }
    }
}

const OUTSIDE: Error = Error::failed("the index is out of bounds");

/// The value behind keys, as telemetry is indexed: nothing where a map has no such key.
pub fn get<'e>(container: Value<'e>, steps: &[Step<'e>]) -> Result<Value<'e>, Error> {
    let mut value = container;
    for key in steps {
        match step(&value, key)? {
            Some(found) => value = found,
            None => return Ok(Value::Nil),
        }
    }
    Ok(value)
}

/// The value behind one key; none where a map has no such key.
pub(crate) fn step<'e>(value: &Value<'e>, key: &Step<'_>) -> Result<Option<Value<'e>>, Error> {
    match value {
        Value::Map(map) => match key {
            Step::Text(key) => Ok(map.get(key)),
            other => Err(Error::expected("string as a key", other.type_name())),
        },
        Value::List(list) => match key {
            Step::Index(index) => {
                let place = usize::try_from(*index).map_err(|_| OUTSIDE)?;
                list.get(place).map(Some).ok_or(OUTSIDE)
            }
            other => Err(Error::expected("int64 as an index", other.type_name())),
        },
        other => Err(Error::expected("a list or a map", other.type_name())),
    }
}

/// The value behind one key of what a function returned: a key that is missing is an error there.
pub(crate) fn index<'e>(value: &Value<'e>, key: &Step<'_>) -> Result<Value<'e>, Error> {
    match (key, value) {
        (Step::Other(name), _) => Err(Error::expected("string or int64 as a key", name)),
        (Step::Index(index), Value::Bytes(bytes)) => byte(bytes, *index),
        (Step::Text(_), Value::List(_)) | (Step::Index(_), Value::Map(_)) => {
            Err(Error::expected("another key", key.type_name()))
        }
        _ => step(value, key)?.ok_or(Error::failed("the key is not in the map")),
    }
}

/// A byte, which upstream neither compares with numbers nor stores.
fn byte<'e>(bytes: &Bytes<'_>, index: i64) -> Result<Value<'e>, Error> {
    let place = usize::try_from(index).map_err(|_| OUTSIDE)?;
    let byte = bytes.get(place).ok_or(OUTSIDE)?;
    Ok(Value::Opaque(Opaque {
        name: "uint8",
        id: u64::from(*byte),
        len: None,
    }))
}

/// The container with the value behind keys replaced, as telemetry is indexed: maps get the keys they lack, and where there is no
/// value, a map or a list is made, as the key wants it.
pub fn set<'e>(
    container: Value<'e>,
    steps: &[Step<'e>],
    value: Value<'e>,
) -> Result<Value<'e>, Error> {
    let Some((first, rest)) = steps.split_first() else {
        return value.storable();
    };
    match (container, first) {
        (Value::Map(map), Step::Text(key)) => {
            let held = map.get(key).unwrap_or(Value::Nil);
            let held = set(held, rest, value)?;
            let mut entries = map.into_vec();
            put(&mut entries, key.clone(), held);
            Ok(Map::new(MapKind::Map, entries).into())
        }
        (Value::List(list), Step::Index(index)) => {
            let place = usize::try_from(*index).map_err(|_| OUTSIDE)?;
            let mut items = list.into_vec();
            let item = items.get_mut(place).ok_or(OUTSIDE)?;
            *item = set(std::mem::replace(item, Value::Nil), rest, value)?;
            Ok(List::new(ListKind::Slice, items).into())
        }
        (Value::Nil, Step::Text(key)) => {
            let held = set(Value::Nil, rest, value)?;
            Ok(Map::new(MapKind::Map, vec![(key.clone(), held)]).into())
        }
        (Value::Nil, Step::Index(index)) => {
            let place = usize::try_from(*index).unwrap_or(0);
            if place >= LARGEST {
                return Err(OUTSIDE);
            }
            let mut items = vec![Value::Nil; place];
            items.push(set(Value::Nil, rest, value)?);
            Ok(List::new(ListKind::Slice, items).into())
        }
        (Value::Map(_), key) => Err(Error::expected("string as a key", key.type_name())),
        (Value::List(_), key) => Err(Error::expected("int64 as an index", key.type_name())),
        (Value::Nil, key) => Err(Error::expected("string or int64 as a key", key.type_name())),
        (other, _) => Err(Error::expected("a list or a map", other.type_name())),
    }
}
