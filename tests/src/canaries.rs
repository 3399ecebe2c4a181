//! Secrets that tests plant, and where they must never turn up.
//!
//! There is one list. Whoever plants a secret takes it from here; the gates that tests start leave their logs, metrics and queues in one
//! folder; and after the whole run that folder is searched for all of them.

/// What stands in the telemetry of the coding agents, and in nothing else that is sent or written: documentation examples all.
pub const PLANTED: &[&str] = &[
    "jane.doe@example.com",
    "AKIAIOSFODNN7EXAMPLE",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "078-05-1120",
    "fake-token-0123456789abcdef",
    "10.20.30.40",
];

/// How the keys of the chaos harness begin; eleven digits follow.
pub const CHAOS_KEY: &str = "AKIACHAOS";

/// How its tokens begin; twelve digits follow.
pub const CHAOS_TOKEN: &str = "canary-";

/// What a client has to show to be let in.
pub const CREDENTIAL: &str = "a-token-that-nobody-may-see";

/// Every secret, or what it begins with.
pub fn all() -> impl Iterator<Item = &'static str> {
    PLANTED
        .iter()
        .copied()
        .chain([CHAOS_KEY, CHAOS_TOKEN, CREDENTIAL])
}

/// The first secret in a text.
#[must_use]
pub fn first_in(text: &[u8]) -> Option<&'static str> {
    all().find(|secret| memchr::memmem::find(text, secret.as_bytes()).is_some())
}
