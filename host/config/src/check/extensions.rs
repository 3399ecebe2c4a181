//! Extensions, and which of them run.

use std::collections::HashSet;

use super::components::{Components, components};
use super::section::Section;
use super::value;
use super::walk::Checker;
use crate::model::{ComponentId, Extension, HealthCheck};
use crate::nearest::nearest;
use crate::schema::{HEALTH_CHECK, Role};
use crate::yaml::{Entry, Node, Value};

/// Types that exist, and those that are accepted and do nothing.
const KINDS: [&str; 4] = ["health_check", "pprof", "zpages", "file_storage"];

/// What does instead what an extension would do that is accepted and does nothing.
fn instead(kind: &str) -> &'static str {
    match kind {
        "pprof" => "to see where the time goes: `perf record -g --pid PID`; the binary has symbols",
        "file_storage" => {
            "there are no queues on disk: a client is answered when the exporters have what it sent"
        }
        _ => {
            "what it shows stands in `/metrics`, by component and stage; `inspect --config` shows the stages"
        }
    }
}

/// Reads `extensions` and what of them `service` starts.
pub(crate) fn extensions(checker: &mut Checker<'_>, root: &Node) -> Vec<(ComponentId, Extension)> {
    let defined = components(
        checker,
        root,
        Role::Extension,
        &KINDS,
        |checker, found| match found.id.kind.as_str() {
            "health_check" => Some(Some(health_check(checker, &found.path, found.entry))),
            "pprof" | "zpages" | "file_storage" => Some(None),
            _ => None,
        },
    );
    let path = "service::extensions";
    let Some(written) = root
        .get("service")
        .and_then(|service| service.entry("extensions"))
        .filter(|written| !written.node.is_absent())
    else {
        unused(checker, &defined, &HashSet::new());
        return Vec::new();
    };
    let Some(wanted) = value::texts(&written.node) else {
        checker.error(
            written.node.span,
            format!("{path}: a list is expected, not {}", written.node.noun()),
            "write `[one, another]`",
        );
        return Vec::new();
    };
    let mut named = HashSet::new();
    let mut running = Vec::new();
    for (name, at) in wanted {
        let Ok(id) = ComponentId::parse(&name) else {
            checker.error(
                at,
                format!("{path}: `{name}` is no id"),
                "write `type` or `type/name`",
            );
            continue;
        };
        if !named.insert(id.clone()) {
            continue;
        }
        if !defined.contains(&id) {
            let known: Vec<String> = defined
                .list
                .iter()
                .map(|(id, _, _)| id.to_string())
                .collect();
            let help = nearest(&name, known.iter().map(String::as_str)).map_or_else(
                || "define it under `extensions`, or remove it here".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            checker.error(
                at,
                format!("{path}: the extension `{id}` is not defined"),
                help,
            );
            continue;
        }
        match defined.get(&id) {
            Some((Some(extension), _)) => running.push((id, extension.clone())),
            Some((None, span)) => {
                let message = format!("extensions::{id}: it is accepted, and does nothing here");
                checker.warning(span, message, instead(&id.kind));
            }
            None => {}
        }
    }
    unused(checker, &defined, &named);
    running
}

fn unused(
    checker: &mut Checker<'_>,
    defined: &Components<Option<Extension>>,
    named: &HashSet<ComponentId>,
) {
    for (id, extension, span) in &defined.list {
        if extension.is_some() && !named.contains(id) {
            checker.warning(
                *span,
                format!("the extension `{id}` does not run"),
                "name it under `service: {extensions: [...]}`, or remove it",
            );
        }
    }
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
