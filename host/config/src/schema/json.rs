//! The tables as a JSON Schema, for editors and other tools.

use serde_json::{Map, Value, json};

use super::service::{PIPELINE, TOP};
use super::{ComponentReference, GATE, Key, Kind, Role, Status, other_name, reference};
use crate::KnownPolicies;

/// What tells where a `${...}` may stand in the place of a value that is no text.
const VARIABLE: &str = r"^\$\{.*\}$";

/// The JSON Schema of a whole configuration, with the schemas of the policies in it.
#[must_use]
pub fn json_schema(known: &dyn KnownPolicies) -> Value {
    let mut definitions = Map::new();
    definitions.insert(
        "variable".to_owned(),
        json!({"type": "string", "pattern": VARIABLE, "description": "A variable in the place of a whole value."}),
    );
    let mut schema = keys(TOP);
    for role in [
        Role::Receiver,
        Role::Processor,
        Role::Connector,
        Role::Exporter,
        Role::Extension,
    ] {
        let section = components(role, known, &mut definitions);
        if let Some(properties) = schema.get_mut("properties") {
            set(properties, role.section(), section);
        }
    }
    let pipelines = json!({
        "type": "object",
        "description": "Pipelines by id: `logs`, `traces` or `metrics`, with or without a name.",
        "patternProperties": {"^(logs|traces|metrics)(/.+)?$": keys(PIPELINE)},
        "additionalProperties": false,
    });
    if let Some(service) = schema.pointer_mut("/properties/service/properties") {
        set(service, "pipelines", pipelines);
        set(service, "extensions", list_of(&json!({"type": "string"})));
    }
    let mut whole = Map::new();
    whole.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    whole.insert("title".to_owned(), json!("tollgate"));
    if let Value::Object(entries) = schema {
        whole.extend(entries);
    }
    whole.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(whole)
}

fn components(
    role: Role,
    known: &dyn KnownPolicies,
    definitions: &mut Map<String, Value>,
) -> Value {
    let mut patterns = Map::new();
    let mut add = |kind: &str, schema: Value| {
        patterns.insert(format!("^{kind}(/.+)?$"), nothing_or(schema));
    };
    for ComponentReference {
        component,
        aliases,
        keys: own,
        ..
    } in reference()
        .into_iter()
        .filter(|component| component.role == role)
    {
        for kind in std::iter::once(component).chain(aliases.iter().copied()) {
            add(kind, keys(own));
        }
    }
    let policies = match role {
        Role::Processor => known.processors(),
        Role::Connector => known.connectors(),
        _ => Vec::new(),
    };
    for policy in policies {
        for name in std::iter::once(policy).chain(other_name(policy)) {
            add(name, json!({"$ref": format!("#/$defs/{policy}")}));
        }
        definitions.insert(policy.to_owned(), of_policy(policy, known));
    }
    json!({"type": "object", "patternProperties": patterns, "additionalProperties": false})
}

/// A policy's own schema at its place in the whole one, with the key that belongs to the host.
fn of_policy(policy: &str, known: &dyn KnownPolicies) -> Value {
    let own = known.schema(policy).unwrap_or("{}");
    let mut schema: Value = serde_json::from_str(own).unwrap_or_else(|_| json!({}));
    moved(&mut schema, policy);
    let Value::Object(entries) = &mut schema else {
        return json!({"type": "object"});
    };
    entries.remove("$schema");
    let properties = entries.entry("properties").or_insert_with(|| json!({}));
    set(properties, "gate", keys(GATE));
    schema
}

/// Mends what refers to parts of the schema itself.
fn moved(schema: &mut Value, policy: &str) {
    match schema {
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Value::String(target) if key == "$ref" => {
                        if let Some(rest) = target.strip_prefix('#') {
                            *target = format!("#/$defs/{policy}{rest}");
                        }
                    }
                    _ => moved(value, policy),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| moved(item, policy)),
        _ => {}
    }
}

