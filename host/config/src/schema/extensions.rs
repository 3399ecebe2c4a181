use super::Key;
use super::Kind::{Any, Choice, Count, Duration, Flag, Headers, Listen, Section, Text};

const NO_TLS: &str = "TLS for the health check is not offered: let it listen on localhost";
const NO_V2: &str = "the second version of the health check is not offered, and a Collector has it behind a feature gate";

/// The `health_check` extension.
pub(crate) const HEALTH_CHECK: &[Key] = &[
    Key::new("endpoint", Listen, "localhost:13133", "where it listens"),
    Key::new(
        "transport",
        Choice(&["tcp"], &["tcp4", "tcp6", "unix"]),
        "tcp",
        "servers listen on TCP",
    ),
    Key::new("path", Text, "/", "the path that is answered"),
    Key::new(
        "response_body",
        Section(RESPONSE_BODY),
        "",
        "what is answered, instead of an object that says more",
    ),
    Key::new(
        "check_collector_pipeline",
        Section(CHECK_PIPELINE),
        "",
        "a check that a Collector accepts and does not do",
    )
    .accepted(),
    Key::new(
        "response_headers",
        Headers,
        "",
        "headers added to every answer",
    ),
    Key::new("tls", Any, "", "TLS of the server").refused(NO_TLS),
    Key::new("auth", Any, "", "who may ask").refused("everybody who reaches it may ask"),
    Key::new("cors", Any, "", "browsers of other origins").refused("browsers are not served"),
    Key::new("middlewares", Any, "", "extensions that see each request")
        .refused("middleware extensions are not offered"),
    Key::new(
        "use_v2",
        Flag,
        "false",
        "whether the second version answers",
    )
    .only("false", NO_V2),
    Key::new("http", Any, "", "HTTP of the second version").refused(NO_V2),
    Key::new("grpc", Any, "", "gRPC of the second version").refused(NO_V2),
    Key::new(
        "component_health",
        Any,
        "",
        "components of the second version",
    )
    .refused(NO_V2),
    Key::new(
        "max_request_body_size",
        Count(0, 1 << 40),
        "0",
        "bodies are not read",
    )
    .accepted(),
    Key::new(
        "include_metadata",
        Flag,
        "false",
        "nothing is done with them",
    )
    .accepted(),
    Key::new("compression_algorithms", Any, "", "bodies are not read").accepted(),
    Key::new("read_timeout", Duration, "0s", "requests are short").accepted(),
    Key::new("read_header_timeout", Duration, "1m", "requests are short").accepted(),
    Key::new("write_timeout", Duration, "30s", "answers are short").accepted(),
    Key::new(
        "idle_timeout",
        Duration,
        "1m",
        "connections are closed after an answer",
    )
    .accepted(),
    Key::new(
        "keep_alives_enabled",
        Flag,
        "true",
        "connections are closed after an answer",
    )
    .accepted(),
];

const RESPONSE_BODY: &[Key] = &[
    Key::new("healthy", Text, "", "while everything works"),
    Key::new("unhealthy", Text, "", "while something does not"),
];

const CHECK_PIPELINE: &[Key] = &[
    Key::new("enabled", Flag, "false", "whether it is done").accepted(),
    Key::new("interval", Text, "5m", "time over which failures count").accepted(),
    Key::new(
        "exporter_failure_threshold",
        Count(0, 1 << 40),
        "5",
        "failures that are too many",
    )
    .accepted(),
];
