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
