use super::Key;
use super::Kind::{Any, Choice, Section};
use super::telemetry::TELEMETRY;

/// The top of a configuration.
pub(crate) const TOP: &[Key] = &[
    Key::new("receivers", Any, "", "where records come from"),
    Key::new("processors", Any, "", "what records pass"),
    Key::new("exporters", Any, "", "where records go"),
    Key::new(
        "connectors",
        Any,
        "",
        "exporters that are receivers of other pipelines",
    ),
    Key::new(
        "extensions",
        Any,
        "",
        "what serves the program, not the records",
    ),
    Key::new("service", Section(SERVICE), "", "what runs").required(),
];

/// `service`
pub(crate) const SERVICE: &[Key] = &[
    Key::new(
        "pipelines",
        Any,
        "",
        "pipelines by id: `logs`, `traces` or `metrics`, with or without a name",
    )
    .required(),
    Key::new("extensions", Any, "", "extensions that run"),
    Key::new(
        "telemetry",
        Section(TELEMETRY),
        "",
        "the program's own telemetry",
    ),
    Key::new(
        "compat",
        Choice(&["", "none", "collector"], &[]),
        "",
        "`collector`: the policies answer as the Collector's do, differences on purpose included",
    ),
];

/// A pipeline under `service::pipelines`
pub(crate) const PIPELINE: &[Key] = &[
    Key::new(
        "receivers",
        Any,
        "",
        "where records come from; at least one",
    )
    .required(),
    Key::new("processors", Any, "", "what they pass, in this order"),
    Key::new("exporters", Any, "", "where they go; at least one").required(),
];
