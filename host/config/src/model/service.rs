use super::ComponentId;

/// A pipeline: records of one signal from receivers through policies to exporters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// `logs`, `traces` or `metrics`, with or without a name.
    pub id: ComponentId,
    /// Where records come from; at least one.
    pub receivers: Vec<ComponentId>,
    /// The policies that they pass, in this order; may be empty.
    pub processors: Vec<ComponentId>,
    /// Where they go, to each of them; at least one.
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

/// The program's own telemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Telemetry {
    /// Log lines below this level are left out.
    pub log_level: LogLevel,
    /// How a log line looks.
    pub log_encoding: LogEncoding,
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum LogLevel {
    /// For whoever looks for a mistake in the program.
    Debug,
    /// For the operator.
    #[default]
    Info,
    /// Something to look at.
    Warn,
    /// Something to mend.
    Error,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogEncoding {
    /// For people.
    #[default]
    Console,
    /// An object a line.
    Json,
}
