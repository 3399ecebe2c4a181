//! From what statements compute to what telemetry can hold.

use super::{List, ListKind, Map, MapKind, Value};
use crate::Error;

/// How deep a value may be nested that is stored. Statements that store a value within itself would nest it without end.
const DEEPEST: usize = 128;

impl<'e> Value<'e> {
    /// The value as a field that takes any value would hold it, as `set` stores it: lists and maps of telemetry's own types.
    ///
    /// An item of a list that cannot be held is left empty, and only the last item's failure counts, as upstream has it.
    pub fn storable(self) -> Result<Value<'e>, Error> {
        if self.is_plain() {
            return Ok(self);
        }
        if self.is_deeper_than(DEEPEST) {
            return Err(Error::failed("the value is nested too deeply"));
        }
        match self {
            Value::List(list) => match list.kind() {
                ListKind::Slice => Ok(Value::List(list)),
                ListKind::Uints => Err(Error::unsupported(list.kind().name())),
                ListKind::Any => {
                    let mut result = Ok(());
                    let store = |item: Value<'e>| {
                        let stored = item.storable();
                        result = stored.as_ref().map(|_| ()).map_err(|error| *error);
                        stored.unwrap_or(Value::Nil)
                    };
                    let items = list.into_vec().into_iter().map(store).collect();
                    result.map(|()| Value::List(List::new(ListKind::Slice, items)))
                }
                _ => Ok(Value::List(list.into_kind(ListKind::Slice))),
            },
            Value::Map(map) if map.kind() == MapKind::Raw => Value::Map(map).from_raw(),
            Value::Map(map) => Ok(Value::Map(map)),
            other => Err(Error::unsupported(other.type_name())),
        }
    }

    /// The value as telemetry holds it, made from plain values alone: what is of telemetry's own types already is refused.
    pub fn from_raw(self) -> Result<Value<'e>, Error> {
        match self {
            Value::List(list) if list.kind() == ListKind::Any => {
                let items = list.into_vec().into_iter().map(Value::from_raw);
                let items = items.collect::<Result<_, _>>()?;
                Ok(Value::List(List::new(ListKind::Slice, items)))
            }
            Value::Map(map) if map.kind() == MapKind::Raw => {
                let entries = map.into_vec().into_iter();
                let entries = entries.map(|(key, value)| Ok((key, value.from_raw()?)));
                let entries = entries.collect::<Result<_, Error>>()?;
                Ok(Value::Map(Map::new(MapKind::Map, entries)))
            }
            other if other.is_plain() => Ok(other),
            other => Err(Error::unsupported(other.type_name())),
        }
    }

    /// The value made plain (`AsRaw`): lists and maps of the types that hold anything.
    #[must_use]
    pub fn raw(self) -> Value<'e> {
        match self {
            Value::List(list) => {
                let items = list.iter().map(Value::raw).collect();
                Value::List(List::new(ListKind::Any, items))
            }
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| (key, value.raw()));
                Value::Map(Map::new(MapKind::Raw, entries.collect()))
            }
            other => other,
        }
    }

    /// The value as an entry of a map that a statement spells: a map as it is, everything else from plain values alone, and in a list
    /// maps as they are.
    pub(crate) fn into_entry(self) -> Result<Value<'e>, Error> {
        match self {
            Value::Map(map) if map.kind() == MapKind::Map => Ok(Value::Map(map)),
            Value::List(list) if list.kind() == ListKind::Any => {
                let item = |item| match item {
                    Value::Map(map) if map.kind() == MapKind::Map => Ok(Value::Map(map)),
                    other => other.from_raw(),
                };
                let items = list.into_vec().into_iter().map(item);
                let items = items.collect::<Result<_, _>>()?;
                Ok(Value::List(List::new(ListKind::Slice, items)))
            }
            other => other.from_raw(),
        }
    }

    /// Whether lists and maps stand within one another more often than that.
    fn is_deeper_than(&self, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return matches!(self, Value::List(_) | Value::Map(_));
        };
        match self {
            Value::List(list) => list.iter().any(|item| item.is_deeper_than(depth)),
            Value::Map(map) => map.iter().any(|(_, item)| item.is_deeper_than(depth)),
            _ => false,
        }
    }

    /// Whether it is no value, or one of those that hold no others and that telemetry knows.
    const fn is_plain(&self) -> bool {
        matches!(
            self,
            Value::Nil
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Double(_)
                | Value::Text(_)
                | Value::Bytes(_)
        )
    }
}
