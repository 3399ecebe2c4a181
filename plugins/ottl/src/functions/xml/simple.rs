//! `ParseSimplifiedXML`: elements as a map of their tags, those of one tag as a list.

use std::collections::BTreeMap;

use crate::value::{Entries, List, ListKind, Map, MapKind, Text};
use crate::{Error, Function, Kind, Parameter, Value};

use super::tree::{Id, Kind as NodeKind, Tree};
use super::{DEEPEST, TOO_DEEP, build};

pub(super) static PARSE_SIMPLIFIED_XML: Function = Function::new(
    "ParseSimplifiedXML",
    &[Parameter::new("Target", Kind::Text)],
    |call| {
        let tree = build::parse(&call.text(0)?)?;
        let entries = elements(&tree, 0, DEEPEST)?;
        Ok(Map::new(MapKind::Map, entries).into())
    },
);

/// The elements within a node as entries. Those that hold nothing have none.
fn elements<'e>(tree: &Tree, parent: Id, depth: usize) -> Result<Entries<'e>, Error> {
    let depth = depth.checked_sub(1).ok_or(TOO_DEEP)?;
    let all = tree.children(parent).map(|id| (id, tree.node(id)));
    let all: Vec<_> = all
        .filter(|(_, node)| node.kind == NodeKind::Element)
        .collect();
    // How many elements a tag has, and, once there is one, where its entry is.
    let mut tags: BTreeMap<&str, (usize, Option<usize>)> = BTreeMap::new();
    for (_, node) in &all {
        tags.entry(&node.data).or_default().0 += 1;
    }
    let mut entries: Vec<(&str, Vec<Value<'e>>)> = Vec::new();
    for (id, node) in all {
        if node.first.is_none() {
            continue;
        }
        let value = if let Some(text) = leaf(tree, id) {
            Some(Value::text(text))
        } else {
            let held = elements(tree, id, depth)?;
            (!held.is_empty()).then(|| Map::new(MapKind::Map, held).into())
        };
        let Some((count, place)) = tags.get_mut(node.data.as_str()) else {
            continue;
        };
        // The list of a tag is there even if nothing comes into it.
        if value.is_none() && *count == 1 {
            continue;
        }
        let place = *place.get_or_insert_with(|| {
            entries.push((&node.data, Vec::new()));
            entries.len().saturating_sub(1)
        });
        if let Some((_, values)) = entries.get_mut(place) {
            values.extend(value);
        }
    }
    let single = |tag: &str| tags.get(tag).is_some_and(|(count, _)| *count == 1);
    let entries = entries.into_iter().map(|(tag, mut values)| {
        let value = match values.pop() {
            Some(value) if single(tag) => value,
            last => {
                values.extend(last);
                List::new(ListKind::Slice, values).into()
            }
        };
        (Text::from(tag.to_owned()), value)
    });
    Ok(entries.collect())
}

/// The first text in an element that holds no other element, unless it is empty.
fn leaf(tree: &Tree, id: Id) -> Option<String> {
    let mut first = None;
    for child in tree.children(id) {
        let node = tree.node(child);
        match node.kind {
            NodeKind::Element => return None,
            NodeKind::Text | NodeKind::Cdata if first.is_none() => first = Some(&node.data),
            _ => {}
        }
    }
    first.filter(|text| !text.is_empty()).cloned()
}
