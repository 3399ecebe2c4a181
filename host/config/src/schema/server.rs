//! What servers have in common.

use super::Key;
use super::Kind::{Any, Choice, Duration, Flag, Path, Secret, Text, Texts};

/// `tls` of a server
pub(super) const SERVER_TLS: &[Key] = &[
    Key::new("cert_file", Path, "", "certificate of the server"),
    Key::new("cert_pem", Text, "", "the same, inline"),
    Key::new("key_file", Path, "", "key of the server"),
    Key::new("key_pem", Secret, "", "the same, inline"),
    Key::new(
        "client_ca_file",
        Path,
        "",
        "authorities that must have signed the certificate of every client; without them clients show none",
    ),
    Key::new(
        "client_ca_file_reload",
        Flag,
        "false",
        "whether that file is read again when it changes",
    ),
    Key::new(
        "ca_file",
        Path,
        "",
        "authorities of servers, which a server does not need",
    )
    .accepted(),
    Key::new("ca_pem", Text, "", "likewise").accepted(),
    Key::new("include_system_ca_certs_pool", Flag, "false", "likewise").accepted(),
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
    Key::new(
        "reload_interval",
        Duration,
        "0",
        "after how long certificate and key are read again; 0 is never",
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
    Key::new("tpm", Any, "", "keys in a trusted platform module")
        .off("keys in a trusted platform module are not offered"),
];
