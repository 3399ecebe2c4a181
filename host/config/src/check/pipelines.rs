//! Pipelines: what they name exists, each has both ends, and what they start can start side by side.

use std::collections::HashSet;

use super::components::Components;
use super::joins::joins;
use super::metadata::metadata;
use super::value;
use super::walk::{Checker, join};
use crate::address;
use crate::model::{
    ComponentId, Connector, Destination, Exporter, OnRejected, OtlpReceiver, Pipeline, Processor,
};
use crate::nearest::nearest;
use crate::schema::PIPELINE;
use crate::yaml::{Entry, Node, Span, Value};

/// Everything that a pipeline can name.
#[derive(Clone, Copy)]
pub(crate) struct Defined<'a> {
    pub(crate) receivers: &'a Components<OtlpReceiver>,
    pub(crate) processors: &'a Components<Processor>,
    pub(crate) connectors: &'a Components<Connector>,
    pub(crate) exporters: &'a Components<Destination>,
}

/// A pipeline, and where it names what it names.
pub(crate) struct Written {
    pub(crate) pipeline: Pipeline,
    pub(crate) receivers: Vec<Reference>,
    pub(crate) exporters: Vec<Reference>,
}

/// A component that a pipeline names.
pub(crate) struct Reference {
    pub(crate) id: ComponentId,
    pub(crate) span: Span,
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
    let written: Vec<Written> = written
        .node
        .entries()
        .iter()
        .filter_map(|entry| pipeline(checker, entry, defined))
        .collect();
    joins(checker, &written, defined);
    let pipelines: Vec<Pipeline> = written
        .into_iter()
        .map(|written| written.pipeline)
        .collect();
    let used = |part: fn(&Pipeline) -> &[ComponentId]| -> HashSet<&ComponentId> {
        pipelines.iter().flat_map(part).collect()
    };
    let receivers = used(|pipeline| &pipeline.receivers);
    let processors = used(|pipeline| &pipeline.processors);
    let exporters = used(|pipeline| &pipeline.exporters);
    // Where something is wrong, a component may look unused that is not.
    if !checker.found.has_errors() {
        unused(checker, defined.receivers, &receivers);
        unused(checker, defined.processors, &processors);
        unused(checker, defined.exporters, &exporters);
    }
    addresses(checker, defined.receivers, &receivers);
    files(checker, defined.exporters, &exporters);
    metadata(checker, &pipelines, defined);
    pipelines
}

fn pipeline(checker: &mut Checker<'_>, entry: &Entry, defined: &Defined<'_>) -> Option<Written> {
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
    for Reference { id: exporter, span } in &exporters {
        if let Some(Exporter::OtlpHttp(http)) = written(defined.exporters, exporter) {
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
                    *span,
                    message,
                    format!(
                        "give it `{}_endpoint`, or `endpoint` for all signals",
                        id.kind
                    ),
                );
            }
        }
    }
    let ids = |list: &[Reference]| list.iter().map(|reference| reference.id.clone()).collect();
    Some(Written {
        pipeline: Pipeline {
            id,
            receivers: ids(&receivers),
            processors: ids(&processors),
            exporters: ids(&exporters),
        },
        receivers,
        exporters,
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
) -> Vec<Reference> {
    let path = join(path, key);
    let Some(written) = entry
        .node
        .entry(key)
        .filter(|written| !written.node.is_absent())
    else {
        return Vec::new();
    };
    let Some(names) = value::texts(&written.node) else {
        let message = match &written.node.value {
            Value::List(_) => {
                format!("{path}: ids are expected, and there is something else among them")
            }
            _ => format!("{path}: a list is expected, not {}", written.node.noun()),
        };
        checker.error(
            written.node.span,
            message,
            "write `[one, another]`, each of them `type` or `type/name`",
        );
        return Vec::new();
    };
    if names.is_empty() && key != "processors" {
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
    for (name, span) in names {
        let Ok(id) = ComponentId::parse(&name) else {
            checker.error(
                span,
                format!("{path}: `{name}` is no id"),
                "write `type` or `type/name`",
            );
            continue;
        };
        if !seen.insert(id.clone()) {
            let message = format!("{path}: `{id}` stands here a second time");
            let help = "keep one, or define another of the type: `type/name`";
            // A record passes a processor as often as it stands there, and comes from a receiver once.
            if key == "processors" {
                checker.error(span, message, help);
            } else {
                checker.warning(span, message, help);
            }
        } else if defined.contains(&id)
            || connectors.is_some_and(|connectors| connectors.contains(&id))
        {
            found.push(Reference { id, span });
        } else {
            undefined(checker, &path, key, &id, span, defined, connectors);
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
    connectors: Option<&Components<Connector>>,
) {
    let joined = connectors.map_or(&[][..], |connectors| &connectors.list);
    let names: Vec<String> = defined
        .list
        .iter()
        .map(|(id, _, _)| id.to_string())
        .chain(joined.iter().map(|(id, _, _)| id.to_string()))
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

/// The exporter of this id.
fn written<'d>(exporters: &'d Components<Destination>, id: &ComponentId) -> Option<&'d Exporter> {
    exporters
        .get(id)
        .map(|(destination, _)| &destination.exporter)
}

/// Two exporters that write one file would write over each other, or among each other's lines.
fn files(
    checker: &mut Checker<'_>,
    exporters: &Components<Destination>,
    used: &HashSet<&ComponentId>,
) {
    let mut taken = HashSet::new();
    for (id, _, span) in exporters.list.iter().filter(|(id, _, _)| used.contains(id)) {
        let Some((destination, _)) = exporters.get(id) else {
            continue;
        };
        let file = match &destination.exporter {
            Exporter::File(file) => Some((&file.path, "path")),
            _ => None,
        };
        let rejected = match &destination.delivery.on_rejected {
            OnRejected::File(path) => Some((path, "gate: {rejected_file: ...}")),
            OnRejected::Drop => None,
        };
        for (path, key) in [file, rejected].into_iter().flatten() {
            let is_file = !path.as_os_str().is_empty() && path.as_os_str() != "/dev/null";
            if is_file && !taken.insert(path) {
                checker.error(
                    *span,
                    format!("exporters::{id}: the same file is written twice"),
                    format!("give one of the two another `{key}`"),
                );
            }
        }
    }
}
