//! Pipelines: what they name exists, each has both ends, and what they start can start side by side.

use std::collections::HashSet;

use super::components::Components;
use super::walk::{Checker, join};
use crate::address;
use crate::model::{ComponentId, Connector, Exporter, OtlpReceiver, Pipeline, Processor};
use crate::nearest::nearest;
use crate::schema::PIPELINE;
use crate::yaml::{Entry, Node, Span, Value};

/// Everything that a pipeline can name.
#[derive(Clone, Copy)]
pub(crate) struct Defined<'a> {
    pub(crate) receivers: &'a Components<OtlpReceiver>,
    pub(crate) processors: &'a Components<Processor>,
    pub(crate) connectors: &'a Components<Connector>,
    pub(crate) exporters: &'a Components<Exporter>,
}

const SIGNALS: [&str; 3] = ["logs", "traces", "metrics"];

/// Reads `service::pipelines`.
pub(crate) fn pipelines(
    checker: &mut Checker<'_>,
    root: &Node,
    defined: &Defined<'_>,
) -> Vec<Pipeline> {
    let path = "service::pipelines";
    let Some(written) = root
        .get("service")
        .and_then(|service| service.entry("pipelines"))
    else {
        return Vec::new();
    };
    if written.node.is_absent() || !checker.mapping(path, &written.node) {
        return Vec::new();
    }
    if written.node.entries().is_empty() {
        checker.error(
            written.span,
            format!("{path}: there is no pipeline"),
            "write `logs: {receivers: [...], exporters: [...]}`",
        );
    }
    let pipelines: Vec<Pipeline> = written
        .node
        .entries()
        .iter()
        .filter_map(|entry| pipeline(checker, entry, defined))
        .collect();
    let used = |part: fn(&Pipeline) -> &[ComponentId]| -> HashSet<&ComponentId> {
        pipelines.iter().flat_map(part).collect()
    };
    let receivers = used(|pipeline| &pipeline.receivers);
    // Where something is wrong, a component may look unused that is not.
    if !checker.found.has_errors() {
        unused(checker, defined.receivers, &receivers);
        unused(
            checker,
            defined.processors,
            &used(|pipeline| &pipeline.processors),
        );
        unused(
            checker,
            defined.exporters,
            &used(|pipeline| &pipeline.exporters),
        );
    }
    addresses(checker, defined.receivers, &receivers);
    files(
        checker,
        defined.exporters,
        &used(|pipeline| &pipeline.exporters),
    );
    pipelines
}

fn pipeline(checker: &mut Checker<'_>, entry: &Entry, defined: &Defined<'_>) -> Option<Pipeline> {
    let path = join("service::pipelines", &entry.key);
    let id = match ComponentId::parse(&entry.key) {
        Ok(id) if SIGNALS.contains(&id.kind.as_str()) => Some(id),
        Ok(id) if id.kind == "profiles" => {
            checker.error(
                entry.span,
                format!("{path}: profiles are not offered"),
                "a pipeline is of `logs`, `traces` or `metrics`",
            );
            None
        }
        Ok(id) => {
            let help = nearest(&id.kind, SIGNALS).map_or_else(
                || "a pipeline is of `logs`, `traces` or `metrics`: `logs/audit`".to_owned(),
                |signal| format!("did you mean `{signal}`?"),
            );
            checker.error(
                entry.span,
                format!("{path}: there is no signal `{}`", id.kind),
                help,
            );
            None
        }
        Err(why) => {
            checker.error(
                entry.span,
                format!("service::pipelines: `{}` is no id: {why}", entry.key),
                "write `logs`, or `logs/name`",
            );
            None
        }
    };
    checker.section(&path, PIPELINE, &entry.node, entry.span);
    let receivers = references(
        checker,
        &path,
        "receivers",
        entry,
        defined.receivers,
        Some(defined.connectors),
    );
    let processors = references(
        checker,
        &path,
        "processors",
        entry,
        defined.processors,
        None,
    );
    let exporters = references(
        checker,
        &path,
        "exporters",
        entry,
        defined.exporters,
        Some(defined.connectors),
    );
    let id = id?;
    for (exporter, at) in &exporters {
        if let Some((Exporter::OtlpHttp(http), _)) = defined.exporters.get(exporter) {
            let url = match id.kind.as_str() {
                "logs" => &http.logs_url,
                "traces" => &http.traces_url,
                _ => &http.metrics_url,
            };
            // Without any URL the exporter itself has been reported.
            let has_one =
                http.logs_url.is_some() || http.traces_url.is_some() || http.metrics_url.is_some();
            if url.is_none() && has_one {
                let message = format!(
                    "{path}: the exporter `{exporter}` has no endpoint for {}",
                    id.kind
                );
                checker.error(
                    *at,
                    message,
                    format!(
                        "give it `{}_endpoint`, or `endpoint` for all signals",
                        id.kind
                    ),
                );
            }
        }
    }
    let ids = |list: Vec<(ComponentId, Span)>| list.into_iter().map(|(id, _)| id).collect();
    Some(Pipeline {
        id,
        receivers: ids(receivers),
        processors: ids(processors),
        exporters: ids(exporters),
    })
}

