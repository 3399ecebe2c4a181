//! `<<`: a mapping that takes over what stands in others.

use std::collections::HashSet;

use super::{Entry, Node, Value};

/// What `<<` brings in: a mapping, or each of a list of them.
pub(super) fn mergeable(node: Node) -> Result<Vec<Node>, ()> {
    match node.value {
        Value::Map(_) => Ok(vec![node]),
        Value::List(items) if items.iter().all(|item| matches!(item.value, Value::Map(_))) => {
            Ok(items)
        }
        _ => Err(()),
    }
}

/// Adds what `<<` brought in: what stands in the mapping itself goes first, then what came first.
pub(super) fn merge(mut entries: Vec<Entry>, merged: Vec<Node>) -> Vec<Entry> {
    if merged.is_empty() {
        return entries;
    }
    let mut known: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for node in merged {
        let Value::Map(more) = node.value else {
            continue;
        };
        entries.extend(
            more.into_iter()
                .filter(|entry| known.insert(entry.key.clone())),
        );
    }
    entries
}
