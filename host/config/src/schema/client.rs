//! What clients have in common.

use super::Key;
use super::Kind::{Any, Choice, Count, Duration, Flag, Number, Path, Secret, Section, Text, Texts};

/// `retry_on_failure`
pub(super) const RETRY: &[Key] = &[
    Key::new("enabled", Flag, "true", "whether there is a second try"),
    Key::new(
        "initial_interval",
        Duration,
        "5s",
        "wait before the second try",
    ),
    Key::new(
        "randomization_factor",
        Number(0.0, 1.0),
        "0.5",
        "share by which each wait is randomised, either way",
    ),
    Key::new(
        "multiplier",
        Number(0.0, 1e6),
        "1.5",
        "factor from one wait to the next",
    ),
    Key::new("max_interval", Duration, "30s", "the longest wait"),
    Key::new(
        "max_elapsed_time",
        Duration,
        "5m",
        "when to give up; 0 is never, and so it is behind a queue with `storage` where nothing is written",
    ),
];

/// `sending_queue`
pub(super) const QUEUE: &[Key] = &[
    Key::new("enabled", Flag, "true", "whether there is one"),
    Key::new(
        "num_consumers",
        Count(1, 1 << 16),
        "10",
        "requests that are sent at once",
    ),
    Key::new("queue_size", Count(1, 1 << 50), "1000", "how much it holds"),
    Key::new(
        "sizer",
        Choice(&["requests", "items", "bytes"], &[]),
        "requests",
        "what its size counts",
    ),
    Key::new(
        "block_on_overflow",
        Flag,
        "false",
        "whether a request waits while it is full, instead of being refused for now",
    ),
    Key::new(
        "wait_for_result",
        Flag,
        "",
        "whether the client waits for the exporter: true without `storage`, false with it",
    ),
    Key::new(
        "storage",
        Text,
        "",
        "the `file_storage` that keeps it; without one it is in memory",
    ),
    Key::new(
        "batch",
        Section(QUEUE_BATCH),
        "",
        "requests are put together before they are sent",
    ),
];

const QUEUE_BATCH: &[Key] = &[
    Key::new("enabled", Flag, "true", "whether they are"),
    Key::new(
        "flush_timeout",
        Duration,
        "200ms",
        "the longest that a request waits for others",
    ),
    Key::new(
        "min_size",
        Count(0, 1 << 40),
        "8192",
        "from this size on nothing waits",
    ),
    Key::new(
        "max_size",
        Count(0, 1 << 40),
        "0",
        "the largest that is sent at once; 0 is no limit",
    ),
    Key::new(
        "sizer",
        Choice(&["items", "bytes"], &[]),
        "",
        "what the sizes count: what those of the queue do, or items where these count requests",
    ),
    Key::new("partition", Any, "", "what is kept apart")
        .refused("queued requests are put together whatever their client's metadata"),
];

/// `auth` of a client or a server
pub(super) const AUTH: &[Key] = &[
    Key::new(
        "authenticator",
        Text,
        "",
        "the extension, by its id; it is named under `service: {extensions: [...]}`, too",
    )
    .required(),
    Key::new(
        "request_params",
        Texts,
        "",
        "parameters of the URL to look at",
    )
    .refused("only headers are looked at"),
];

/// `gate` of an exporter
pub(super) const EXPORTER_GATE: &[Key] = &[
    Key::new(
        "required",
        Flag,
        "true",
        "whether a client is answered only when this exporter, or its queue, has what it sent",
    ),
    Key::new(
        "on_rejected",
        Choice(&["drop", "file"], &[]),
        "drop",
        "what becomes of records that the destination refuses for ever",
    ),
    Key::new(
        "rejected_file",
        Path,
        "",
        "where they go with `on_rejected: file`; `NAME.rejected.jsonl` in the folder of the queue when it is not written",
    ),
];

/// `tls` of a client
pub(super) const TLS: &[Key] = &[
    Key::new(
        "insecure",
        Flag,
        "false",
        "no TLS over gRPC; over HTTP the URL decides",
    ),
    Key::new(
        "insecure_skip_verify",
        Flag,
        "false",
        "accept any certificate",
    ),
    Key::new(
        "server_name_override",
        Text,
        "",
        "name to expect in the certificate instead of the host's",
    ),
    Key::new(
        "ca_file",
        Path,
        "",
        "authorities that may have signed it, instead of the system's",
    ),
    Key::new("ca_pem", Text, "", "the same, inline"),
    Key::new(
        "include_system_ca_certs_pool",
        Flag,
        "false",
        "the system's authorities besides",
    ),
    Key::new("cert_file", Path, "", "certificate of the client"),
    Key::new("cert_pem", Text, "", "the same, inline"),
    Key::new("key_file", Path, "", "key of the client"),
    Key::new("key_pem", Secret, "", "the same, inline"),
    Key::new(
        "min_version",
        Choice(&["1.2", "1.3", ""], &["1.0", "1.1"]),
        "1.2",
        "the oldest version that is spoken",
    ),
    Key::new(
        "max_version",
        Choice(&["1.3", ""], &["1.0", "1.1", "1.2"]),
        "",
        "the newest version that is spoken",
    ),
    Key::new("cipher_suites", Texts, "", "suites of TLS 1.2")
        .refused("the suites of rustls are used, all of which are sound"),
    Key::new(
        "include_insecure_cipher_suites",
        Flag,
        "false",
        "suites that are broken besides",
    )
    .only("false", "suites that are broken are not spoken"),
    Key::new("curve_preferences", Texts, "", "curves by preference")
        .refused("the preferences of rustls are used"),
    Key::new(
        "reload_interval",
        Duration,
        "0",
        "after how long the certificate is read again; 0 is never",
    ),
    Key::new("tpm", Any, "", "keys in a trusted platform module")
        .off("keys in a trusted platform module are not offered"),
];

/// `keepalive` of a gRPC client
pub(super) const KEEPALIVE: &[Key] = &[
    Key::new("enabled", Flag, "true", "whether it holds").accepted(),
    Key::new(
        "time",
        Duration,
        "10s",
        "how often a quiet server is pinged",
    )
    .accepted(),
    Key::new("timeout", Duration, "10s", "how long its answer may take").accepted(),
    Key::new(
        "permit_without_stream",
        Flag,
        "false",
        "whether it is pinged without requests",
    )
    .accepted(),
];
