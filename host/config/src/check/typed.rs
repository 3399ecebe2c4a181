//! A policy's values get the types that its schema asks for, as a Collector's get those of its structures: what a variable brings
//! is a text where a text is wanted, and one text with commas is a list where a list is.

use serde_json::Value as Json;

use crate::yaml::{Node, Origin, Value};

/// How deep a schema is followed. One that refers to itself has no end.
const DEPTH: usize = 100;

/// Converts values in place that `schema`, a JSON Schema, has another type for.
pub(crate) fn typed(node: &mut Node, schema: &str) {
    if let Ok(root) = serde_json::from_str::<Json>(schema) {
        convert(node, &[&root], &root, DEPTH);
    }
}

/// Converts a value that one of `schemas` is meant for.
fn convert(node: &mut Node, schemas: &[&Json], root: &Json, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let mut all = Vec::new();
    for schema in schemas {
        spread(schema, root, DEPTH, &mut all);
    }
    let allows = |kind: &str| all.iter().any(|schema| allows(schema, kind));
    if allows("string") && !allows(kind(&node.value)) {
        if let Origin::Variable(Some(text)) = &node.origin {
            node.value = Value::Text(text.clone());
        }
        return;
    }
    match &mut node.value {
        Value::Map(entries) => {
            for entry in entries {
                let inner: Vec<&Json> = all
                    .iter()
                    .filter_map(|schema| property(schema, &entry.key))
                    .collect();
                if !inner.is_empty() {
                    convert(&mut entry.node, &inner, root, depth);
                }
            }
        }
        Value::List(items) => {
            let inner: Vec<&Json> = all
                .iter()
                .filter_map(|schema| schema.get("items"))
                .collect();
            if !inner.is_empty() {
                for item in items {
                    convert(item, &inner, root, depth);
                }
            }
        }
        Value::Text(text) if !allows("string") && takes_texts(&all, root) => {
            let items = text.split(',').filter(|_| !text.is_empty());
            let item = |item: &str| Node {
                value: Value::Text(item.to_owned()),
                span: node.span,
                origin: node.origin.clone(),
            };
            node.value = Value::List(items.map(item).collect());
        }
        _ => {}
    }
}

/// Every schema that one stands for: what it refers to, and what it offers to choose from.
pub(super) fn spread<'a>(schema: &'a Json, root: &'a Json, depth: usize, all: &mut Vec<&'a Json>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    all.push(schema);
    if let Some(target) = schema.get("$ref").and_then(Json::as_str)
        && let Some(found) = target.strip_prefix('#').and_then(|path| root.pointer(path))
    {
        spread(found, root, depth, all);
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        let choices = schema.get(choice).and_then(Json::as_array);
        for inner in choices.into_iter().flatten() {
            spread(inner, root, depth, all);
        }
    }
}

/// Whether a schema has values of this type among its own.
fn allows(schema: &Json, kind: &str) -> bool {
    let fits = |known: &Json| {
        let known = known.as_str().unwrap_or_default();
        known == kind || (known == "number" && kind == "integer")
    };
    match schema.get("type") {
        Some(Json::Array(kinds)) => kinds.iter().any(fits),
        Some(known) => fits(known),
        None => match schema.get("enum").and_then(Json::as_array) {
            Some(values) => values.iter().any(|value| fits(&Json::from(kind_of(value)))),
            // Nothing is said, so everything goes, unless it is only the place of other schemas.
            None => !["$ref", "anyOf", "oneOf", "allOf", "const"]
                .iter()
                .any(|key| schema.get(key).is_some()),
        },
    }
}

pub(super) fn property<'a>(schema: &'a Json, key: &str) -> Option<&'a Json> {
    let known = schema.get("properties").and_then(|known| known.get(key));
    known.or_else(|| {
        schema
            .get("additionalProperties")
            .filter(|more| more.is_object())
    })
}

/// Whether a list of texts is wanted.
fn takes_texts(all: &[&Json], root: &Json) -> bool {
    all.iter().any(|schema| {
        let mut items = Vec::new();
        if let Some(item) = schema.get("items") {
            spread(item, root, DEPTH, &mut items);
        }
        allows(schema, "array") && items.iter().any(|item| allows(item, "string"))
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null | Value::Unknown => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Large(_) => "integer",
        Value::Float(_) => "number",
        Value::Text(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

fn kind_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
