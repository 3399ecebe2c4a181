use std::path::PathBuf;
use std::time::Duration;

use super::Secret;

/// A policy at its place, with its configuration and its limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Where the policy comes from.
    pub component: Component,
    /// What the policy is configured with: an object, in the order of the file, variables expanded.
    pub config: serde_json::Value,
    /// What the host allows it.
    pub gate: Gate,
}

/// Where a policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Component {
    /// It ships with the product, under this name.
    Stock(String),
    /// It lies in a file. A path that was written relative to the configuration file has that file's folder before it.
    File(PathBuf),
}

/// Settings of the host for one stage: the reserved key `gate`.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// What becomes of a record that the policy failed for.
    pub on_error: OnError,
    /// Time for one call.
    pub time: Duration,
    /// Bytes of memory for one instance.
    pub memory: u64,
    /// Bytes of the largest outcome; none is a few times the view.
    pub outcome: Option<u64>,
    /// Calls of host functions during one call.
    pub host_calls: u32,
    /// Files that the policy may read while it is configured, by the name that it asks for. A path that was written relative
    /// to the configuration file has that file's folder before it.
    pub files: Vec<(String, PathBuf)>,
    /// Keys for pseudonyms, by the name that the policy asks for. The policy never sees the key itself.
    pub keys: Vec<(String, Secret)>,
    /// Whether the texts of the policy's log lines are shown. They may hold content of records.
    pub logs: bool,
    /// What must not be left in anything that passed the stage, when it leaves the gate.
    pub ensure: Ensure,
}

impl Gate {
    /// Time for one call unless the file says otherwise.
    pub const TIME: Duration = Duration::from_millis(50);
    /// Memory of an instance unless the file says otherwise.
    pub const MEMORY: u64 = 64 << 20;
    /// Calls of host functions during one call unless the file says otherwise.
    pub const HOST_CALLS: u32 = 10_000;
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            on_error: OnError::default(),
            time: Self::TIME,
            memory: Self::MEMORY,
            outcome: None,
            host_calls: Self::HOST_CALLS,
            files: Vec::new(),
            keys: Vec::new(),
            logs: false,
            ensure: Ensure::Nothing,
        }
    }
}

/// What becomes of a record that a policy failed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnError {
    /// It is not exported, counted, and the client is told.
    #[default]
    Reject,
    /// It is not exported and counted; the client is not told.
    Drop,
    /// It goes on as it came.
    Pass,
}

/// What the host looks for itself in what passed a stage, when it leaves the gate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Ensure {
    /// Nothing.
    #[default]
    Nothing,
    /// Texts that match one of these regular expressions.
    Patterns(Vec<String>),
    /// What the stage's own rules would still find: `ensure: redaction`, of a `redaction` stage.
    Rules,
}
