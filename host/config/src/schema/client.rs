//! What clients have in common.

use super::Key;
use super::Kind::{Any, Choice, Count, Duration, Flag, Number, Path, Secret, Text, Texts};

const NO_PEM_RELOAD: &str = "certificates are read once, at start";

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
        "when to give up; 0 is never",
    ),
];

/// `sending_queue`
pub(super) const QUEUE: &[Key] = &[
    Key::new("enabled", Flag, "true", "whether there is one"),
    Key::new("num_consumers", Count(0, 1 << 20), "10", "requests at once").accepted(),
    Key::new("queue_size", Count(0, 1 << 40), "1000", "its size").accepted(),
    Key::new(
        "sizer",
        Choice(&["requests", "items", "bytes"], &[]),
        "requests",
        "what its size counts",
    )
    .accepted(),
    Key::new(
        "block_on_overflow",
        Flag,
        "false",
        "whether a full queue waits",
    )
    .accepted(),
    Key::new("wait_for_result", Flag, "false", "whether the client waits").accepted(),
    Key::new("storage", Text, "", "extension that keeps it").accepted(),
    Key::new("batch", Any, "", "how requests are merged").accepted(),
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
    Key::new("curve_preferences", Texts, "", "curves by preference")
        .refused("the preferences of rustls are used"),
    Key::new(
        "reload_interval",
        Duration,
        "0",
        "when certificates are read again",
    )
    .only("0", NO_PEM_RELOAD),
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
