//! What the operator decides about one stage.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Whose behaviour the operator asked for, where a policy deliberately differs from the Collector component of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compat {
    /// The policy's own.
    #[default]
    Tollgate,
    /// The Collector component's, exactly.
    Collector,
}

/// What one instance may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time for one call of `process`.
    pub time: Duration,
    /// Bytes of memory and tables, over the life of the instance.
    pub memory: u64,
    /// Bytes that one answer may bring out of the guest. `None` allows a few times the size of the view.
    pub outcome: Option<u64>,
    /// Calls of host functions during one call.
    pub host_calls: u32,
}

impl Limits {
    /// `configure` compiles patterns and reads tables, once for each instance: it gets many times the time of a batch.
    pub(crate) fn time_to_configure(&self) -> Duration {
        const AT_LEAST: Duration = Duration::from_secs(2);
        self.time.saturating_mul(10).max(AT_LEAST)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_millis(50),
            memory: 64 << 20,
            outcome: None,
            host_calls: 10_000,
        }
    }
}

/// One stage: what its policy is told, and what it may use. Shared by the stage's instances.
#[derive(Clone, Default)]
pub struct StageSettings {
    /// The stage's id, such as `redaction/strict`, for log lines.
    pub stage: String,
    /// The policy's configuration, as JSON.
    pub config: String,
    /// Whose behaviour was asked for.
    pub compat: Compat,
    /// What an instance may use.
    pub limits: Limits,
    /// Files that the policy may read while it is configured, by name.
    pub files: Vec<(String, Arc<[u8]>)>,
    /// Keys of pseudonyms, by name. They never enter a guest.
    pub keys: Vec<(String, Vec<u8>)>,
    /// Whether texts of log lines and errors are shown. They may hold content of records.
    pub show_logs: bool,
}

/// Keys and configuration may be secrets: names and sizes are all that is shown.
impl fmt::Debug for StageSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |name: &String| name.clone();
        f.debug_struct("StageSettings")
            .field("stage", &self.stage)
            .field("config_bytes", &self.config.len())
            .field("compat", &self.compat)
            .field("limits", &self.limits)
            .field(
                "files",
                &self
                    .files
                    .iter()
                    .map(|(name, _)| names(name))
                    .collect::<Vec<_>>(),
            )
            .field(
                "keys",
                &self
                    .keys
                    .iter()
                    .map(|(name, _)| names(name))
                    .collect::<Vec<_>>(),
            )
            .field("show_logs", &self.show_logs)
            .finish()
    }
}
