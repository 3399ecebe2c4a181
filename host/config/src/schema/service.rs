use super::Key;
use super::Kind::{Any, Choice, Count, Duration, Section, Size};
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
    Key::new(
        "gate",
        Section(PROCESS),
        "",
        "what the process takes of the machine, and how it ends",
    ),
];

const PROCESS: &[Key] = &[
    Key::new(
        "lanes",
        Count(0, 1024),
        "0",
        "threads that run policies; 0 is as many as the process may use CPUs",
    ),
    Key::new(
        "bytes_in_flight",
        Size,
        "",
        "what requests may take of the memory; 256MiB or a quarter of what the process may use when it is not written",
    ),
    Key::new(
        "drain_timeout",
        Duration,
        "30s",
        "how long a stop waits for what is in flight",
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
