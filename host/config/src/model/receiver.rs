use std::time::Duration;

use super::{Secret, ServerAuth, ServerTls};

const MIB: u64 = 1 << 20;

/// Settings of an `otlp` receiver. At least one protocol is there.
#[derive(Debug, Clone, PartialEq)]
pub struct OtlpReceiver {
    /// OTLP/gRPC.
    pub grpc: Option<GrpcServer>,
    /// OTLP/HTTP, protobuf and JSON.
    pub http: Option<HttpServer>,
}

impl Default for OtlpReceiver {
    /// Both protocols at their defaults.
    fn default() -> Self {
        Self {
            grpc: Some(GrpcServer::default()),
            http: Some(HttpServer::default()),
        }
    }
}

/// Settings of an OTLP/gRPC server.
#[derive(Debug, Clone, PartialEq)]
pub struct GrpcServer {
    /// `host:port` to listen on; port 0 is any.
    pub endpoint: String,
    /// Bytes of the largest message, decompressed.
    pub max_message_size: u64,
    /// Streams that one connection may have open; none is the server's own limit.
    pub max_concurrent_streams: Option<u32>,
    /// Whether the request's metadata are handed to policies.
    pub include_metadata: bool,
    /// TLS; none is plain text.
    pub tls: Option<ServerTls>,
    /// Who may send; none is everybody.
    pub auth: Option<ServerAuth>,
}

impl Default for GrpcServer {
    fn default() -> Self {
        Self {
            endpoint: "localhost:4317".to_owned(),
            max_message_size: 4 * MIB,
            max_concurrent_streams: None,
            include_metadata: false,
            tls: None,
            auth: None,
        }
    }
}

/// Settings of an OTLP/HTTP server.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpServer {
    /// `host:port` to listen on; port 0 is any.
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
    /// Time for the body of a request; none is the server's own limit.
    pub read_timeout: Option<Duration>,
    /// Time for the headers of a request; none is the server's own limit.
    pub read_header_timeout: Option<Duration>,
    /// How long a client may take nothing of an answer; none is for ever.
    pub write_timeout: Option<Duration>,
    /// Time between two requests of a connection; none is for ever.
    pub idle_timeout: Option<Duration>,
    /// Whether a connection serves more than one request.
    pub keep_alives: bool,
    /// TLS; none is plain text.
    pub tls: Option<ServerTls>,
    /// Who may send; none is everybody.
    pub auth: Option<ServerAuth>,
}

impl Default for HttpServer {
    fn default() -> Self {
        Self {
            endpoint: "localhost:4318".to_owned(),
            max_request_body_size: 20 * MIB,
            include_metadata: false,
            compression_algorithms: vec![
                RequestCompression::Gzip,
                RequestCompression::Zstd,
                RequestCompression::Zlib,
                RequestCompression::Deflate,
            ],
            logs_url_path: "/v1/logs".to_owned(),
            traces_url_path: "/v1/traces".to_owned(),
            metrics_url_path: "/v1/metrics".to_owned(),
            response_headers: Vec::new(),
            read_timeout: None,
            read_header_timeout: Some(Duration::from_mins(1)),
            write_timeout: Some(Duration::from_secs(30)),
            idle_timeout: Some(Duration::from_mins(1)),
            keep_alives: true,
            tls: None,
            auth: None,
        }
    }
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
