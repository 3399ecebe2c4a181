//! What receivers and exporters can be told. Plain values: the configuration's words and defaults are known to
//! `tollgate-config`, and whoever starts the process carries them over.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Bytes of a mebibyte.
const MIB: usize = 1 << 20;

/// Settings of an OTLP receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// OTLP/gRPC, if it is served.
    pub grpc: Option<GrpcServer>,
    /// OTLP/HTTP, if it is served.
    pub http: Option<HttpServer>,
}

impl Default for Receiver {
    fn default() -> Self {
        Self {
            grpc: Some(GrpcServer::default()),
            http: Some(HttpServer::default()),
        }
    }
}

/// What every server bounds, so that a client that is slow, half-open or one of very many cannot hold it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Connections at once; more wait unaccepted.
    pub connections: usize,
    /// Time for the headers of a request, and between two requests of an HTTP/1 connection.
    pub header_time: Duration,
    /// Time for the body of a request.
    pub body_time: Duration,
    /// Bytes of the headers of a request.
    pub header_bytes: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 1024,
            header_time: Duration::from_mins(1),
            body_time: Duration::from_secs(30),
            header_bytes: 64 * 1024,
        }
    }
}

/// Settings of an OTLP/gRPC server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrpcServer {
    /// `host:port` to listen on; port 0 is any.
    pub endpoint: String,
    /// Bytes of the largest message, compressed and decompressed.
    pub max_message_size: usize,
    /// Streams that one connection may have open; none is the default of ours.
    pub max_concurrent_streams: Option<u32>,
    /// Whether the request's metadata go with the request.
    pub include_metadata: bool,
    /// What keeps it from being held up.
    pub bounds: Bounds,
}

impl Default for GrpcServer {
    fn default() -> Self {
        Self {
            endpoint: "localhost:4317".to_owned(),
            max_message_size: 4 * MIB,
            max_concurrent_streams: None,
            include_metadata: false,
            bounds: Bounds::default(),
        }
    }
}

/// Settings of an OTLP/HTTP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpServer {
    /// `host:port` to listen on; port 0 is any.
    pub endpoint: String,
    /// Bytes of the largest body, compressed and decompressed.
    pub max_body_size: usize,
    /// Whether the request's headers go with the request.
    pub include_metadata: bool,
    /// Content encodings that are taken, by the names that requests use; a body without one always is.
    pub encodings: Vec<HttpEncoding>,
    /// Path of log requests.
    pub logs_path: String,
    /// Path of trace requests.
    pub traces_path: String,
    /// Path of metric requests.
    pub metrics_path: String,
    /// Headers added to every answer.
    pub response_headers: Headers,
    /// Whether a connection serves more than one request.
    pub keep_alive: bool,
    /// What keeps it from being held up.
    pub bounds: Bounds,
}

impl Default for HttpServer {
    fn default() -> Self {
        Self {
            endpoint: "localhost:4318".to_owned(),
            max_body_size: 20 * MIB,
            include_metadata: false,
            encodings: vec![
                HttpEncoding::Gzip,
                HttpEncoding::Zstd,
                HttpEncoding::Zlib,
                HttpEncoding::Deflate,
            ],
            logs_path: "/v1/logs".to_owned(),
            traces_path: "/v1/traces".to_owned(),
            metrics_path: "/v1/metrics".to_owned(),
            response_headers: Headers::default(),
            keep_alive: true,
            bounds: Bounds::default(),
        }
    }
}

/// A content encoding of OTLP/HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpEncoding {
    /// `gzip`
    Gzip,
    /// `zstd`
    Zstd,
    /// `deflate`, which is the zlib format
    Deflate,
    /// `zlib`, the same format under the name that the Collector also takes
    Zlib,
}

/// Names and values of headers. The values may be secrets, and are not shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(name, _)| (name, "[redacted]")))
            .finish()
    }
}

/// Settings of one exporter.
#[derive(Debug, Clone, PartialEq)]
pub enum Exporter {
    /// OTLP/gRPC
    Grpc(GrpcClient),
    /// OTLP/HTTP
    Http(HttpClient),
    /// OTLP/JSON lines in a file
    File(FileExporter),
    /// Text for people
    Debug(DebugExporter),
    /// Takes everything, keeps nothing
    Nop,
}

/// Settings of an OTLP/gRPC exporter.
#[derive(Debug, Clone, PartialEq)]
pub struct GrpcClient {
    /// `http://host:port` or `https://host:port`.
    pub url: String,
    /// TLS, for `https`.
    pub tls: Tls,
    /// Metadata of every request.
    pub headers: Headers,
    /// Compression of messages: none, gzip or zstd.
    pub compression: Compression,
    /// Time for one try; none is no limit.
    pub timeout: Option<Duration>,
    /// What follows a failure that may pass.
    pub retry: Retry,
    /// Value of `:authority` instead of the endpoint's.
    pub authority: Option<String>,
    /// Value of `user-agent` instead of ours.
    pub user_agent: Option<String>,
}

