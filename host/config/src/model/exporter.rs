use std::path::PathBuf;
use std::time::Duration;

use super::{ClientAuth, ClientTls, Endpoint, Secret};

/// Settings of one exporter.
#[derive(Debug, Clone, PartialEq)]
pub enum Exporter {
    /// `otlp`, `otlp_grpc`
    Otlp(OtlpGrpcExporter),
    /// `otlphttp`, `otlp_http`
    OtlpHttp(OtlpHttpExporter),
    /// `file`
    File(FileExporter),
    /// `debug`
    Debug(DebugExporter),
    /// `nop`: takes everything, keeps nothing.
    Nop,
}

impl Exporter {
    /// What happens after a failure that may pass, where anything can.
    pub(crate) fn retry_mut(&mut self) -> Option<&mut Retry> {
        match self {
            Self::Otlp(exporter) => Some(&mut exporter.retry),
            Self::OtlpHttp(exporter) => Some(&mut exporter.retry),
            Self::File(_) | Self::Debug(_) | Self::Nop => None,
        }
    }

    /// As whom it sends.
    pub(crate) fn auth(&self) -> Option<&ClientAuth> {
        match self {
            Self::Otlp(exporter) => exporter.auth.as_ref(),
            Self::OtlpHttp(exporter) => exporter.auth.as_ref(),
            Self::File(_) | Self::Debug(_) | Self::Nop => None,
        }
    }
}

/// Settings of an OTLP/gRPC exporter.
#[derive(Debug, Clone, PartialEq)]
pub struct OtlpGrpcExporter {
    /// Where to send.
    pub endpoint: Endpoint,
    /// Settings for TLS; used when `endpoint.tls` is set.
    pub tls: ClientTls,
    /// Metadata added to every request, names in lower case.
    pub headers: Vec<(String, Secret)>,
    /// Compression of messages: none, gzip or zstd.
    pub compression: Compression,
    /// Time for one try; none is no limit.
    pub timeout: Option<Duration>,
    /// What happens after a failure that may pass.
    pub retry: Retry,
    /// Whether a try waits for a connection instead of failing.
    pub wait_for_ready: bool,
    /// Value of the `:authority` header instead of the host's name.
    pub authority: Option<String>,
    /// Value of the `user-agent` header instead of our own.
    pub user_agent: Option<String>,
    /// As whom it sends.
    pub auth: Option<ClientAuth>,
}

impl OtlpGrpcExporter {
    /// The defaults of `otlp`, sending to `endpoint`.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            tls: ClientTls::default(),
            headers: Vec::new(),
            compression: Compression::Gzip,
            timeout: Some(Duration::from_secs(5)),
            retry: Retry::default(),
            wait_for_ready: false,
            authority: None,
            user_agent: None,
            auth: None,
        }
    }
}

/// Settings of an OTLP/HTTP exporter.
#[derive(Debug, Clone, PartialEq)]
pub struct OtlpHttpExporter {
    /// URL for logs, none if they have nowhere to go.
    pub logs_url: Option<String>,
    /// URL for traces, none if they have nowhere to go.
    pub traces_url: Option<String>,
    /// URL for metrics, none if they have nowhere to go.
    pub metrics_url: Option<String>,
    /// Settings for TLS; used for `https` URLs.
    pub tls: ClientTls,
    /// Headers added to every request, names in lower case.
    pub headers: Vec<(String, Secret)>,
    /// Compression of bodies.
    pub compression: Compression,
    /// Level of it, as the Collector counts it; none is the algorithm's default.
    pub compression_level: Option<i32>,
    /// Encoding of bodies.
    pub encoding: Encoding,
    /// Time for one try; none is no limit.
    pub timeout: Option<Duration>,
    /// What happens after a failure that may pass.
    pub retry: Retry,
    /// Idle connections to one host that are kept; none is all of them.
    pub max_idle_connections: Option<u32>,
    /// How long an idle connection is kept; none is for ever.
    pub idle_connection_timeout: Option<Duration>,
    /// As whom it sends.
    pub auth: Option<ClientAuth>,
}

impl OtlpHttpExporter {
    /// The defaults of `otlphttp`, sending each signal to its path under `base`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self {
            logs_url: Some(signal_url(base, "logs")),
            traces_url: Some(signal_url(base, "traces")),
            metrics_url: Some(signal_url(base, "metrics")),
            tls: ClientTls::default(),
            headers: Vec::new(),
            compression: Compression::Gzip,
            compression_level: None,
            encoding: Encoding::Proto,
            timeout: Some(Duration::from_secs(30)),
            retry: Retry::default(),
            max_idle_connections: None,
            idle_connection_timeout: Some(Duration::from_secs(90)),
            auth: None,
        }
    }
}

/// Where the requests of a signal go, under a base that was written with or without its last slash.
pub(crate) fn signal_url(base: &str, signal: &str) -> String {
    format!("{}/v1/{signal}", base.strip_suffix('/').unwrap_or(base))
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
    /// zlib under the name `deflate`; HTTP only
    Deflate,
    /// zlib under the name `zlib`; HTTP only
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

/// Back-off between tries, as `retry_on_failure`.
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
    /// When to give up; none is never. Where nothing is written, an exporter with a queue on disk never does.
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

/// Settings of a file exporter: OTLP/JSON, a request a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileExporter {
    /// The file, as written: relative paths are relative to the working directory, as in the Collector.
    pub path: PathBuf,
    /// Whether what the file holds stays.
    pub append: bool,
    /// How long a line may stay in the buffer; zero is until the buffer is full.
    pub flush_interval: Duration,
    /// Whether missing folders are created.
    pub create_directory: bool,
    /// Permissions of folders that are created.
    pub directory_permissions: u32,
}

impl FileExporter {
    /// The defaults of `file`, writing to `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            append: false,
            flush_interval: Duration::from_secs(1),
            create_directory: false,
            directory_permissions: 0o755,
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
