//! What one stage may do, what a request brings along, and how large a batch may be.

use crate::{Fields, Value};

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
}

/// What is known of the request beside its bytes: the cells of node 0. Policies read them and cannot change them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RequestContext {
    /// Client metadata: keys in lower case, with their values. A key with several values is delivered as an array.
    pub metadata: Vec<(String, Vec<String>)>,
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
