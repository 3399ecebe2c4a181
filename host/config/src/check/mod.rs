//! From what is written to what is meant: every section, every component, every pipeline, all mistakes in one run.

mod components;
mod exporters;
mod pipelines;
mod receivers;
mod section;
mod service;
mod stages;
mod value;
mod walk;

use std::collections::HashMap;
use std::sync::Arc;

use components::{Family, components};
use walk::Checker;

use crate::diagnostic::Diagnostics;
use crate::document::Document;
use crate::model::{ComponentId, Config};
use crate::schema::TOP;
use crate::source_map::Place;
use crate::yaml::{Node, Span, Value};
use crate::{KnownPolicies, Options};

/// What a tree means, where its stages stand, and what is wrong with it.
pub(crate) struct Checked {
    pub(crate) config: Config,
    pub(crate) places: HashMap<ComponentId, Place>,
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
    let start = Span {
        start: 0,
        end: document.text.find('\n').unwrap_or(document.text.len()),
    };
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

    let receivers = components(&mut checker, root, Family::Receivers, |checker, found| {
        (found.id.kind == "otlp").then(|| receivers::otlp(checker, &found.path, found.entry))
    });
    let stock = known.stock_names();
    let stages = components(
        &mut checker,
        root,
        Family::Processors { stock: &stock },
        |checker, found| match found.id.kind.as_str() {
            "wasm" => Some(stages::wasm(checker, &found.path, found.entry)),
            kind if stock.contains(&kind) => {
                Some(stages::stock(checker, &found.path, kind, found.entry))
            }
            _ => None,
        },
    );
    let exporters = components(&mut checker, root, Family::Exporters, |checker, found| {
        exporters::exporter(checker, &found.id.kind, &found.path, found.entry)
    });
    components::extensions(&mut checker, root);
    let defined = pipelines::Defined {
        receivers: &receivers,
        stages: &stages,
        exporters: &exporters,
    };
    let pipelines = pipelines::pipelines(&mut checker, root, &defined);

    let mut processors = Vec::new();
    let mut places = HashMap::new();
    for (id, stage, _) in stages.list {
        if let Some((stage, place)) = stage {
            places.insert(id.clone(), place);
            processors.push((id, stage));
        }
    }
    let config = Config {
        receivers: receivers.settings(),
        processors,
        exporters: exporters.settings(),
        pipelines,
        telemetry: service::telemetry(root),
        compat: service::compat(root, options),
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
