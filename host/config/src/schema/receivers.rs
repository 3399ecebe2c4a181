use super::Key;
use super::Kind::{
    Any, Choice, Choices, Count, Duration, Flag, Headers, Listen, Section, Text, Texts,
};
use super::client::AUTH;
use super::server::SERVER_TLS;

const NO_MIDDLEWARE: &str = "middleware extensions are not offered";
const NO_TRANSPORT: &str = "servers listen on TCP";

const MIB: u64 = 1 << 20;

/// The `otlp` receiver.
pub(crate) const RECEIVER: &[Key] = &[Key::new(
    "protocols",
    Section(PROTOCOLS),
    "",
    "what it speaks; at least one, and a key without a value means its defaults",
)
.required()];

const PROTOCOLS: &[Key] = &[
    Key::new("grpc", Section(GRPC), "", "OTLP over gRPC"),
    Key::new(
        "http",
        Section(HTTP),
        "",
        "OTLP over HTTP/1.1 and HTTP/2, protobuf and JSON",
    ),
];

/// `protocols::grpc`
pub(crate) const GRPC: &[Key] = &[
    Key::new("enabled", Flag, "true", "whether it is spoken at all"),
    Key::new("endpoint", Listen, "localhost:4317", "where it listens"),
    Key::new(
        "transport",
        Choice(&["tcp"], &["tcp4", "tcp6", "unix"]),
        "tcp",
        NO_TRANSPORT,
    ),
    Key::new(
        "dialer",
        Any,
        "",
        "tunes outgoing connections, of which a server makes none",
    )
    .accepted(),
    Key::new(
        "max_recv_msg_size_mib",
        Count(0, 2047),
        "4",
        "largest message in MiB, decompressed; 0 is the default",
    ),
    Key::new(
        "max_concurrent_streams",
        Count(0, 4_294_967_295),
        "0",
        "requests that one connection may have open; 0 is 256",
    ),
    Key::new(
        "include_metadata",
        Flag,
        "false",
        "whether policies may see the request's metadata",
    ),
    Key::new(
        "read_buffer_size",
        Count(0, 1 << 30),
        "524288",
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
    Key::new(
        "keepalive",
        Section(KEEPALIVE),
        "",
        "connections are kept alive as the program sees fit",
    )
    .accepted(),
    Key::new(
        "tls",
        Section(SERVER_TLS),
        "",
        "TLS of the server; plain text without it",
    ),
    Key::new(
        "auth",
        Section(AUTH),
        "",
        "who may send; everybody without it",
    ),
    Key::new("middlewares", Any, "", "extensions that see each request").refused(NO_MIDDLEWARE),
];

const KEEPALIVE: &[Key] = &[
    Key::new(
        "server_parameters",
        Section(SERVER_PARAMETERS),
        "",
        "pings and ages of connections",
    )
    .accepted(),
    Key::new(
        "enforcement_policy",
        Section(ENFORCEMENT_POLICY),
        "",
        "what clients may do to keep connections open",
    )
    .accepted(),
];

const SERVER_PARAMETERS: &[Key] = &[
    Key::new("enabled", Flag, "true", "whether they hold").accepted(),
    Key::new(
        "max_connection_idle",
        Duration,
        "",
        "when an idle connection is closed",
    )
    .accepted(),
    Key::new(
        "max_connection_age",
        Duration,
        "",
        "when any connection is closed",
    )
    .accepted(),
    Key::new(
        "max_connection_age_grace",
        Duration,
        "",
        "how long its requests may go on",
    )
    .accepted(),
    Key::new("time", Duration, "2h", "how often a quiet client is pinged").accepted(),
    Key::new("timeout", Duration, "20s", "how long its answer may take").accepted(),
];

const ENFORCEMENT_POLICY: &[Key] = &[
    Key::new("enabled", Flag, "true", "whether it holds").accepted(),
    Key::new(
        "min_time",
        Duration,
        "5m",
        "how long a client waits between pings",
    )
    .accepted(),
    Key::new(
        "permit_without_stream",
        Flag,
        "false",
        "whether it may ping without requests",
    )
    .accepted(),
];

/// `protocols::http`
pub(crate) const HTTP: &[Key] = &[
    Key::new("enabled", Flag, "true", "whether it is spoken at all"),
    Key::new("endpoint", Listen, "localhost:4318", "where it listens"),
    Key::new(
        "transport",
        Choice(&["tcp"], &["tcp4", "tcp6", "unix"]),
        "tcp",
        NO_TRANSPORT,
    ),
    Key::new(
        "dialer",
        Any,
        "",
        "tunes outgoing connections, of which a server makes none",
    )
    .accepted(),
    Key::new(
        "max_request_body_size",
        Count(0, 2048 * MIB),
        "20971520",
        "largest body in bytes, decompressed; 0 is the default",
    ),
    Key::new(
        "include_metadata",
        Flag,
        "false",
        "whether policies may see the request's headers",
    ),
    Key::new(
        "compression_algorithms",
        Choices(
            &["", "gzip", "zstd", "zlib", "deflate"],
            &["snappy", "x-snappy-framed", "lz4"],
        ),
        "",
        "content encodings that are accepted: gzip, zstd, zlib and deflate when none is named",
    ),
    Key::new("logs_url_path", Text, "/v1/logs", "path of log requests"),
    Key::new(
        "traces_url_path",
        Text,
        "/v1/traces",
        "path of trace requests",
    ),
    Key::new(
        "metrics_url_path",
        Text,
        "/v1/metrics",
        "path of metric requests",
    ),
    Key::new(
        "response_headers",
        Headers,
        "",
        "headers added to every answer",
    ),
    Key::new(
        "read_timeout",
        Duration,
        "0",
        "time for the body of a request; 0 is 30s",
    ),
    Key::new(
        "read_header_timeout",
        Duration,
        "1m",
        "time for the headers of a request; 0 is `read_timeout`, or 1m without one",
    ),
    Key::new(
        "write_timeout",
        Duration,
        "30s",
        "how long a client may take nothing of an answer; 0 is for ever",
    ),
    Key::new(
        "idle_timeout",
        Duration,
        "1m",
        "time between two requests of a connection; 0 is `read_timeout`, or for ever without one",
    ),
    Key::new(
        "keep_alives_enabled",
        Flag,
        "true",
        "whether a connection serves more than one request",
    ),
    Key::new("cors", Section(CORS), "", "browsers of other origins")
        .refused("browsers are not served: CORS is not offered yet"),
    Key::new(
        "tls",
        Section(SERVER_TLS),
        "",
        "TLS of the server; plain text without it",
    ),
    Key::new(
        "auth",
        Section(AUTH),
        "",
        "who may send; everybody without it",
    ),
    Key::new("middlewares", Any, "", "extensions that see each request").refused(NO_MIDDLEWARE),
];

const CORS: &[Key] = &[
    Key::new("allowed_origins", Texts, "", "origins that may ask"),
    Key::new("allowed_headers", Texts, "", "headers that they may send"),
    Key::new("exposed_headers", Texts, "", "headers that they may read"),
    Key::new(
        "max_age",
        Count(0, 1 << 40),
        "0",
        "seconds that an answer holds",
    ),
];
