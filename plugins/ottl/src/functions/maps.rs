//! The editors of maps.

use crate::value::{Map, MapKind, Text, put};
use crate::{Call, Edit, Error, Function, Kind, Parameter, State, Value};

use super::pattern;

pub(super) const LIST: &[&Function] = &[
    &KEEP_KEYS,
    &KEEP_MATCHING_KEYS,
    &DELETE_MATCHING_KEYS,
    &LIMIT,
    &MERGE_MAPS,
];

const TARGET: Parameter = Parameter::new("Target", Kind::MapPath);

static KEEP_KEYS: Function = Function::new(
    "keep_keys",
    &[TARGET, Parameter::new("Keys", Kind::Items(&Kind::Text))],
    keep_keys,
)
.prepared(|arguments| {
    let keys = arguments.texts(1);
    Ok(keys.map(|keys| -> Box<dyn std::any::Any> { Box::new(Names::new(keys)) }))
});

/// Keys, in order.
struct Names(Vec<String>);

impl Names {
    fn new<'t>(names: impl IntoIterator<Item = &'t str>) -> Self {
        let mut names: Vec<_> = names.into_iter().map(str::to_owned).collect();
        names.sort_unstable();
        Self(names)
    }

    fn holds(&self, name: &str) -> bool {
        self.0
            .binary_search_by(|known| known.as_str().cmp(name))
            .is_ok()
    }
}

fn keep_keys<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let computed;
    let names = if let Some(names) = call.state::<Names>() {
        names
    } else {
        let texts = call.items(1)?.into_iter().map(crate::convert::text);
        let texts = texts.collect::<Result<Vec<_>, _>>()?;
        computed = Names::new(texts.iter().map(Text::as_str));
        &computed
    };
    call.edit(0, |key, _| {
        if names.holds(key) {
            Edit::Keep
        } else {
            Edit::Remove
        }
    })?;
    Ok(Value::Nil)
}

const PATTERN: Parameter = Parameter::new("Pattern", Kind::Text);

static KEEP_MATCHING_KEYS: Function =
    Function::new("keep_matching_keys", &[TARGET, PATTERN], |call| {
        remove_keys(call, false)
    })
    .prepared(|arguments| pattern::prepare(arguments, 1));

static DELETE_MATCHING_KEYS: Function =
    Function::new("delete_matching_keys", &[TARGET, PATTERN], |call| {
        remove_keys(call, true)
    })
    .prepared(|arguments| pattern::prepare(arguments, 1));

/// Removes the entries whose keys match, or those whose keys do not.
fn remove_keys<'e>(call: &mut Call<'_, 'e>, matching: bool) -> Result<Value<'e>, Error> {
    let pattern = pattern::find(call, 1)?;
    call.edit(0, |key, _| {
        if pattern.is_match(key) == matching {
            Edit::Remove
        } else {
            Edit::Keep
        }
    })?;
    Ok(Value::Nil)
}

static LIMIT: Function = Function::new(
    "limit",
    &[
        TARGET,
        Parameter::new("Limit", Kind::LiteralInt),
        Parameter::new("PriorityKeys", Kind::Items(&Kind::LiteralText)),
    ],
    limit,
)
.prepared(|arguments| {
    let keys = arguments.texts(2).unwrap_or_default();
    let limit = arguments
        .int(1)
        .and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.ok_or("the limit must not be negative")?;
    if limit < keys.len() {
        return Err("the limit must not be below the number of keys with priority".to_owned());
    }
    let priority = keys.iter().map(|key| (*key).to_owned()).collect();
    let names = Names::new(keys);
    Ok(Some(Box::new(Limit {
        most: limit,
        priority,
        names,
    })))
});

struct Limit {
    most: usize,
    /// As they were written, doubled ones too: each counts.
    priority: Vec<String>,
    names: Names,
}

fn limit<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let map = call.map(0)?;
    let Some(state) = call.state::<Limit>() else {
        return Err(Error::failed("the limit is missing"));
    };
    if map.len() <= state.most {
        return Ok(Value::Nil);
    }
    let there = state.priority.iter().filter(|key| map.get(key).is_some());
    let mut count = there.count();
    call.edit(0, |key, _| {
        if state.names.holds(key) {
            return Edit::Keep;
        }
        if count < state.most {
            count += 1;
            return Edit::Keep;
        }
        Edit::Remove
    })?;
    Ok(Value::Nil)
}

static MERGE_MAPS: Function = Function::new(
    "merge_maps",
    &[
        TARGET,
        Parameter::new("Source", Kind::Map),
        Parameter::new("Strategy", Kind::LiteralText),
    ],
    merge_maps,
)
.prepared(strategy);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strategy {
    Insert,
    Update,
    Upsert,
}

fn strategy(arguments: &crate::Arguments<'_>) -> Result<State, String> {
    let strategy = match arguments.text(2).unwrap_or_default() {
        "insert" => Strategy::Insert,
        "update" => Strategy::Update,
        "upsert" => Strategy::Upsert,
        _ => return Err("the strategy must be `insert`, `update` or `upsert`".to_owned()),
    };
    Ok(Some(Box::new(strategy)))
}

fn merge_maps<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let target = call.map(0)?;
    let source = call.map(1)?;
    let strategy = *call.state::<Strategy>().unwrap_or(&Strategy::Upsert);
    let wanted = source.iter().filter(|(key, _)| match strategy {
        Strategy::Insert => target.get(key).is_none(),
        Strategy::Update => target.get(key).is_some(),
        Strategy::Upsert => true,
    });
    if call.is_map(0) {
        for (key, value) in wanted {
            call.set_entry(0, key, value)?;
        }
        return Ok(Value::Nil);
    }
    let mut entries = target.clone().into_vec();
    for (key, value) in wanted {
        put(&mut entries, key, value);
    }
    call.set(0, Map::new(MapKind::Map, entries).into())?;
    Ok(Value::Nil)
}
