//! Keys of a policy's configuration that its schema does not know. They are told here, all at once and with the nearest one that
//! there is, and are taken out, so that the policy can go on to what only it can tell.

use serde_json::Value as Json;

use super::typed::{property, spread};
use super::walk::{Checker, join, list};
use crate::nearest::nearest;
use crate::yaml::{Node, Value};

/// How deep a schema is followed. One that refers to itself has no end.
const DEPTH: usize = 100;

/// Reports keys that `schema`, a JSON Schema, does not know, and removes them.
pub(crate) fn known(checker: &mut Checker<'_>, path: &str, node: &mut Node, schema: &str) {
    if let Ok(root) = serde_json::from_str::<Json>(schema) {
        walk(checker, path, node, &[&root], &root, DEPTH);
    }
}

fn walk(
    checker: &mut Checker<'_>,
    path: &str,
    node: &mut Node,
    schemas: &[&Json],
    root: &Json,
    depth: usize,
) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let mut all = Vec::new();
    for schema in schemas {
        spread(schema, root, DEPTH, &mut all);
    }
    match &mut node.value {
        Value::Map(entries) => {
            let names = closed(&all);
            entries.retain_mut(|entry| {
                let inner: Vec<&Json> = all
                    .iter()
                    .filter_map(|schema| property(schema, &entry.key))
                    .collect();
                if !inner.is_empty() {
                    let path = join(path, &entry.key);
                    walk(checker, &path, &mut entry.node, &inner, root, depth);
                    return true;
                }
                let Some(names) = names.as_ref().filter(|names| !names.contains(&&*entry.key))
                else {
                    return true;
                };
                let help = match nearest(&entry.key, names.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None if names.is_empty() => "it has no keys".to_owned(),
                    None => format!("what there is: {}", list(names.iter().copied())),
                };
                let message = format!("{path}: there is no key `{}`", entry.key);
                checker.error(entry.span, message, help);
                false
            });
        }
        Value::List(items) => {
            let inner: Vec<&Json> = all
                .iter()
                .filter_map(|schema| schema.get("items"))
                .collect();
            if !inner.is_empty() {
                for (index, item) in items.iter_mut().enumerate() {
                    walk(
                        checker,
                        &join(path, &index.to_string()),
                        item,
                        &inner,
                        root,
                        depth,
                    );
                }
            }
        }
        _ => {}
    }
}

/// The keys that there are, where the schemas allow no others.
fn closed<'a>(all: &[&'a Json]) -> Option<Vec<&'a str>> {
    let mut names = Vec::new();
    let mut says_something = false;
    for schema in all {
        let properties = schema.get("properties").and_then(Json::as_object);
        let more = schema.get("additionalProperties");
        if schema.get("patternProperties").is_some() {
            return None;
        }
        match (properties, more) {
            (None, None) => {}
            (_, Some(Json::Bool(false))) => says_something = true,
            _ => return None,
        }
        names.extend(
            properties
                .into_iter()
                .flatten()
                .map(|(name, _)| name.as_str()),
        );
    }
    says_something.then_some(names)
}
