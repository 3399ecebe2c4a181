//! Several configurations made one, as a Collector does it.

use std::collections::HashMap;

use super::{Entry, Node, Value};

/// Puts `over` on top of `under`: mappings are joined key by key, anything else is replaced, lists as a whole.
pub(crate) fn overlay(under: &mut Node, over: Node) {
    match (&mut under.value, over.value) {
        (Value::Map(known), Value::Map(entries)) => join(known, entries),
        (_, value) => *under = Node { value, ..over },
    }
}

fn join(known: &mut Vec<Entry>, entries: Vec<Entry>) {
    let mut index: HashMap<String, usize> = known
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.key.clone(), at))
        .collect();
    for entry in entries {
        let own = index.get(&entry.key).and_then(|at| known.get_mut(*at));
        let Some(own) = own else {
            index.insert(entry.key.clone(), known.len());
            known.push(entry);
            continue;
        };
        // A value is looked for where it comes from, a mapping where it was named first.
        if !matches!(entry.node.value, Value::Map(_)) {
            own.span = entry.span;
        }
        overlay(&mut own.node, entry.node);
    }
}
