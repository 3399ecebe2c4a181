//! What is passed through a configuration.

use std::sync::Arc;

use bytes::Bytes;
use tollgate_record::{RequestContext, Signal};

/// One export request.
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// Its signal.
    pub signal: Signal,
    /// The request, in protobuf.
    pub wire: Bytes,
    /// Where it was read: a file, or a file and a line.
    pub source: String,
    /// What is known of the client.
    pub context: Arc<RequestContext>,
}

impl Telemetry {
    /// A request of which nothing else is known.
    #[must_use]
    pub fn new(signal: Signal, wire: impl Into<Bytes>, source: impl Into<String>) -> Self {
        Self {
            signal,
            wire: wire.into(),
            source: source.into(),
            context: Arc::default(),
        }
    }
}
