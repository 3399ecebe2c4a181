//! `flatten`: the leaves of what is nested, under keys of their own.

use crate::value::{Entries, Map, MapKind, Text, put};
use crate::{Call, Error, Function, Kind, Parameter, Value};

pub(super) const LIST: &[&Function] = &[&FLATTEN];

static FLATTEN: Function = Function::new(
    "flatten",
    &[
        Parameter::new("Target", Kind::MapPath),
        Parameter::optional("Prefix", Kind::LiteralText),
        Parameter::optional("Depth", Kind::LiteralInt),
        Parameter::optional("ResolveConflicts", Kind::LiteralBool),
    ],
    flatten,
)
.prepared(|arguments| match arguments.int(2) {
    Some(depth) if depth < 1 => Err("the depth must be above 0".to_owned()),
    _ => Ok(None),
});

fn flatten<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let map = call.map(0)?;
    let prefix = if call.given(1) {
        Some(call.text(1)?)
    } else {
        None
    };
    let mut flat = Flat {
        entries: Entries::new(),
        seen: Vec::new(),
        resolve: call.given(3) && call.bool(3)?,
        deepest: if call.given(2) {
            call.int(2)?
        } else {
            i64::MAX
        },
    };
    flat.map(&map, prefix.as_deref().unwrap_or_default(), 0);
    call.set(0, Map::new(MapKind::Map, flat.entries).into())?;
    Ok(Value::Nil)
}

struct Flat<'e> {
    entries: Entries<'e>,
    /// How often a key came again.
    seen: Vec<(String, usize)>,
    resolve: bool,
    deepest: i64,
}

impl<'e> Flat<'e> {
    fn map(&mut self, map: &Map<'e>, prefix: &str, depth: i64) {
        for (key, value) in map.iter() {
            let key = if prefix.is_empty() {
                key.as_str().to_owned()
            } else {
                format!("{prefix}.{}", &*key)
            };
            self.value(key, value, depth);
        }
    }

    /// Upstream looks into a list one level deeper than into a map: its items are dealt with where the list stands.
    fn value(&mut self, key: String, value: Value<'e>, depth: i64) {
        match value {
            Value::Map(map) if depth < self.deepest => self.map(&map, &key, depth + 1),
            Value::List(list) if depth < self.deepest => {
                for (place, item) in list.iter().enumerate() {
                    self.item(&key, place, item, depth);
                }
            }
            other => self.leaf(key, None, other),
        }
    }

    fn item(&mut self, key: &str, place: usize, item: Value<'e>, depth: i64) {
        match item {
            Value::Map(map) if depth + 1 < self.deepest => {
                self.map(&map, &format!("{key}.{place}"), depth + 2);
            }
            Value::List(list) if depth + 1 < self.deepest => {
                // Upstream forgets the dot between the place in a list and that in a list within it.
                for (inner, item) in list.iter().enumerate() {
                    self.value(format!("{key}.{place}{inner}"), item, depth + 3);
                }
            }
            other => self.leaf(key.to_owned(), Some(place), other),
        }
    }

    fn leaf(&mut self, key: String, place: Option<usize>, value: Value<'e>) {
        if !self.resolve {
            let key = match place {
                Some(place) => format!("{key}.{place}"),
                None => key,
            };
            put(&mut self.entries, key.into(), value);
            return;
        }
        let taken = |entries: &Entries<'e>| entries.iter().any(|(known, _)| known.as_str() == key);
        if !taken(&self.entries) {
            self.seen.retain(|(known, _)| *known != key);
            self.seen.push((key.clone(), 0));
            self.entries.push((key.into(), value));
            return;
        }
        if !self.seen.iter().any(|(known, _)| *known == key) {
            self.seen.push((key.clone(), 0));
        }
        let Some((_, count)) = self.seen.iter_mut().find(|(known, _)| *known == key) else {
            return;
        };
        let name = Text::from(format!("{key}.{count}"));
        *count += 1;
        put(&mut self.entries, name, value);
    }
}
