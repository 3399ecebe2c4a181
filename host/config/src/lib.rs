//! Configuration in the Collector's YAML dialect: text in, meaning or diagnostics out.

mod model;

pub use model::{
    ClientTls, Compat, Component, ComponentId, Compression, Config, DebugExporter, Encoding,
    Endpoint, Exporter, FileExporter, Gate, GrpcServer, HttpServer, LogEncoding, LogLevel, OnError,
    OtlpGrpcExporter, OtlpHttpExporter, OtlpReceiver, Pipeline, RequestCompression, Retry, Secret,
    Stage, Telemetry, TlsVersion, Verbosity,
};
