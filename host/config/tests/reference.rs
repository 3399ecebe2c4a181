//! `docs/reference.md` is made of the tables that configurations are checked with. `UPDATE=1` writes it anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;
use support::Stock;
use tollgate_config::{ComponentReference, Key, Kind, KnownPolicies, Role, Status, reference};

fn rows(keys: &[Key], path: &str, text: &mut String) {
    for key in keys {
        let name = if path.is_empty() {
            key.name.to_owned()
        } else {
            format!("{path}::{}", key.name)
        };
        let default = if key.default.is_empty() {
            String::new()
        } else {
            format!("`{}`", key.default)
        };
        let note = match key.status {
            Status::Used if key.required => format!("{}. **Required**", key.summary),
            Status::Used => key.summary.to_owned(),
            Status::Accepted => format!("{}. Accepted, changes nothing", key.summary),
            Status::Refused(reason) => format!("{}. **Refused**: {reason}", key.summary),
            Status::Only("", reason) => format!("{}. Must be empty: {reason}", key.summary),
            Status::Only(value, reason) => format!("{}. Only `{value}`: {reason}", key.summary),
            Status::Off(reason) => format!("{}. Only `enabled: false`: {reason}", key.summary),
        };
        let kind = key.kind.to_string().replace('|', "\\|");
        _ = writeln!(text, "| `{name}` | {kind} | {default} | {note} |");
        // What is refused needs no details.
        match (key.kind, key.status) {
            (Kind::Section(inner), Status::Used | Status::Accepted) => rows(inner, &name, text),
            (Kind::Sections(inner), Status::Used | Status::Accepted) => {
                rows(inner, &format!("{name}::[]"), text);
            }
            _ => {}
        }
    }
}

fn section(component: &ComponentReference, text: &mut String) {
    _ = writeln!(text, "\n### `{}`\n", component.component);
    let aliases: Vec<String> = component
        .aliases
        .iter()
        .map(|alias| format!("`{alias}`"))
        .collect();
    let also = if aliases.is_empty() {
        String::new()
    } else {
        format!(" Also called {}.", aliases.join(", "))
    };
    _ = writeln!(text, "It {}.{also}\n", component.summary);
    if component.keys.is_empty() {
        text.push_str("It has no keys.\n");
        return;
    }
    text.push_str("| key | value | default | |\n|---|---|---|---|\n");
    rows(component.keys, "", text);
}

/// A stock policy, as its schema describes it.
fn policy(name: &str, text: &mut String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../plugins")
        .join(name)
        .join("schema.json");
    let Ok(schema) = fs::read_to_string(path) else {
        return;
    };
    let schema: Value = serde_json::from_str(&schema).unwrap();
    _ = writeln!(text, "\n### `{name}`\n");
    if let Some(description) = schema["description"].as_str() {
        _ = writeln!(text, "{description}\n");
    }
    _ = writeln!(
        text,
        "A policy that ships with the program: [its own page](../plugins/{name}/README.md). It also has the key `gate`.\n"
    );
    text.push_str("| key | value | default | |\n|---|---|---|---|\n");
    properties(&schema, &schema, "", &mut Vec::new(), text);
}

/// What a schema refers to, and what it offers to choose from, itself included.
fn spread<'a>(schema: &'a Value, root: &'a Value, all: &mut Vec<&'a Value>) {
    all.push(schema);
    if let Some(target) = schema["$ref"].as_str() {
        let target = root.pointer(target.trim_start_matches('#')).unwrap();
        if !all.iter().any(|known| std::ptr::eq(*known, target)) {
            spread(target, root, all);
        }
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        for inner in schema[choice].as_array().into_iter().flatten() {
            spread(inner, root, all);
        }
    }
}

/// A row for each property, and below it those of what it holds. A schema that holds itself is followed once.
fn properties<'a>(
    schema: &'a Value,
    root: &'a Value,
    path: &str,
    open: &mut Vec<&'a Value>,
    text: &mut String,
) {
    let mut all = Vec::new();
    spread(schema, root, &mut all);
    for schema in all {
        if open.iter().any(|known| std::ptr::eq(*known, schema)) {
            continue;
        }
        open.push(schema);
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let required = schema["required"]
                .as_array()
                .is_some_and(|names| names.iter().any(|known| known == name));
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}::{name}")
            };
            row(&path, property, root, required, text);
            below(property, root, &path, open, text);
        }
        open.pop();
    }
}

