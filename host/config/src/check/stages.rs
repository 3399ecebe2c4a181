use std::path::PathBuf;

use super::components::Found;
use super::ensure;
use super::known::known;
use super::section::Section;
use super::typed::typed;
use super::walk::{Checker, join};
use crate::KnownPolicies;
use crate::model::{Component, Gate, OnError, Secret, Stage};
use crate::schema::{GATE, WASM, other_name};
use crate::source_map::Place;
use crate::yaml::{Entry, Node, Span, Value};

/// The key of every processor that belongs to the host.
const RESERVED: &str = "gate";

/// Checks a policy, of the user's own or one of `stock`, and says what it means; none where there is no such type.
pub(crate) fn stage(
    checker: &mut Checker<'_>,
    known: &dyn KnownPolicies,
    stock: &[&str],
    found: &Found<'_>,
) -> Option<(Stage, Place)> {
    let Found { id, path, entry } = found;
    if id.kind == "wasm" {
        return Some(wasm(checker, path, entry));
    }
    let name = stock_name(stock, &id.kind)?;
    Some(of_stock(checker, path, name, known.schema(name), entry))
}

/// What a stock policy is called here that a configuration calls `kind`.
fn stock_name<'a>(stock: &[&'a str], kind: &str) -> Option<&'a str> {
    let known = |name: &str| stock.iter().copied().find(|own| *own == name);
    known(kind).or_else(|| known(other_name(kind)?))
}

fn wasm(checker: &mut Checker<'_>, path: &str, entry: &Entry) -> (Stage, Place) {
    checker.section(path, WASM, &entry.node, entry.span);
    let section = Section::new(WASM, &entry.node);
    let place = |name: &str| {
        entry
            .node
            .get(name)
            .map_or(entry.span, |written| written.span)
    };
    let component = section.path("component").unwrap_or_default();
    let component = checker.document.beside(place("component"), component);
    let config = entry
        .node
        .get("config")
        .cloned()
        .unwrap_or(Node::new(Value::Null, entry.span));
    let stage = Stage {
        component: Component::File(component),
        config: object(&config),
        gate: gate(checker, path, &entry.node, ""),
    };
    let place = Place {
        key: entry.span,
        config_key: entry.node.entry("config").map(|config| config.span),
        component: entry
            .node
            .get("component")
            .filter(|node| !node.is_absent())
            .map(|node| node.span),
        config,
    };
    (stage, place)
}

/// Checks a stock policy as far as it is the host's to check.
fn of_stock(
    checker: &mut Checker<'_>,
    path: &str,
    kind: &str,
    schema: Option<&str>,
    entry: &Entry,
) -> (Stage, Place) {
    let mut own = own_keys(&entry.node);
    if let Some(schema) = schema {
        known(checker, path, &mut own, schema);
        typed(&mut own, schema);
    }
    if checker.mapping(path, &entry.node)
        && let Some(gate) = entry.node.entry(RESERVED)
    {
        checker.section(&join(path, RESERVED), GATE, &gate.node, gate.span);
    }
    let gate = gate(checker, path, &entry.node, kind);
    let stage = Stage {
        component: Component::Stock(kind.to_owned()),
        config: object(&own),
        gate,
    };
    (
        stage,
        Place {
            key: entry.span,
            config: own,
            config_key: None,
            component: None,
        },
    )
}

/// A processor's configuration without what belongs to the host.
fn own_keys(node: &Node) -> Node {
    let mut own = node.clone();
    if let Value::Map(entries) = &mut own.value {
        entries.retain(|entry| entry.key != RESERVED);
    }
    own
}

/// What a policy is configured with; nothing is an object without keys.
fn object(node: &Node) -> serde_json::Value {
    if node.is_absent() {
        serde_json::Value::Object(serde_json::Map::new())
    } else {
        node.to_json()
    }
}

/// What the host allows a stage; `stock` is the stock policy that it is of, if it is one.
fn gate(checker: &mut Checker<'_>, path: &str, node: &Node, stock: &str) -> Gate {
    let nothing = Node::new(Value::Null, Span::default());
    let written = node.get(RESERVED).unwrap_or(&nothing);
    let section = Section::new(GATE, written);
    let documents = checker.document;
    let gate = Gate {
        on_error: match section.choice("on_error").as_str() {
            "drop" => OnError::Drop,
            "pass" => OnError::Pass,
            _ => OnError::Reject,
        },
        time: section.duration("time"),
        memory: section.size("memory").unwrap_or(Gate::MEMORY),
        outcome: section.size("outcome"),
        host_calls: section.small("host_calls"),
        files: section
            .named("files")
            .into_iter()
            .map(|(name, path, at)| (name, documents.beside(at, PathBuf::from(path))))
            .collect(),
        keys: section
            .named("keys")
            .into_iter()
            .map(|(name, key, _)| (name, Secret::new(key)))
            .collect(),
        logs: section.flag("logs"),
        ensure: ensure::ensure(checker, &join(path, RESERVED), written, stock),
    };
    ensure::leaks(checker, &join(path, RESERVED), section, stock);
    let mut limit = |key: &str, fits: bool, what: &str| {
        if let Some(value) = section.node(key).filter(|_| !fits) {
            checker.error(
                value.span,
                format!("{path}::{RESERVED}::{key}: no policy runs with that"),
                what,
            );
        }
    };
    limit(
        "time",
        !gate.time.is_zero(),
        "write a duration such as `50ms`",
    );
    limit(
        "memory",
        (MEMORY_LEAST..=MEMORY_MOST).contains(&gate.memory),
        "write a size from 1MiB to 4GiB",
    );
    limit(
        "outcome",
        gate.outcome != Some(0),
        "write a size such as `4MiB`",
    );
    gate
}

const MEMORY_LEAST: u64 = 1 << 20;
const MEMORY_MOST: u64 = 4 << 30;
