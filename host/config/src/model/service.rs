use std::time::Duration;

use super::ComponentId;

/// A pipeline: records of one signal from receivers through policies to exporters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// `logs`, `traces` or `metrics`, with or without a name.
    pub id: ComponentId,
    /// Where records come from; at least one. A connector may be among them.
    pub receivers: Vec<ComponentId>,
    /// What they pass, in this order; may be empty.
    pub processors: Vec<ComponentId>,
    /// Where they go, to each of them; at least one. A connector may be among them.
    pub exporters: Vec<ComponentId>,
}

/// Whose answers the policies give where ours differ on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compat {
    /// Our own.
    #[default]
    None,
    /// The Collector's.
    Collector,
}

/// What the process takes of the machine, and how it ends: `service::gate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Lanes; none is as many as the process may use CPUs.
    pub lanes: Option<u32>,
    /// Bytes of requests that may be in flight; none is a share of the memory that the process may use.
    pub bytes_in_flight: Option<u64>,
    /// How long a stop waits for what is in flight.
    pub drain_timeout: Duration,
}

impl Default for Process {
    fn default() -> Self {
        Self {
            lanes: None,
            bytes_in_flight: None,
            drain_timeout: Duration::from_secs(30),
        }
    }
}
