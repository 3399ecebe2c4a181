use std::path::PathBuf;
use std::time::Duration;

use super::Secret;

/// TLS of a client. Paths are as written: relative ones are relative to the working directory, as in the Collector.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientTls {
    /// Accept any certificate.
    pub insecure_skip_verify: bool,
    /// Authorities that may have signed the server's certificate, instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The same, inline.
    pub ca_pem: Option<String>,
    /// Use the system's authorities besides.
    pub include_system_ca_certs_pool: bool,
    /// The client's certificate.
    pub cert_file: Option<PathBuf>,
    /// The same, inline.
    pub cert_pem: Option<String>,
    /// The client's key.
    pub key_file: Option<PathBuf>,
    /// The same, inline.
    pub key_pem: Option<Secret>,
    /// Name to expect in the server's certificate instead of the host's.
    pub server_name_override: Option<String>,
    /// The oldest version that is spoken.
    pub min_version: TlsVersion,
    /// After how long the client's certificate is read again; none is never.
    pub reload_interval: Option<Duration>,
}

/// TLS of a server. Exactly one of the two forms of certificate and key is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerTls {
    /// The server's certificate.
    pub cert_file: Option<PathBuf>,
    /// The same, inline.
    pub cert_pem: Option<String>,
    /// The server's key.
    pub key_file: Option<PathBuf>,
    /// The same, inline.
    pub key_pem: Option<Secret>,
    /// Authorities that must have signed the certificates of clients; without them no client shows one.
    pub client_ca_file: Option<PathBuf>,
    /// Whether those authorities are read again when their file changes.
    pub client_ca_file_reload: bool,
    /// The oldest version that is spoken.
    pub min_version: TlsVersion,
    /// After how long certificate and key are read again; none is never.
    pub reload_interval: Option<Duration>,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsVersion {
    /// TLS 1.2
    #[default]
    V1_2,
    /// TLS 1.3
    V1_3,
}
