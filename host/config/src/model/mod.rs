//! The configuration as meant: what the rest of the program works with. Nothing here remembers how it was written.

mod endpoint;
mod exporter;
mod id;
mod receiver;
mod secret;
mod service;
mod stage;

pub use endpoint::Endpoint;
pub(crate) use exporter::signal_url;
pub use exporter::{
    ClientTls, Compression, DebugExporter, Encoding, Exporter, FileExporter, OtlpGrpcExporter,
    OtlpHttpExporter, Retry, TlsVersion, Verbosity,
};
pub use id::ComponentId;
pub use receiver::{GrpcServer, HttpServer, OtlpReceiver, RequestCompression};
pub use secret::Secret;
pub use service::{Compat, LogEncoding, LogLevel, Pipeline, Telemetry};
pub use stage::{Component, Gate, OnError, Stage};

/// A whole configuration. Everything a pipeline names is defined, and nothing is left to check but what only a component
/// itself can know.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Receivers, in the order of the file.
    pub receivers: Vec<(ComponentId, OtlpReceiver)>,
    /// Policies with their limits, in the order of the file. A stage may stand in several pipelines.
    pub processors: Vec<(ComponentId, Stage)>,
    /// Exporters, in the order of the file.
    pub exporters: Vec<(ComponentId, Exporter)>,
    /// Pipelines, in the order of the file.
    pub pipelines: Vec<Pipeline>,
    /// The program's own logs.
    pub telemetry: Telemetry,
    /// Whose answers the policies give.
    pub compat: Compat,
}
