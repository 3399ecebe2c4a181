use super::Key;
use super::Kind::{Any, Choice, Count, Duration, Flag, Path, Paths, Secrets, Section, Size};

/// A policy of the user's own.
pub(crate) const WASM: &[Key] = &[
    Key::new(
        "component",
        Path,
        "",
        "the component; a relative path is relative to the configuration file",
    )
    .required(),
    Key::new(
        "config",
        Any,
        "",
        "what the policy is configured with, handed on as it is",
    ),
    Key::new("gate", Section(GATE), "", "what the host allows it"),
];

/// What the host allows a stage. The key `gate` of every processor.
pub(crate) const GATE: &[Key] = &[
    Key::new(
        "on_error",
        Choice(&["reject", "drop", "pass"], &[]),
        "reject",
        "what becomes of a record that the policy failed for",
    ),
    Key::new("time", Duration, "50ms", "time for one call"),
    Key::new("memory", Size, "64MiB", "memory of one instance"),
    Key::new(
        "outcome",
        Size,
        "",
        "the largest answer; a few times what the policy was shown when it is not written",
    ),
    Key::new(
        "host_calls",
        Count(0, u32::MAX as u64),
        "10000",
        "calls of the host during one call",
    ),
    Key::new(
        "files",
        Paths,
        "",
        "files that the policy may read at start, by name; relative to the configuration file",
    ),
    Key::new(
        "keys",
        Secrets,
        "",
        "keys for pseudonyms, by name; the policy never sees them",
    ),
    Key::new(
        "logs",
        Flag,
        "false",
        "whether texts of the policy's log lines are shown; they may hold content of records",
    ),
    Key::new(
        "ensure",
        Any,
        "",
        "regular expressions that nothing may match that leaves after this stage, or `redaction` for the stage's own rules",
    ),
    Key::new(
        "accept_leaks",
        Flag,
        "false",
        "whether `redaction` may pass on what it failed for, with `on_error: pass`",
    ),
];
