use super::Key;
use super::Kind::{
    Any, Choice, Count, Duration, Flag, HeaderName, HeaderValue, HeaderValues, Headers, Listen,
    Path, Permissions, Secret, Section, Sections, Size, Text,
};

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

/// The `file_storage` extension.
pub(crate) const FILE_STORAGE: &[Key] = &[
    Key::new(
        "directory",
        Path,
        "/var/lib/otelcol/file_storage",
        "the folder; a relative path is relative to the working directory",
    ),
    Key::new(
        "create_directory",
        Flag,
        "true",
        "whether a missing folder is created",
    ),
    Key::new(
        "directory_permissions",
        Permissions,
        "0750",
        "permissions of a folder that is created",
    ),
    Key::new(
        "fsync",
        Flag,
        "true",
        "whether what is acknowledged is on the disk, and not only with the operating system",
    ),
    Key::new(
        "timeout",
        Duration,
        "1s",
        "a lock is had at once or not at all",
    )
    .accepted(),
    Key::new(
        "max_size",
        Size,
        "0",
        "what the folder may hold; 0 is what the disk has",
    ),
    Key::new(
        "compaction",
        Section(COMPACTION),
        "",
        "space is given back by removing whole files",
    )
    .accepted(),
    Key::new(
        "recreate",
        Flag,
        "false",
        "damage costs what it hit, and never the start",
    )
    .accepted(),
    Key::new(
        "gate",
        Section(STORAGE_GATE),
        "",
        "what the gate makes of it",
    ),
];

const COMPACTION: &[Key] = &[
    Key::new("on_start", Flag, "false", "whether it is done at the start").accepted(),
    Key::new("on_rebound", Flag, "false", "whether it is done later").accepted(),
    Key::new(
        "directory",
        Path,
        "/var/lib/otelcol/file_storage",
        "where it keeps what it needs meanwhile",
    )
    .accepted(),
    Key::new(
        "rebound_needed_threshold_mib",
        Count(0, 1 << 40),
        "100",
        "a size from which on it is needed",
    )
    .accepted(),
    Key::new(
        "rebound_trigger_threshold_mib",
        Count(0, 1 << 40),
        "10",
        "a size below which it begins",
    )
    .accepted(),
    Key::new(
        "max_transaction_size",
        Count(0, 1 << 40),
        "65536",
        "what it moves at once",
    )
    .accepted(),
    Key::new(
        "check_interval",
        Duration,
        "5s",
        "how often it is thought of",
    )
    .accepted(),
    Key::new(
        "cleanup_on_start",
        Flag,
        "false",
        "whether what it left behind is removed",
    )
    .accepted(),
];

const STORAGE_GATE: &[Key] = &[Key::new(
    "max_size",
    Size,
    "",
    "the same as `max_size` beside it",
)];

/// The `bearertokenauth` extension.
pub(crate) const BEARER_TOKEN: &[Key] = &[
    Key::new(
        "header",
        HeaderName,
        "authorization",
        "the header that holds the token",
    ),
    Key::new("scheme", Text, "Bearer", "the word before the token"),
    Key::new("token", HeaderValue, "", "the token"),
    Key::new(
        "tokens",
        HeaderValues,
        "",
        "tokens, any of which a receiver takes; an exporter sends the first",
    ),
    Key::new(
        "filename",
        Path,
        "",
        "a file of tokens, one a line, which is read again when it changes; it counts before `token`",
    ),
    Key::new(
        "retry_on_failure",
        Section(FILE_RETRY),
        "",
        "whether a missing file is waited for",
    )
    .off("the file has to be there at the start"),
    Key::new(
        "wait_for_token_file",
        Flag,
        "false",
        "the file is always read before anything starts",
    )
    .accepted(),
];

const FILE_RETRY: &[Key] = &[
    Key::new("enabled", Flag, "false", "whether it is").accepted(),
    Key::new(
        "initial_interval",
        Duration,
        "",
        "wait before the second try",
    )
    .accepted(),
    Key::new("max_retries", Count(0, 1 << 40), "", "tries at most").accepted(),
    Key::new("offset", Duration, "", "wait between later tries").accepted(),
];

/// The `basicauth` extension.
pub(crate) const BASIC_AUTH: &[Key] = &[
    Key::new("htpasswd", Section(HTPASSWD), "", "whom a receiver lets in"),
    Key::new(
        "client_auth",
        Section(CLIENT_AUTH),
        "",
        "as whom an exporter sends",
    ),
];

const HTPASSWD: &[Key] = &[
    Key::new(
        "file",
        Path,
        "",
        "a file as Apache's `htpasswd` writes it, which is read again when it changes",
    ),
    Key::new(
        "inline",
        Secret,
        "",
        "lines of such a file; they count before the file's",
    ),
];

const CLIENT_AUTH: &[Key] = &[
    Key::new("username", Text, "", "the name"),
    Key::new("password", Secret, "", "the password"),
    Key::new(
        "username_file",
        Path,
        "",
        "a file that holds the name instead",
    ),
    Key::new(
        "password_file",
        Path,
        "",
        "a file that holds the password instead",
    ),
];

/// The `headers_setter` extension.
pub(crate) const HEADERS_SETTER: &[Key] = &[
    Key::new(
        "headers",
        Sections(HEADER),
        "",
        "what is done to the headers of each request, in this order",
    )
    .required(),
    Key::new("additional_auth", Text, "", "another extension beside it")
        .refused("one extension is asked: put its header among `headers`"),
];

const HEADER: &[Key] = &[
    Key::new("key", HeaderName, "", "the header").required(),
    Key::new(
        "action",
        Choice(&["insert", "update", "upsert", "delete"], &[]),
        "upsert",
        "what is done to it",
    ),
    Key::new("value", HeaderValue, "", "its value"),
    Key::new(
        "value_file",
        Path,
        "",
        "a file that holds its value, which is read again when it changes",
    ),
    Key::new(
        "from_context",
        HeaderName,
        "",
        "the client's metadata that hold its value; the receiver needs `include_metadata: true`",
    ),
    Key::new(
        "default_value",
        HeaderValue,
        "",
        "its value where the client sent none",
    ),
    Key::new(
        "from_attribute",
        Text,
        "",
        "what an authenticator found out",
    )
    .refused("what authenticators find out is not handed on"),
];
