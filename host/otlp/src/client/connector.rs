//! How connections are made: with the certificates that the files hold then.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::Uri;
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tollgate_config::ClientTls;

use super::{ClientError, Pool};
use crate::tls::ClientSide;

const CONNECT_TIME: Duration = Duration::from_secs(20);
/// How long a destination may leave what was sent to it without a sign that its machine is there.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED_TIME: Duration = Duration::from_secs(30);

/// Connects to where a request leads, or to the one destination that all requests go to.
#[derive(Clone)]
pub(crate) struct Connector {
    ways: Arc<Ways>,
    target: Option<Uri>,
}

struct Ways {
    only_http2: bool,
    server_name: Option<ServerName<'static>>,
    current: Mutex<Current>,
    reload: Option<Reload>,
}

/// How new connections are made now.
struct Current {
    https: HttpsConnector<HttpConnector>,
    since: Instant,
}

/// Certificates that are read again.
struct Reload {
    tls: ClientSide,
    interval: Duration,
}

impl Connector {
    /// A connector whose connections may be secure ones.
    pub(crate) fn new(
        pool: &Pool,
        settings: &ClientTls,
        secure: bool,
    ) -> Result<Self, ClientError> {
        let server_name = settings.server_name_override.clone();
        let server_name = server_name
            .map(ServerName::try_from)
            .transpose()
            .map_err(|_| ClientError::Tls("the server's name is none".to_owned()))?;
        // Where nothing is secure nothing is read: the system's authorities take longer than all the rest of a start.
        let (config, reload) = if secure {
            let tls = ClientSide::new(settings);
            let config = tls.config()?;
            let reload = settings
                .reload_interval
                .map(|interval| Reload { tls, interval });
            (config, reload)
        } else {
            (ClientSide::nobody(settings)?, None)
        };
        let https = connector(config, pool.only_http2, server_name.as_ref());
        Ok(Self {
            ways: Arc::new(Ways {
                only_http2: pool.only_http2,
                server_name,
                current: Mutex::new(Current {
                    https,
                    since: Instant::now(),
                }),
                reload,
            }),
            target: pool.target.clone(),
        })
    }
}

impl Ways {
    /// The way that a new connection takes. While files cannot be used it stays what it was.
    fn now(&self) -> HttpsConnector<HttpConnector> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reload) = &self.reload
            && current.since.elapsed() >= reload.interval
        {
            current.since = Instant::now();
            match reload.tls.config() {
                Ok(config) => {
                    let name = self.server_name.as_ref();
                    current.https = connector(config, self.only_http2, name);
                }
                Err(error) => tracing::warn!(
                    target: "tollgate",
                    %error,
                    "certificates cannot be read again: those that were read before count"
                ),
            }
        }
        current.https.clone()
    }
}

fn connector(
    config: ClientConfig,
    only_http2: bool,
    server_name: Option<&ServerName<'static>>,
) -> HttpsConnector<HttpConnector> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIME));
    #[cfg(target_os = "linux")]
    tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED_TIME));
    let mut https = HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http();
    if let Some(name) = server_name {
        https = https.with_server_name_resolver(FixedServerNameResolver::new(name.clone()));
    }
    if only_http2 {
        https.enable_http2().wrap_connector(tcp)
    } else {
        https.enable_all_versions().wrap_connector(tcp)
    }
}

impl tower::Service<Uri> for Connector {
    type Response = <HttpsConnector<HttpConnector> as tower::Service<Uri>>::Response;
    type Error = <HttpsConnector<HttpConnector> as tower::Service<Uri>>::Error;
    type Future = <HttpsConnector<HttpConnector> as tower::Service<Uri>>::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        // The connectors below are always ready, each for itself.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        self.ways.now().call(self.target.clone().unwrap_or(uri))
    }
}
