//! The HTTP client under both exporters.

use std::task::{Context, Poll};
use std::time::Duration;

use http::uri::{Authority, Parts};
use http::{HeaderName, HeaderValue, Uri};
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use tollgate_config::{ClientTls, Secret};

use crate::payload::Payload;
use crate::tls;

/// Why an exporter cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A URL that leads nowhere.
    #[error("`{0}` is not a URL such as http://host:4317")]
    Url(String),
    /// A header that HTTP cannot carry.
    #[error("`{0}` or its value cannot be a header of HTTP")]
    Header(String),
    /// A compression that the protocol does not have.
    #[error("gRPC messages may be compressed with gzip or zstd, or not at all")]
    Compression,
    /// A certificate or a key that cannot be read.
    #[error("the {what} cannot be read: {reason}")]
    Pem {
        /// Which.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// TLS that cannot be set up.
    #[error("tls cannot be set up: {0}")]
    Tls(String),
}

/// A client with its pool of connections.
pub(crate) type HttpPool = Client<Connector, Payload>;

/// How connections are made and kept.
#[derive(Default)]
pub(crate) struct Pool {
    pub(crate) only_http2: bool,
    pub(crate) max_idle: Option<usize>,
    pub(crate) idle_time: Option<Duration>,
    /// Where every connection leads, if requests name somebody else.
    pub(crate) target: Option<Uri>,
}

/// What a destination may send us ahead: its answers are small.
const WINDOW: u32 = 1 << 20;
const CONNECT_TIME: Duration = Duration::from_secs(20);
const PING_INTERVAL: Duration = Duration::from_mins(1);

/// A client for destinations that are reached with TLS if their scheme is https, which `secure` says of one of them.
pub(crate) fn pool(
    pool: Pool,
    settings: &ClientTls,
    secure: bool,
) -> Result<HttpPool, ClientError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIME));
    let config = if secure {
        tls::config(settings)?
    } else {
        // Not used: reading the system's authorities takes longer than all the rest of a start.
        tls::versions(settings)?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth()
    };
    let mut https = HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http();
    if let Some(name) = &settings.server_name_override {
        let name = ServerName::try_from(name.clone())
            .map_err(|_| ClientError::Tls("the server's name is none".to_owned()))?;
        https = https.with_server_name_resolver(FixedServerNameResolver::new(name));
    }
    let https = if pool.only_http2 {
        https.enable_http2().wrap_connector(tcp)
    } else {
        https.enable_all_versions().wrap_connector(tcp)
    };
    let mut builder = Client::builder(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(pool.idle_time)
        .pool_max_idle_per_host(pool.max_idle.unwrap_or(usize::MAX))
        .http2_only(pool.only_http2)
        .http2_adaptive_window(false)
        .http2_initial_stream_window_size(WINDOW)
        .http2_initial_connection_window_size(WINDOW)
        .http2_keep_alive_interval(PING_INTERVAL);
    Ok(builder.build(Connector {
        https,
        target: pool.target,
    }))
}

/// Connects to where a request leads, or to the one destination that all requests go to.
#[derive(Clone)]
pub(crate) struct Connector {
    https: HttpsConnector<HttpConnector>,
    target: Option<Uri>,
}

impl tower::Service<Uri> for Connector {
    type Response = <HttpsConnector<HttpConnector> as tower::Service<Uri>>::Response;
    type Error = <HttpsConnector<HttpConnector> as tower::Service<Uri>>::Error;
    type Future = <HttpsConnector<HttpConnector> as tower::Service<Uri>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        self.https.call(self.target.clone().unwrap_or(uri))
    }
}

/// Reads a URL that a request can be sent to.
pub(crate) fn url(text: &str) -> Result<Uri, ClientError> {
    text.parse::<Uri>()
        .ok()
        .filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some())
        .ok_or_else(|| ClientError::Url(text.to_owned()))
}

/// `base` with another path, and another authority if there is one.
pub(crate) fn with_path(
    base: &Uri,
    path: &'static str,
    authority: Option<&Authority>,
) -> Option<Uri> {
    let mut parts = Parts::default();
    parts.scheme = base.scheme().cloned();
    parts.authority = authority.or(base.authority()).cloned();
    parts.path_and_query = Some(http::uri::PathAndQuery::from_static(path));
    Uri::from_parts(parts).ok()
}

/// Reads headers. An error is the name of one that is none.
pub(crate) fn parse_headers(
    headers: &[(String, Secret)],
) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let parse = |(name, value): &(String, Secret)| {
        let parsed = HeaderName::try_from(name)
            .ok()
            .zip(HeaderValue::try_from(value.reveal()).ok());
        let (parsed, mut value) = parsed.ok_or_else(|| name.clone())?;
        value.set_sensitive(true);
        Ok((parsed, value))
    };
    headers.iter().map(parse).collect()
}
