//! `a::b: c`, which is `a: {b: c}`.

use std::collections::HashMap;

use super::{Entry, Node, Value, overlay};

/// What parts the names of a way.
const DELIMITER: &str = "::";

/// Takes keys apart that name a way, at any depth outside of lists, as a Collector does.
pub(crate) fn nest(node: &mut Node) {
    let Value::Map(entries) = &mut node.value else {
        return;
    };
    if entries.iter().any(|entry| entry.key.contains(DELIMITER)) {
        *entries = taken_apart(std::mem::take(entries));
    }
    for entry in entries {
        nest(&mut entry.node);
    }
}

/// The first name of each way, with the rest of it below. What stands twice then is one.
fn taken_apart(entries: Vec<Entry>) -> Vec<Entry> {
    let mut apart: Vec<Entry> = Vec::new();
    let mut below: HashMap<String, (usize, Vec<Entry>)> = HashMap::new();
    for entry in entries {
        let (name, node) = match entry.key.split_once(DELIMITER) {
            Some((name, rest)) => {
                let inner = Entry {
                    key: rest.to_owned(),
                    span: entry.span,
                    node: entry.node,
                };
                (
                    name.to_owned(),
                    Node::new(Value::Map(vec![inner]), entry.span),
                )
            }
            None => (entry.key, entry.node),
        };
        let next = Entry {
            key: name,
            span: entry.span,
            node,
        };
        if let Some((_, more)) = below.get_mut(&next.key) {
            more.push(next);
        } else {
            below.insert(next.key.clone(), (apart.len(), Vec::new()));
            apart.push(next);
        }
    }
    for (at, more) in below.into_values() {
        if let Some(first) = apart.get_mut(at) {
            join(&mut first.node, more);
        }
    }
    apart
}

/// Adds what else stood under one name. Ways are appended as they are: each is taken apart with the others of its level.
fn join(first: &mut Node, more: Vec<Entry>) {
    for entry in more {
        match (&mut first.value, entry.node.value) {
            (Value::Map(entries), Value::Map(others)) => entries.extend(others),
            (_, value) => {
                *first = Node {
                    value,
                    ..entry.node
                }
            }
        }
    }
    if let Value::Map(entries) = &mut first.value {
        let all = Node::new(Value::Map(std::mem::take(entries)), first.span);
        let mut joined = Node::new(Value::Map(Vec::new()), first.span);
        overlay(&mut joined, all);
        first.value = joined.value;
    }
}
