//! From what is written to what is meant: every section, every component, every pipeline, all mistakes in one run.

mod components;
mod credentials;
mod delivery;
mod ensure;
mod exporters;
mod extensions;
mod joins;
mod known;
mod metadata;
mod parts;
mod pipelines;
mod processors;
mod receivers;
mod section;
mod service;
mod stages;
mod storage;
mod telemetry;
mod tls;
mod typed;
mod value;
mod walk;

use std::sync::Arc;

use components::components;
use walk::Checker;

use crate::diagnostic::Diagnostics;
use crate::document::Document;
use crate::model::{Config, Connector, Processor};
use crate::schema::{FORWARD, Role, TOP};
use crate::source_map::Places;
use crate::yaml::{Node, Value};
use crate::{KnownPolicies, Options};

/// What a tree means, where its stages stand, and what is wrong with it.
pub(crate) struct Checked {
    pub(crate) config: Config,
    pub(crate) places: Places,
    pub(crate) found: Diagnostics,
}

/// Checks a tree whose variables are expanded.
pub(crate) fn check(
    root: &Node,
    document: &Arc<Document>,
    known: &dyn KnownPolicies,
    options: &Options,
) -> Checked {
    let mut checker = Checker {
        document,
        found: Diagnostics::default(),
    };
    let start = document.first_line();
    if matches!(root.value, Value::Map(_)) {
        checker.section("", TOP, root, start);
    } else {
        let help = "start from `receivers:`, `exporters:` and `service:`";
        checker.error(
            start,
            format!("a configuration is a mapping of keys, not {}", root.noun()),
            help,
        );
    }

    let (extensions, parts) = extensions::extensions(&mut checker, root);
    let mut places = Places::new();
    let receivers = components(
        &mut checker,
        root,
        Role::Receiver,
        &["otlp"],
        |checker, found| {
            (found.id.kind == "otlp")
                .then(|| receivers::otlp(checker, &parts, &found.path, found.entry))
        },
    );
    let mut stage =
        |role: Role, stock: &[&str], checker: &mut Checker<'_>, found: &components::Found<'_>| {
            let (stage, place) = stages::stage(checker, known, stock, found)?;
            places.insert((role, found.id.clone()), place);
            Some(stage)
        };
    let stock = known.processors();
    let kinds: Vec<&str> = stock
        .iter()
        .copied()
        .chain(processors::KINDS)
        .chain(["wasm"])
        .collect();
    let processors = components(
        &mut checker,
        root,
        Role::Processor,
        &kinds,
        |checker, found| {
            processors::processor(checker, &found.id.kind, &found.path, found.entry)
                .or_else(|| stage(Role::Processor, &stock, checker, found).map(Processor::Policy))
        },
    );
    let stock = known.connectors();
    let kinds: Vec<&str> = stock.iter().copied().chain(["forward", "wasm"]).collect();
    let connectors = components(
        &mut checker,
        root,
        Role::Connector,
        &kinds,
        |checker, found| {
            if found.id.kind == "forward" {
                checker.section(&found.path, FORWARD, &found.entry.node, found.entry.span);
                Some(Connector::Forward)
            } else {
                stage(Role::Connector, &stock, checker, found).map(Connector::Policy)
            }
        },
    );
    let exporters = components(
        &mut checker,
        root,
        Role::Exporter,
        &exporters::KINDS,
        |checker, found| exporters::exporter(checker, &parts, found),
    );
    let defined = pipelines::Defined {
        receivers: &receivers,
        processors: &processors,
        connectors: &connectors,
        exporters: &exporters,
    };
    let pipelines = pipelines::pipelines(&mut checker, root, &defined);
    let telemetry = telemetry::telemetry(&mut checker, root);
    let process = service::process(&mut checker, root);
    let config = Config {
        receivers: receivers.settings(),
        processors: processors.settings(),
        connectors: connectors.settings(),
        exporters: exporters.settings(),
        pipelines,
        extensions,
        telemetry,
        compat: service::compat(root, options),
        process,
    };
    Checked {
        config,
        places,
        found: checker.found,
    }
}

/// Whether a key of this kind takes a value.
#[cfg(test)]
pub(crate) fn takes(kind: crate::schema::Kind, node: &Node) -> bool {
    value::check(kind, node).is_ok()
}
