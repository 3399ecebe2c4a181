//! Extensions, and which of them run.

use super::components::{Components, components};
use super::parts::{self, Part, Parts};
use super::section::Section;
use super::storage;
use super::value;
use super::walk::Checker;
use crate::model::{ComponentId, Extension, HealthCheck};
use crate::nearest::nearest;
use crate::schema::{HEALTH_CHECK, Role};
use crate::yaml::{Entry, Node, Span, Value};

/// Types that exist, and those that are accepted and do nothing.
const KINDS: [&str; 7] = [
    "health_check",
    "file_storage",
    "bearertokenauth",
    "basicauth",
    "headers_setter",
    "pprof",
    "zpages",
];

/// What an extension means.
#[derive(Debug)]
enum Meant {
    /// It runs by itself.
    Runs(Extension),
    /// Other components name it.
    Part(Part),
    /// It is accepted, and does nothing.
    Nothing,
}

/// What does instead what an extension would do that is accepted and does nothing.
fn instead(kind: &str) -> &'static str {
    match kind {
        "pprof" => "to see where the time goes: `perf record -g --pid PID`; the binary has symbols",
        _ => {
            "what it shows stands in `/metrics`, by component and stage; `inspect --config` shows the stages"
        }
    }
}

/// Reads `extensions` and what of them `service` starts.
pub(crate) fn extensions(
    checker: &mut Checker<'_>,
    root: &Node,
) -> (Vec<(ComponentId, Extension)>, Parts) {
    let defined = components(
        checker,
        root,
        Role::Extension,
        &KINDS,
        |checker, found| match found.id.kind.as_str() {
            "health_check" => Some(Meant::Runs(health_check(checker, &found.path, found.entry))),
            "pprof" | "zpages" => Some(Meant::Nothing),
            kind => parts::part(checker, kind, &found.path, found.entry).map(Meant::Part),
        },
    );
    let named = named(checker, root, &defined);
    let mut running = Vec::new();
    for (id, at) in &named {
        match defined.get(id) {
            Some((Meant::Runs(extension), _)) => running.push((id.clone(), extension.clone())),
            Some((Meant::Nothing, span)) => {
                let message = format!("extensions::{id}: it is accepted, and does nothing here");
                checker.warning(span, message, instead(&id.kind));
            }
            Some((Meant::Part(_), _)) => {}
            None if defined.contains(id) => {}
            None => unknown(checker, &defined, id, *at),
        }
    }
    let is_named = |id: &ComponentId| named.iter().any(|(name, _)| name == id);
    let storages = defined
        .list
        .iter()
        .filter_map(|(id, meant, span)| match meant {
            Some(Meant::Part(Part::Storage(storage))) => Some((id, storage, *span)),
            _ => None,
        });
    storage::folders(checker, storages);
    let mut parts = Parts::default();
    for (id, meant, span) in defined.list {
        let is_named = is_named(&id);
        match meant {
            Some(Meant::Runs(_)) if !is_named => {
                checker.warning(
                    span,
                    format!("the extension `{id}` does not run"),
                    "name it under `service: {extensions: [...]}`, or remove it",
                );
                parts.known.push((id, Part::None, false));
            }
            Some(Meant::Part(part)) => parts.known.push((id, part, is_named)),
            _ => parts.known.push((id, Part::None, is_named)),
        }
    }
    (running, parts)
}

/// What `service` starts, and where it says so.
fn named(
    checker: &mut Checker<'_>,
    root: &Node,
    defined: &Components<Meant>,
) -> Vec<(ComponentId, Span)> {
    let path = "service::extensions";
    let Some(written) = root
        .get("service")
        .and_then(|service| service.entry("extensions"))
        .filter(|written| !written.node.is_absent())
    else {
        return Vec::new();
    };
    let Some(wanted) = value::texts(&written.node) else {
        checker.error(
            written.node.span,
            format!("{path}: a list is expected, not {}", written.node.noun()),
            "write `[one, another]`",
        );
        // Which of them run is not known, so that none is reported as one that does not.
        let all = defined.list.iter().map(|(id, _, span)| (id.clone(), *span));
        return all.collect();
    };
    let mut named: Vec<(ComponentId, Span)> = Vec::new();
    for (name, at) in wanted {
        match ComponentId::parse(&name) {
            Ok(id) if named.iter().any(|(known, _)| *known == id) => {}
            Ok(id) => named.push((id, at)),
            Err(_) => checker.error(
                at,
                format!("{path}: `{name}` is no id"),
                "write `type` or `type/name`",
            ),
        }
    }
    named
}

fn unknown(checker: &mut Checker<'_>, defined: &Components<Meant>, id: &ComponentId, at: Span) {
    let known: Vec<String> = defined
        .list
        .iter()
        .map(|(id, _, _)| id.to_string())
        .collect();
    let help = nearest(&id.to_string(), known.iter().map(String::as_str)).map_or_else(
        || "define it under `extensions`, or remove it here".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    checker.error(
        at,
        format!("service::extensions: the extension `{id}` is not defined"),
        help,
    );
}

fn health_check(checker: &mut Checker<'_>, path: &str, entry: &Entry) -> Extension {
    checker.section(path, HEALTH_CHECK, &entry.node, entry.span);
    let section = Section::new(HEALTH_CHECK, &entry.node);
    let answered = section.text("path").unwrap_or_default();
    if !answered.starts_with('/') {
        let at = entry.node.get("path").map_or(entry.span, |node| node.span);
        checker.error(
            at,
            format!("{path}::path: a path begins with `/`"),
            "write a path such as `/health`",
        );
    }
    let body = section.section("response_body");
    // Who writes one of the two gets the other as empty, as in a Collector.
    let written = matches!(
        section.node("response_body").map(|node| &node.value),
        Some(Value::Map(_))
    );
    let said = |name: &str| written.then(|| body.text(name).unwrap_or_default());
    Extension::HealthCheck(HealthCheck {
        endpoint: section.text("endpoint").unwrap_or_default(),
        path: answered,
        healthy: said("healthy"),
        unhealthy: said("unhealthy"),
        response_headers: section.headers("response_headers"),
    })
}