/// The keys of a section as the properties of an object.
fn keys(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in keys {
        // What is refused is no key of a configuration that may be used.
        if matches!(key.status, Status::Refused(_)) {
            continue;
        }
        let mut schema = kind(key.kind);
        set(&mut schema, "description", json!(description(key)));
        if let Some(default) = default(key) {
            set(&mut schema, "default", default);
        }
        properties.insert(key.name.to_owned(), schema);
        if key.required {
            required.push(key.name);
        }
    }
    let mut schema =
        json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        set(&mut schema, "required", json!(required));
    }
    schema
}

fn description(key: &Key) -> String {
    match key.status {
        Status::Accepted => format!("{}. Accepted, changes nothing.", key.summary),
        Status::Only(value, reason) => format!("{}. Only `{value}`: {reason}.", key.summary),
        Status::Off(reason) => format!("{}. Only `enabled: false`: {reason}.", key.summary),
        Status::Used | Status::Refused(_) => format!("{}.", key.summary),
    }
}

/// A default as the value that it is.
fn default(key: &Key) -> Option<Value> {
    let text = key.default;
    if text.is_empty() {
        return None;
    }
    Some(match key.kind {
        Kind::Flag => json!(text == "true"),
        Kind::Count(..) | Kind::Level(..) | Kind::Number(..) => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        _ => json!(text),
    })
}

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::Flag => or_variable(&json!({"type": "boolean"})),
        Kind::Count(least, most) => {
            or_variable(&json!({"type": "integer", "minimum": least, "maximum": most}))
        }
        Kind::Level(least, most) => {
            or_variable(&json!({"type": "integer", "minimum": least, "maximum": most}))
        }
        Kind::Number(least, most) => {
            or_variable(&json!({"type": "number", "minimum": least, "maximum": most}))
        }
        Kind::Duration | Kind::Size => json!({"type": ["string", "integer"]}),
        Kind::Choice(offered, _) => or_variable(&json!({"enum": offered})),
        Kind::Choices(offered, _) => list_of(&or_variable(&json!({"enum": offered}))),
        Kind::Secret | Kind::HeaderValue => json!({"type": "string", "writeOnly": true}),
        Kind::HeaderValues => list_of(&json!({"type": "string", "writeOnly": true})),
        Kind::Text
        | Kind::HeaderName
        | Kind::Listen
        | Kind::Connect
        | Kind::Url
        | Kind::Path
        | Kind::Permissions => {
            json!({"type": "string"})
        }
        Kind::Texts => list_of(&json!({"type": "string"})),
        Kind::Paths => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        Kind::Secrets => {
            json!({"type": "object", "additionalProperties": {"type": "string", "writeOnly": true}})
        }
        Kind::Headers => json!({"anyOf": [
            {"type": "object", "additionalProperties": {"type": "string", "writeOnly": true}},
            {"type": "array", "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "value": {"type": "string", "writeOnly": true}},
                "required": ["name", "value"],
            }},
        ]}),
        Kind::Section(inner) => nothing_or(keys(inner)),
        Kind::Sections(inner) => json!({"type": "array", "items": keys(inner)}),
        Kind::Any => json!({}),
    }
}

fn or_variable(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"$ref": "#/$defs/variable"}]})
}

/// A list; one text with commas is a list, too.
fn list_of(items: &Value) -> Value {
    json!({"anyOf": [{"type": "array", "items": items}, {"type": "string"}]})
}

/// A section whose key stands there without a value has its defaults.
fn nothing_or(schema: Value) -> Value {
    match schema {
        Value::Object(mut entries) if entries.get("type") == Some(&json!("object")) => {
            if entries.get("required").is_none() {
                entries.insert("type".to_owned(), json!(["object", "null", "string"]));
            }
            Value::Object(entries)
        }
        other => json!({"anyOf": [other, {"type": "null"}, {"$ref": "#/$defs/variable"}]}),
    }
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(entries) = object {
        entries.insert(key.to_owned(), value);
    }
}
