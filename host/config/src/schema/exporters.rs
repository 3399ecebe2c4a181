use super::Key;
use super::Kind::{
    Any, Choice, Connect, Count, Duration, Flag, Headers, Level, Path, Permissions, Section, Text,
    Texts, Url,
};
use super::client::{AUTH, EXPORTER_GATE, KEEPALIVE, QUEUE, RETRY, TLS};

const GATE_SUMMARY: &str = "what the gate makes of it";
const NO_MIDDLEWARE: &str = "middleware extensions are not offered";
const NO_ROTATION: &str =
    "files are not rotated by the program; rotate them from outside, with `append: true`";

/// Compressions of a gRPC client, and those that only a Collector has.
pub(crate) const COMPRESSIONS_GRPC: (&[&str], &[&str]) = (
    &["gzip", "zstd", "none", ""],
    &["snappy", "zlib", "deflate", "x-snappy-framed", "lz4"],
);

const TIMEOUT_SUMMARY: &str = "time for one try; 0 is no limit";

/// The `otlp` exporter.
pub(crate) const OTLP: &[Key] = &[
    Key::new(
        "endpoint",
        Connect,
        "",
        "where to send: `host:port`, with `http://`, `https://`, `dns:///` or nothing before it",
    )
    .required(),
    Key::new("tls", Section(TLS), "", "TLS of the client"),
    Key::new("headers", Headers, "", "metadata added to every request"),
    Key::new(
        "compression",
        Choice(COMPRESSIONS_GRPC.0, COMPRESSIONS_GRPC.1),
        "gzip",
        "compression of messages",
    ),
    Key::new("timeout", Duration, "5s", TIMEOUT_SUMMARY),
    Key::new(
        "retry_on_failure",
        Section(RETRY),
        "",
        "what happens after a failure that may pass",
    ),
    Key::new(
        "sending_queue",
        Section(QUEUE),
        "",
        "a queue before the exporter",
    ),
    Key::new(
        "wait_for_ready",
        Flag,
        "false",
        "whether a try waits for a connection instead of failing",
    ),
    Key::new(
        "authority",
        Text,
        "",
        "value of `:authority` instead of the host's name",
    ),
    Key::new(
        "user_agent",
        Text,
        "",
        "value of `user-agent` instead of the program's",
    ),
    Key::new(
        "balancer_name",
        Text,
        "round_robin",
        "one connection is used",
    )
    .accepted(),
    Key::new(
        "read_buffer_size",
        Count(0, 1 << 30),
        "0",
        "buffers are sized by the program",
    )
    .accepted(),
    Key::new(
        "write_buffer_size",
        Count(0, 1 << 30),
        "524288",
        "buffers are sized by the program",
    )
    .accepted(),
    Key::new(
        "keepalive",
        Section(KEEPALIVE),
        "",
        "connections are kept alive as the program sees fit",
    )
    .accepted(),
    Key::new("auth", Section(AUTH), "", "how the client shows who it is"),
    Key::new("gate", Section(EXPORTER_GATE), "", GATE_SUMMARY),
    Key::new("middlewares", Any, "", "extensions that see each request").refused(NO_MIDDLEWARE),
];

