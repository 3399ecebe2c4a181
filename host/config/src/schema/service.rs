use super::Key;
use super::Kind::{Any, Choice, Flag, Section, Texts};

/// The top of a configuration.
pub(crate) const TOP: &[Key] = &[
    Key::new("receivers", Any, "", "where records come from"),
    Key::new("processors", Any, "", "policies"),
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
    Key::new(
        "processors",
        Any,
        "",
        "policies that they pass, in this order",
    ),
    Key::new("exporters", Any, "", "where they go; at least one").required(),
];

const NO_METRICS: &str = "metrics of the program's own are not offered yet";
const NO_TRACES: &str = "traces of the program's own are not offered yet";
const NO_LOG_CHANGES: &str = "the program's log lines cannot be changed so";

const TELEMETRY: &[Key] = &[
    Key::new(
        "logs",
        Section(TELEMETRY_LOGS),
        "",
        "the program's log lines",
    ),
    Key::new(
        "metrics",
        Section(TELEMETRY_METRICS),
        "",
        "the program's metrics",
    ),
    Key::new(
        "traces",
        Section(TELEMETRY_TRACES),
        "",
        "the program's traces",
    ),
    Key::new(
        "resource",
        Any,
        "",
        "attributes of the program's metrics and traces, of which there are none",
    )
    .accepted(),
];

/// `service::telemetry::logs`
pub(crate) const TELEMETRY_LOGS: &[Key] = &[
    Key::new(
        "level",
        Choice(
            &["debug", "info", "warn", "error", "dpanic", "panic", "fatal"],
            &[],
        ),
        "info",
        "lines below it are left out; there are none above `error`, so the levels of a Collector above it mean that one",
    ),
    Key::new(
        "encoding",
        Choice(&["console", "json"], &[]),
        "console",
        "how a line looks",
    ),
    Key::new(
        "development",
        Flag,
        "false",
        "lines are the same in development",
    )
    .accepted(),
    Key::new(
        "disable_caller",
        Flag,
        "false",
        "lines name no place in the source",
    )
    .accepted(),
    Key::new("disable_stacktrace", Flag, "false", "lines hold no stack").accepted(),
    Key::new("sampling", Any, "", "repeated lines are rare").accepted(),
    Key::new("output_paths", Texts, "", "lines go to standard error")
        .only("stderr", "log lines go to standard error"),
    Key::new(
        "error_output_paths",
        Texts,
        "",
        "lines go to standard error",
    )
    .only("stderr", "log lines go to standard error"),
    Key::new("initial_fields", Any, "", "fields of every line").refused(NO_LOG_CHANGES),
    Key::new("processors", Any, "", "where lines go besides").refused(NO_LOG_CHANGES),
];

const TELEMETRY_METRICS: &[Key] = &[
    Key::new(
        "level",
        Choice(&["none"], &["basic", "normal", "detailed"]),
        "none",
        "how many there are",
    )
    .only("none", NO_METRICS),
    Key::new("readers", Any, "", "where they go").refused(NO_METRICS),
    Key::new("address", Any, "", "where they are shown").refused(NO_METRICS),
    Key::new("views", Any, "", "how they are changed").refused(NO_METRICS),
];

const TELEMETRY_TRACES: &[Key] = &[
    Key::new(
        "level",
        Choice(&["none"], &["basic", "normal", "detailed"]),
        "none",
        "how many there are",
    )
    .only("none", NO_TRACES),
    Key::new("processors", Any, "", "where they go").refused(NO_TRACES),
    Key::new("propagators", Any, "", "what is passed on to others").refused(NO_TRACES),
    Key::new("sampler", Any, "", "which are kept").refused(NO_TRACES),
];
