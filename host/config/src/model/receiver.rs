use std::time::Duration;

use super::Secret;

/// Settings of an `otlp` receiver. At least one protocol is there.
#[derive(Debug, Clone, PartialEq)]
pub struct OtlpReceiver {
    /// OTLP/gRPC.
    pub grpc: Option<GrpcServer>,
    /// OTLP/HTTP, protobuf and JSON.
    pub http: Option<HttpServer>,
}

/// Settings of an OTLP/gRPC server.
#[derive(Debug, Clone, PartialEq)]
pub struct GrpcServer {
    /// `host:port` to listen on.
    pub endpoint: String,
    /// Bytes of the largest message, decompressed.
    pub max_message_size: u64,
    /// Streams that one connection may have open; none is no limit of ours.
    pub max_concurrent_streams: Option<u32>,
    /// Whether the request's metadata are handed to policies.
    pub include_metadata: bool,
}

/// Settings of an OTLP/HTTP server. A duration that is none is no limit.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpServer {
    /// `host:port` to listen on.
    pub endpoint: String,
    /// Bytes of the largest body, decompressed.
    pub max_request_body_size: u64,
    /// Whether the request's headers are handed to policies.
    pub include_metadata: bool,
    /// Content encodings that are accepted; bodies without one always are.
    pub compression_algorithms: Vec<RequestCompression>,
    /// Path of log requests.
    pub logs_url_path: String,
    /// Path of trace requests.
    pub traces_url_path: String,
    /// Path of metric requests.
    pub metrics_url_path: String,
    /// Headers added to every answer.
    pub response_headers: Vec<(String, Secret)>,
    /// Time for a whole request.
    pub read_timeout: Option<Duration>,
    /// Time for the headers of a request.
    pub read_header_timeout: Option<Duration>,
    /// Time for writing an answer.
    pub write_timeout: Option<Duration>,
    /// Time between two requests of a connection.
    pub idle_timeout: Option<Duration>,
    /// Whether a connection serves more than one request.
    pub keep_alives: bool,
}

/// A content encoding that an HTTP server may accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestCompression {
    /// `gzip`
    Gzip,
    /// `zstd`
    Zstd,
    /// `deflate`, which is the zlib format
    Deflate,
    /// `zlib`, the same format under the name that the Collector also accepts
    Zlib,
}