/// The `otlphttp` exporter.
pub(crate) const OTLP_HTTP: &[Key] = &[
    Key::new(
        "endpoint",
        Url,
        "",
        "base URL, to which `/v1/logs`, `/v1/traces` or `/v1/metrics` is added",
    ),
    Key::new("logs_endpoint", Url, "", "URL for logs, used as it is"),
    Key::new("traces_endpoint", Url, "", "URL for traces, used as it is"),
    Key::new(
        "metrics_endpoint",
        Url,
        "",
        "URL for metrics, used as it is",
    ),
    Key::new("profiles_endpoint", Url, "", "there are no profiles here").accepted(),
    Key::new(
        "encoding",
        Choice(&["proto", "json"], &[]),
        "proto",
        "encoding of bodies",
    ),
    Key::new("tls", Section(TLS), "", "TLS of the client"),
    Key::new("headers", Headers, "", "headers added to every request"),
    Key::new(
        "compression",
        Choice(
            &["gzip", "zstd", "deflate", "zlib", "none", ""],
            &["snappy", "x-snappy-framed", "lz4"],
        ),
        "gzip",
        "compression of bodies",
    ),
    Key::new(
        "compression_params",
        Section(COMPRESSION_PARAMS),
        "",
        "how it is done",
    ),
    Key::new("timeout", Duration, "30s", TIMEOUT_SUMMARY),
    Key::new(
        "retry_on_failure",
        Section(RETRY),
        "",
        "what happens after a failure that may pass",
    ),
    Key::new(
        "sending_queue",
        Section(QUEUE),
        "",
        "a queue before the exporter",
    ),
    Key::new(
        "max_idle_conns",
        Count(0, 1 << 20),
        "100",
        "connections are counted for each host",
    )
    .accepted(),
    Key::new(
        "max_idle_conns_per_host",
        Count(0, 1 << 20),
        "0",
        "idle connections that are kept; 0 is all of them",
    ),
    Key::new(
        "max_conns_per_host",
        Count(0, 1 << 20),
        "0",
        "connections at once",
    )
    .only("0", "connections are not limited"),
    Key::new(
        "idle_conn_timeout",
        Duration,
        "90s",
        "how long an idle connection is kept; 0 is for ever",
    ),
    Key::new(
        "disable_keep_alives",
        Flag,
        "false",
        "one request a connection",
    )
    .only("false", "connections are always kept"),
    Key::new(
        "http2_read_idle_timeout",
        Duration,
        "0",
        "when a quiet connection is probed",
    )
    .accepted(),
    Key::new(
        "http2_ping_timeout",
        Duration,
        "0",
        "how long the answer may take",
    )
    .accepted(),
    Key::new(
        "force_attempt_http2",
        Flag,
        "true",
        "the version is negotiated",
    )
    .accepted(),
    Key::new(
        "read_buffer_size",
        Count(0, 1 << 30),
        "0",
        "buffers are sized by the program",
    )
    .accepted(),
    Key::new(
        "write_buffer_size",
        Count(0, 1 << 30),
        "0",
        "buffers are sized by the program",
    )
    .accepted(),
    Key::new("proxy_url", Text, "", "a proxy").only("", "proxies are not offered"),
    Key::new("cookies", Any, "", "cookies of the server").off("cookies are not kept"),
    Key::new("auth", Section(AUTH), "", "how the client shows who it is"),
    Key::new("gate", Section(EXPORTER_GATE), "", GATE_SUMMARY),
    Key::new("middlewares", Any, "", "extensions that see each request").refused(NO_MIDDLEWARE),
];

const COMPRESSION_PARAMS: &[Key] = &[Key::new(
    "level",
    Level(-2, 22),
    "",
    "level of the compression, as the algorithm counts it; 0 is the quickest",
)];

/// The `file` exporter.
pub(crate) const FILE: &[Key] = &[
    Key::new(
        "path",
        Path,
        "",
        "the file; a relative path is relative to the working directory",
    )
    .required(),
    Key::new("append", Flag, "false", "whether what the file holds stays"),
    Key::new(
        "format",
        Choice(&["json"], &["proto"]),
        "json",
        "OTLP/JSON, a request a line",
    ),
    Key::new(
        "flush_interval",
        Duration,
        "1s",
        "nothing: a line is written before it counts as delivered",
    )
    .accepted(),
    Key::new(
        "create_directory",
        Flag,
        "false",
        "whether missing folders are created",
    ),
    Key::new(
        "directory_permissions",
        Permissions,
        "0755",
        "permissions of folders that are created",
    ),
    Key::new(
        "compression",
        Choice(&["", "none"], &["zstd"]),
        "",
        "lines are written as they are",
    ),
    Key::new("rotation", Any, "", "a new file now and then").refused(NO_ROTATION),
    Key::new("encoding", Text, "", "an encoding extension")
        .only("", "encoding extensions are not offered"),
    Key::new(
        "group_by",
        Any,
        "",
        "a file for each value of a resource attribute",
    )
    .off("a file for each value is not offered"),
    Key::new(
        "sending_queue",
        Section(QUEUE),
        "",
        "a queue before the exporter",
    ),
    Key::new("gate", Section(EXPORTER_GATE), "", GATE_SUMMARY),
];

/// The `debug` exporter.
pub(crate) const DEBUG: &[Key] = &[
    Key::new(
        "verbosity",
        Choice(&["basic", "normal", "detailed"], &[]),
        "basic",
        "counts, a line a record, or everything",
    ),
    Key::new(
        "sampling_initial",
        Count(0, u32::MAX as u64),
        "2",
        "requests shown each second before sampling starts",
    ),
    Key::new(
        "sampling_thereafter",
        Count(0, u32::MAX as u64),
        "1",
        "after that, one in so many is shown; 0 is none",
    ),
    Key::new(
        "use_internal_logger",
        Flag,
        "true",
        "it writes to standard error",
    )
    .accepted(),
    Key::new("output_paths", Texts, "", "it writes to standard error").accepted(),
    Key::new(
        "sending_queue",
        Section(QUEUE),
        "",
        "a queue before the exporter",
    ),
    Key::new("gate", Section(EXPORTER_GATE), "", GATE_SUMMARY),
];

/// The `nop` exporter.
pub(crate) const NOP: &[Key] = &[Key::new("gate", Section(EXPORTER_GATE), "", GATE_SUMMARY)];
