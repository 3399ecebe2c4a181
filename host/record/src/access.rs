//! What one stage may do, what a request brings along, and how large a batch may be.

use crate::{Fields, Signal, Value};

/// The rights of one stage for one signal, from its manifest.
///
/// A right to write a value covers what lies inside it: who may set `attributes["a"]` may set `attributes["a"]["b"]`. A right to
/// read does not: leaves are delivered as cells of their own only where they were asked for.
///
/// Span events, links and exemplars are nodes of the view of those stages that name a field of theirs.
#[derive(Debug, Clone)]
pub struct Access {
    /// Fields the stage is shown.
    pub reads: Fields,
    /// Fields the stage may change.
    pub writes: Fields,
    /// Whether it may drop nodes.
    pub drops: bool,
    /// Whether it may add nodes.
    pub adds: bool,
}

impl Access {
    /// Whether nothing is asked for: such a stage has no reason to be called.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reads.is_empty() && self.writes.is_empty() && !self.drops && !self.adds
    }
}

/// What a manifest grants beside the rights for one signal: the names that an outcome may point at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grant<'a> {
    /// How many rules there are.
    pub rules: usize,
    /// How many destinations a route may name.
    pub routes: usize,
    /// The policy's own metrics.
    pub instruments: &'a [Instrument],
    /// Signals of its emissions.
    pub emits: &'a [Signal],
}

/// So many rules, and nothing else.
impl From<usize> for Grant<'_> {
    fn from(rules: usize) -> Self {
        Self {
            rules,
            ..Self::default()
        }
    }
}

/// A metric of a policy's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Name, as in OpenTelemetry.
    pub name: String,
    /// Unit, in UCUM's spelling.
    pub unit: String,
    /// One sentence.
    pub description: String,
    /// What it does with what is added to it.
    pub kind: InstrumentKind,
}

/// What an instrument does with what is added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstrumentKind {
    /// Sums additions up.
    DeltaSum,
    /// Counts them by size.
    Histogram,
    /// Keeps the last.
    Gauge,
}

/// What is known of the request beside its bytes: the cells of node 0. Policies read them and cannot change them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RequestContext {
    /// Client metadata: keys in lower case, with their values. A key with several values is delivered as an array.
    pub metadata: Vec<(String, Vec<String>)>,
    /// Client metadata that prove who the client is. No policy sees them; they are for those who pass them on.
    pub credentials: Vec<(String, Vec<String>)>,
    /// What the authenticator said about the client.
    pub auth: Vec<(String, Value)>,
    /// Address of the client.
    pub client_address: Option<String>,
}

/// How large a batch may be. The bytes themselves are limited where they are received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Nodes and embedded messages of interest.
    pub nodes: usize,
    /// Cells.
    pub cells: usize,
    /// `AnyValue` messages inside each other.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nodes: 1 << 20,
            cells: 2 << 20,
            depth: 64,
        }
    }
}