impl GrpcClient {
    /// The defaults of `otlp`, sending to `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            tls: Tls::default(),
            headers: Headers::default(),
            compression: Compression::Gzip,
            timeout: Some(Duration::from_secs(5)),
            retry: Retry::default(),
            authority: None,
            user_agent: None,
        }
    }
}

/// Settings of an OTLP/HTTP exporter.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpClient {
    /// URL for logs, none if they have nowhere to go.
    pub logs_url: Option<String>,
    /// URL for traces, none if they have nowhere to go.
    pub traces_url: Option<String>,
    /// URL for metrics, none if they have nowhere to go.
    pub metrics_url: Option<String>,
    /// TLS, for `https`.
    pub tls: Tls,
    /// Headers of every request.
    pub headers: Headers,
    /// Compression of bodies.
    pub compression: Compression,
    /// Encoding of bodies.
    pub encoding: Encoding,
    /// Time for one try; none is no limit.
    pub timeout: Option<Duration>,
    /// What follows a failure that may pass.
    pub retry: Retry,
    /// Idle connections to one host that are kept; none is no limit.
    pub max_idle_connections: Option<usize>,
    /// How long an idle connection is kept; none is for ever.
    pub idle_time: Option<Duration>,
}

impl HttpClient {
    /// The defaults of `otlphttp`, sending each signal to its path under `base`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let base = base.trim_end_matches('/');
        Self {
            logs_url: Some(format!("{base}/v1/logs")),
            traces_url: Some(format!("{base}/v1/traces")),
            metrics_url: Some(format!("{base}/v1/metrics")),
            tls: Tls::default(),
            headers: Headers::default(),
            compression: Compression::Gzip,
            encoding: Encoding::Proto,
            timeout: Some(Duration::from_secs(30)),
            retry: Retry::default(),
            max_idle_connections: Some(100),
            idle_time: Some(Duration::from_secs(90)),
        }
    }
}

/// TLS of a client. The system's authorities are trusted unless others are named.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Tls {
    /// Accept any certificate.
    pub insecure_skip_verify: bool,
    /// Authorities that may have signed the server's certificate.
    pub authorities: Option<Pem>,
    /// Trust the system's authorities besides.
    pub system_authorities_too: bool,
    /// The client's certificate and its key.
    pub identity: Option<(Pem, Pem)>,
    /// Name to expect in the server's certificate instead of the host's.
    pub server_name: Option<String>,
    /// Speak TLS 1.3 alone.
    pub only_tls_1_3: bool,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("insecure_skip_verify", &self.insecure_skip_verify)
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}

/// Where certificates or a key are.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// In a file.
    File(PathBuf),
    /// Here.
    Text(String),
}

/// Compression of what an exporter sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    /// As it is.
    None,
    /// gzip
    Gzip,
    /// Zstandard
    Zstd,
    /// zlib under the name `deflate`; HTTP alone
    Deflate,
    /// zlib under the name `zlib`; HTTP alone
    Zlib,
}

/// Encoding of what an OTLP/HTTP exporter sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// `application/x-protobuf`
    Proto,
    /// `application/json`
    Json,
}

/// Back-off between tries, as the Collector's `retry_on_failure`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// Whether there is a second try.
    pub enabled: bool,
    /// Wait before the second try.
    pub initial_interval: Duration,
    /// Each wait is randomised by up to this share of it, either way.
    pub randomization_factor: f64,
    /// Each wait is longer than the one before by this factor.
    pub multiplier: f64,
    /// The longest wait.
    pub max_interval: Duration,
    /// When to give up; none is never.
    pub max_elapsed_time: Option<Duration>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            enabled: true,
            initial_interval: Duration::from_secs(5),
            randomization_factor: 0.5,
            multiplier: 1.5,
            max_interval: Duration::from_secs(30),
            max_elapsed_time: Some(Duration::from_mins(5)),
        }
    }
}

/// Settings of a file exporter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileExporter {
    /// The file.
    pub path: PathBuf,
    /// Whether what the file holds stays.
    pub append: bool,
    /// How long a line may stay in the buffer; none is until the buffer is full.
    pub flush_interval: Option<Duration>,
    /// Create missing folders, with these permissions.
    pub create_directory: Option<u32>,
}

impl FileExporter {
    /// The defaults of `file`, writing to `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            append: false,
            flush_interval: Some(Duration::from_secs(1)),
            create_directory: None,
        }
    }
}

/// Settings of a debug exporter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugExporter {
    /// How much is shown.
    pub verbosity: Verbosity,
    /// Requests shown each second before sampling starts.
    pub sampling_initial: u32,
    /// After that, one in so many is shown; 0 is none.
    pub sampling_thereafter: u32,
}

impl Default for DebugExporter {
    fn default() -> Self {
        Self {
            verbosity: Verbosity::Basic,
            sampling_initial: 2,
            sampling_thereafter: 1,
        }
    }
}

/// How much a debug exporter shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Counts.
    Basic,
    /// A line a record.
    Normal,
    /// Everything.
    Detailed,
}
