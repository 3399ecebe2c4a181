use super::Key;
use super::Kind::{
    Any, Choice, Count, Flag, Headers, Path, Secret, Section, Sections, Text, Texts,
};

const NO_TRACES: &str = "the program makes no traces of its own";
const NO_LOG_CHANGES: &str = "the program's log lines cannot be changed so";
const NO_VIEWS: &str = "the program's metrics are shown as they are";

/// `service::telemetry`
pub(crate) const TELEMETRY: &[Key] = &[
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
        "the program's traces, of which there are none",
    )
    .accepted(),
    Key::new(
        "resource",
        Any,
        "",
        "attributes of the resource of the program's metrics: `name: value`, or `attributes: [{name: ..., value: ...}]`; null removes one that is there by itself",
    ),
];

/// `service::telemetry::logs`
const TELEMETRY_LOGS: &[Key] = &[
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
    Key::new(
        "disable_zap_resource",
        Flag,
        "false",
        "lines hold no resource",
    )
    .accepted(),
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

/// `service::telemetry::metrics`
const TELEMETRY_METRICS: &[Key] = &[
    Key::new(
        "level",
        Choice(&["none", "basic", "normal", "detailed"], &[]),
        "normal",
        "how many there are",
    ),
    Key::new(
        "readers",
        Sections(READER),
        "",
        "where they go; `pull` at `localhost:8888` when nothing is written",
    ),
    Key::new("address", Any, "", "where they are shown").refused(
        "a Collector knows it no more: write `readers: [{pull: {exporter: {prometheus: {host: localhost, port: 8888}}}}]`",
    ),
    Key::new("views", Any, "", "how they are changed").refused(NO_VIEWS),
    Key::new("exemplar_filter", Any, "", "there are no exemplars").accepted(),
];

/// One of `readers`
const READER: &[Key] = &[
    Key::new("pull", Section(PULL), "", "metrics are there to be fetched"),
    Key::new(
        "periodic",
        Section(PERIODIC),
        "",
        "metrics are sent now and then",
    ),
    Key::new("producers", Any, "", "metrics of others").refused("there are no others"),
];

const PULL: &[Key] = &[Key::new(
    "exporter",
    Section(PULL_EXPORTER),
    "",
    "how they are fetched",
)
.required()];

const PULL_EXPORTER: &[Key] = &[Key::new(
    "prometheus",
    Section(PROMETHEUS),
    "",
    "a server that shows them at `/metrics`",
)
.required()];

const PROMETHEUS: &[Key] = &[
    Key::new("host", Text, "", "where it listens").required(),
    Key::new("port", Count(0, 65535), "", "and on which port").required(),
    Key::new(
        "without_scope_info",
        Flag,
        "true",
        "whether labels name no instrumentation scope",
    ),
    Key::new(
        "without_units",
        Flag,
        "true",
        "whether names end in no unit",
    ),
    Key::new(
        "without_type_suffix",
        Flag,
        "true",
        "whether names of counters do not end in `_total`",
    ),
    Key::new(
        "with_resource_constant_labels",
        Section(INCLUDE_EXCLUDE),
        "",
        "which attributes of the resource are labels of every series",
    ),
];

const INCLUDE_EXCLUDE: &[Key] = &[
    Key::new(
        "included",
        Texts,
        "",
        "these alone; everything when none is named",
    ),
    Key::new("excluded", Texts, "", "but for these"),
];

/// `periodic`
const PERIODIC: &[Key] = &[
    Key::new(
        "interval",
        Count(1, 1 << 40),
        "60000",
        "milliseconds between two exports",
    ),
    Key::new(
        "timeout",
        Count(1, 1 << 40),
        "30000",
        "milliseconds for one export",
    ),
    Key::new("exporter", Section(PUSH_EXPORTER), "", "how they are sent").required(),
];

const PUSH_EXPORTER: &[Key] = &[
    Key::new("otlp", Section(OTLP_METRIC), "", "as OTLP"),
    Key::new("console", Any, "", "to standard output")
        .refused("metrics are not written to standard output: `pull` shows them"),
];

const OTLP_METRIC: &[Key] = &[
    Key::new(
        "protocol",
        Choice(&["http/protobuf", "grpc/protobuf", "grpc"], &["http/json"]),
        "",
        "what it speaks",
    )
    .required(),
    Key::new(
        "endpoint",
        Text,
        "",
        "where to send; without a scheme it is `https://`, or `http://` with `insecure`. Over HTTP a path is used as it is, and without one it is `/v1/metrics`",
    ),
    Key::new(
        "insecure",
        Flag,
        "false",
        "no TLS, where the endpoint has no scheme",
    ),
    Key::new("headers", Headers, "", "headers added to every request"),
    Key::new(
        "headers_list",
        Secret,
        "",
        "the same, as `name=value,name=value`",
    ),
    Key::new(
        "compression",
        Choice(&["none", "gzip"], &[]),
        "none",
        "compression of requests",
    ),
    Key::new(
        "timeout",
        Count(0, 1 << 40),
        "10000",
        "milliseconds for one try",
    ),
    Key::new(
        "certificate",
        Path,
        "",
        "authorities that may have signed the server's certificate",
    ),
    Key::new("client_certificate", Path, "", "certificate of the client"),
    Key::new("client_key", Path, "", "key of the client"),
    Key::new(
        "temporality_preference",
        Choice(&["cumulative", "delta", "lowmemory"], &[]),
        "cumulative",
        "what sums and histograms count from",
    ),
    Key::new(
        "default_histogram_aggregation",
        Choice(
            &["explicit_bucket_histogram"],
            &["base2_exponential_bucket_histogram"],
        ),
        "explicit_bucket_histogram",
        "what histograms are made of",
    ),
];

/// `service::telemetry::traces`
const TELEMETRY_TRACES: &[Key] = &[
    Key::new(
        "level",
        Choice(&["none", "basic", "normal", "detailed"], &[]),
        "none",
        NO_TRACES,
    )
    .accepted(),
    Key::new("processors", Any, "", NO_TRACES).accepted(),
    Key::new("propagators", Any, "", NO_TRACES).accepted(),
    Key::new("sampler", Any, "", NO_TRACES).accepted(),
    Key::new("limits", Any, "", NO_TRACES).accepted(),
];