/// What the items of a list, or the values of a mapping, hold.
fn below<'a>(
    schema: &'a Value,
    root: &'a Value,
    path: &str,
    open: &mut Vec<&'a Value>,
    text: &mut String,
) {
    properties(schema, root, path, open, text);
    let mut all = Vec::new();
    spread(schema, root, &mut all);
    for schema in all {
        if open.iter().any(|known| std::ptr::eq(*known, schema)) {
            continue;
        }
        open.push(schema);
        if schema["items"].is_object() {
            below(&schema["items"], root, &format!("{path}::[]"), open, text);
        }
        if schema["additionalProperties"].is_object() {
            let path = format!("{path}::NAME");
            below(&schema["additionalProperties"], root, &path, open, text);
        }
        open.pop();
    }
}

fn row(path: &str, schema: &Value, root: &Value, required: bool, text: &mut String) {
    let mut all = Vec::new();
    spread(schema, root, &mut all);
    let mut kinds: Vec<String> = Vec::new();
    for schema in &all {
        let mut add = |kind: String| {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        };
        if let Some(values) = schema["enum"].as_array() {
            let shown = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
            values
                .iter()
                .map(shown)
                .filter(|value| !value.is_empty())
                .for_each(add);
            continue;
        }
        let list = schema["type"].as_array();
        let one = schema["type"].as_str().into_iter();
        for kind in one.chain(list.into_iter().flatten().filter_map(Value::as_str)) {
            add(match kind {
                "string" => "text".to_owned(),
                "boolean" => "true | false".to_owned(),
                "integer" => "whole number".to_owned(),
                "array" => "list".to_owned(),
                "object" => "keys".to_owned(),
                "null" => continue,
                other => other.to_owned(),
            });
        }
    }
    let description = all.iter().find_map(|schema| schema["description"].as_str());
    let description = description
        .unwrap_or_default()
        .replace('|', "\\|")
        .replace('\n', " ");
    let default = all.iter().find_map(|schema| schema.get("default"));
    let default = default.map_or(String::new(), |value| {
        let shown = value.as_str().map_or(value.to_string(), str::to_owned);
        if shown.is_empty() {
            String::new()
        } else {
            format!("`{}`", shown.replace('|', "\\|"))
        }
    });
    let required = if required { " **Required**" } else { "" };
    let kinds = kinds.join(" | ").replace('|', "\\|");
    _ = writeln!(
        text,
        "| `{path}` | {kinds} | {default} | {description}{required} |"
    );
}

fn document() -> String {
    let mut text = String::from(
        "# Reference of the configuration\n\nEvery key, made from what configurations are checked with: the tables of the host and the schemas of the policies.\n\
         `tollgate schema` prints the same as a JSON Schema. What a value may look like: [configuration](configuration.md).\n\n\
         `::` goes a key deeper, `[]` stands for each item of a list, `NAME` for a key of your own.\n",
    );
    for (role, title) in [
        (Role::Receiver, "Receivers"),
        (Role::Processor, "Processors"),
        (Role::Connector, "Connectors"),
        (Role::Exporter, "Exporters"),
        (Role::Extension, "Extensions"),
        (Role::Program, "The program"),
    ] {
        _ = writeln!(text, "\n## {title}");
        let policies = match role {
            Role::Processor => Stock.processors(),
            Role::Connector => Stock.connectors(),
            _ => Vec::new(),
        };
        for name in policies {
            policy(name, &mut text);
        }
        for component in reference()
            .iter()
            .filter(|component| component.role == role)
        {
            section(component, &mut text);
        }
    }
    text
}

#[test]
fn the_reference_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference.md");
    let document = document();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &document).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == document,
        "docs/reference.md is stale: UPDATE=1 cargo test -p tollgate-config --test reference"
    );
}
