//! Memcached: a command is one line, and what follows it is data.

/// The command without its data.
pub(super) fn obfuscated(command: &str) -> String {
    command
        .split('\n')
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}
