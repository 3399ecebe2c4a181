//! The HTTP client under both exporters.

pub(crate) mod call;
mod connector;

use std::net::IpAddr;
use std::time::Duration;

use http::uri::{Authority, Parts};
use http::{HeaderName, HeaderValue, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tollgate_config::{ClientTls, Secret};

use crate::fresh::FileError;
use crate::payload::Payload;
use connector::Connector;

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
    /// A token or a password whose file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
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
const PING_INTERVAL: Duration = Duration::from_mins(1);

/// A client for destinations that are reached with TLS if their scheme is https, which `secure` says of one of them.
pub(crate) fn pool(
    pool: &Pool,
    settings: &ClientTls,
    secure: bool,
) -> Result<HttpPool, ClientError> {
    let connector = Connector::new(pool, settings, secure)?;
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
    Ok(builder.build(connector))
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

/// Says so where what should stay secret is sent in plain text to another machine.
pub(crate) fn warn_of_plain_text(
    exporter: &str,
    to: &Uri,
    headers: &[(String, Secret)],
    auth: bool,
) {
    if !is_exposed(to) || (headers.is_empty() && !auth) {
        return;
    }
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    tracing::warn!(
        target: "tollgate",
        exporter,
        destination = to.host(),
        headers = names.join(", "),
        auth,
        "headers and credentials are sent in plain text: whoever is between here and there can read them"
    );
}

/// Whether what is sent there in plain text leaves this machine.
pub(crate) fn is_exposed(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_here = host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    uri.scheme_str() == Some("http") && !is_here
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn plain_text_is_exposed_where_it_leaves_the_machine() {
        let exposed = |uri: &str| is_exposed(&url(uri).unwrap());
        for uri in [
            "http://collector:4317",
            "http://10.0.0.1:4317",
            "http://[fe80::1]:4317",
            "http://localhost.example",
        ] {
            assert!(exposed(uri), "{uri}");
        }
        for uri in [
            "https://collector:4317",
            "http://localhost:4317",
            "http://LocalHost",
            "http://127.8.9.1",
            "http://[::1]:4317",
        ] {
            assert!(!exposed(uri), "{uri}");
        }
    }
}
