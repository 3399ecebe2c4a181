//! What a policy answers, as columns: the host's form of `outcome` in `wit/policy.wit`. Nothing in here is believed before
//! [`crate::Batch::check`] has seen it.

use crate::Signal;

/// Changes a policy asks for. See `wit/policy.wit` for the meaning of each column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edits {
    /// 0 set, 1 put, 2 delete, 3 rename, 4 add.
    pub op: Vec<u8>,
    /// View index of a cell (set, delete, rename) or of a node (put, add).
    pub target: Vec<u32>,
    /// Index into `fields`, for put.
    pub field: Vec<u32>,
    /// Kind of the value.
    pub kind: Vec<u8>,
    /// The value: number or span of `text`.
    pub value: Vec<u64>,
    /// Index into the manifest's rules.
    pub rule: Vec<u32>,
    /// Spans of `text`: the paths that put writes.
    pub fields: Vec<u64>,
    /// What spans point into.
    pub text: Vec<u8>,
}

/// What becomes of nodes. See `wit/policy.wit`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgements {
    /// View index of the node.
    pub node: Vec<u32>,
    /// 0 keep, 1 drop, 2 hold, 3 route, 4 fail.
    pub verdict: Vec<u8>,
    /// Index into the manifest's rules.
    pub rule: Vec<u32>,
    /// Index into `route_sets`, for route.
    pub argument: Vec<u32>,
    /// Sets of indices into the manifest's routes.
    pub route_sets: Vec<Vec<u32>>,
}

/// One addition to an instrument of the manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Index into the manifest's instruments.
    pub instrument: u32,
    /// What is added, recorded or set.
    pub value: f64,
    /// Attributes of the series.
    pub attributes: Vec<(String, String)>,
}

/// New telemetry.
#[derive(Debug, Clone, PartialEq)]
pub struct Emission {
    /// The signal of the request.
    pub signal: Signal,
    /// An OTLP export request, in protobuf.
    pub request: Vec<u8>,
}

/// What a policy answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// What becomes of nodes.
    pub judgements: Judgements,
    /// What changes.
    pub edits: Edits,
    /// Additions to the policy's own instruments.
    pub measurements: Vec<Measurement>,
    /// New telemetry.
    pub emissions: Vec<Emission>,
}