/// The ids under one key of a pipeline.
fn references<T>(
    checker: &mut Checker<'_>,
    path: &str,
    key: &str,
    entry: &Entry,
    defined: &Components<T>,
    connectors: Option<&Components<Connector>>,
) -> Vec<(ComponentId, Span)> {
    let path = join(path, key);
    let Some(written) = entry
        .node
        .entry(key)
        .filter(|written| !written.node.is_absent())
    else {
        return Vec::new();
    };
    let Value::List(items) = &written.node.value else {
        checker.error(
            written.node.span,
            format!("{path}: a list is expected, not {}", written.node.noun()),
            "write `[one, another]`",
        );
        return Vec::new();
    };
    if items.is_empty() && key != "processors" {
        checker.error(
            written.span,
            format!("{path}: there is none"),
            format!(
                "name a {} that is defined under `{key}`",
                defined.role.noun()
            ),
        );
    }
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for item in items {
        let Some(text) = item.text() else {
            if item.value != Value::Unknown {
                checker.error(
                    item.span,
                    format!("{path}: an id is expected, not {}", item.noun()),
                    "write `type` or `type/name`",
                );
            }
            continue;
        };
        let Ok(id) = ComponentId::parse(text) else {
            checker.error(
                item.span,
                format!("{path}: `{text}` is no id"),
                "write `type` or `type/name`",
            );
            continue;
        };
        if !seen.insert(id.clone()) {
            checker.error(
                item.span,
                format!("{path}: `{id}` stands here a second time"),
                "keep one, or define another of the type: `type/name`",
            );
        } else if defined.contains(&id)
            || connectors.is_some_and(|connectors| connectors.contains(&id))
        {
            found.push((id, item.span));
        } else {
            undefined(checker, &path, key, &id, item.span, defined);
        }
    }
    found
}

fn undefined<T>(
    checker: &mut Checker<'_>,
    path: &str,
    key: &str,
    id: &ComponentId,
    span: Span,
    defined: &Components<T>,
) {
    let names: Vec<String> = defined
        .list
        .iter()
        .map(|(id, _, _)| id.to_string())
        .collect();
    let help = match nearest(&id.to_string(), names.iter().map(String::as_str)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("define it under `{key}`, or remove it here"),
    };
    checker.error(
        span,
        format!("{path}: the {} `{id}` is not defined", defined.role.noun()),
        help,
    );
}

fn unused<T>(checker: &mut Checker<'_>, defined: &Components<T>, used: &HashSet<&ComponentId>) {
    for (id, settings, span) in &defined.list {
        if settings.is_some() && !used.contains(id) {
            let message = format!("the {} `{id}` is in no pipeline", defined.role.noun());
            checker.warning(*span, message, "name it in a pipeline, or remove it");
        }
    }
}

/// Two servers cannot listen on one address.
fn addresses(
    checker: &mut Checker<'_>,
    receivers: &Components<OtlpReceiver>,
    used: &HashSet<&ComponentId>,
) {
    let mut taken: Vec<((String, u16), String)> = Vec::new();
    for (id, _, span) in receivers.list.iter().filter(|(id, _, _)| used.contains(id)) {
        let Some((receiver, _)) = receivers.get(id) else {
            continue;
        };
        let grpc = receiver
            .grpc
            .as_ref()
            .map(|server| ("grpc", &server.endpoint));
        let http = receiver
            .http
            .as_ref()
            .map(|server| ("http", &server.endpoint));
        for (protocol, endpoint) in [grpc, http].into_iter().flatten() {
            let Ok(address) = address::host_port(endpoint) else {
                continue;
            };
            let name = format!("receivers::{id}::protocols::{protocol}");
            match taken
                .iter()
                .find(|(other, _)| address::collide(other, &address))
            {
                Some((_, other)) => {
                    let message = format!("{name}: it would listen where {other} does");
                    checker.error(*span, message, "give one of them another `endpoint`");
                }
                None => taken.push((address, name)),
            }
        }
    }
}

/// Two exporters that write one file would write over each other.
fn files(
    checker: &mut Checker<'_>,
    exporters: &Components<Exporter>,
    used: &HashSet<&ComponentId>,
) {
    let mut taken = HashSet::new();
    for (id, _, span) in exporters.list.iter().filter(|(id, _, _)| used.contains(id)) {
        if let Some((Exporter::File(file), _)) = exporters.get(id)
            && file.path.as_os_str() != "/dev/null"
            && !file.path.as_os_str().is_empty()
            && !taken.insert(&file.path)
        {
            let message = format!("exporters::{id}: another exporter writes to the same file");
            checker.error(*span, message, "give one of them another `path`");
        }
    }
}
