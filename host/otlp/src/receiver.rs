//! A receiver: the servers of one `otlp` receiver, bound together and stopped together.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;
use tollgate_config::OtlpReceiver;

use crate::budget::ByteBudget;
use crate::client::parse_headers;
use crate::gate::Gate;
use crate::grpc;
use crate::http as otlp_http;
use crate::listener::{Bounds, Listener, Protocol};

/// Streams that one HTTP/2 connection may have open, unless the settings say so.
const MAX_STREAMS: u32 = 256;

/// Why a receiver does not listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address cannot be had.
    #[error("cannot listen on {endpoint}: {source}")]
    Address {
        /// As it was configured.
        endpoint: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A header that every answer should have is none.
    #[error("`{name}` or its value cannot be a header of HTTP")]
    Header {
        /// Its name.
        name: String,
    },
}

/// The servers of one `otlp` receiver. They listen as soon as it is there, and answer once it is served.
pub struct Receiver<G> {
    grpc: Option<(Listener, grpc::server::Server<G>)>,
    http: Option<(Listener, otlp_http::server::Server<G>)>,
}

impl<G: Gate> Receiver<G> {
    /// Binds the addresses. `budget` is the process's, shared by all receivers.
    pub async fn bind(
        settings: &OtlpReceiver,
        gate: Arc<G>,
        budget: Arc<ByteBudget>,
    ) -> Result<Self, BindError> {
        let mut receiver = Self {
            grpc: None,
            http: None,
        };
        if let Some(settings) = &settings.grpc {
            let server = grpc::server::Server {
                settings: settings.clone(),
                bounds: Bounds::default(),
                gate: Arc::clone(&gate),
                budget: Arc::clone(&budget),
            };
            receiver.grpc = Some((bind(&settings.endpoint).await?, server));
        }
        if let Some(settings) = &settings.http {
            let server = otlp_http::server::Server {
                settings: settings.clone(),
                bounds: Bounds::of(settings),
                response_headers: parse_headers(&settings.response_headers)
                    .map_err(|name| BindError::Header { name })?,
                gate,
                budget,
            };
            receiver.http = Some((bind(&settings.endpoint).await?, server));
        }
        Ok(receiver)
    }

    /// Bounds of the gRPC server other than the usual ones: the configuration does not speak of them.
    #[must_use]
    pub fn with_grpc_bounds(mut self, bounds: Bounds) -> Self {
        if let Some((_, server)) = &mut self.grpc {
            server.bounds = bounds;
        }
        self
    }

    /// Where OTLP/gRPC is served, if it is.
    #[must_use]
    pub fn grpc_address(&self) -> Option<SocketAddr> {
        self.grpc.as_ref().map(|(listener, _)| listener.address)
    }

    /// Where OTLP/HTTP is served, if it is.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http.as_ref().map(|(listener, _)| listener.address)
    }

    /// Serves until `stop` completes. Then nothing new is accepted, and the future ends when the requests in flight are answered;
    /// dropping it earlier leaves them alone.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) {
        let (stopping, stopped) = watch::channel(false);
        let grpc = async {
            if let Some((listener, server)) = self.grpc {
                let protocol = Protocol {
                    bounds: server.bounds.clone(),
                    max_concurrent_streams: server
                        .settings
                        .max_concurrent_streams
                        .unwrap_or(MAX_STREAMS),
                    keep_alive: true,
                };
                listener
                    .serve(Arc::new(server), protocol, stopped.clone())
                    .await;
            }
        };
        let http = async {
            if let Some((listener, server)) = self.http {
                let protocol = Protocol {
                    bounds: server.bounds.clone(),
                    max_concurrent_streams: MAX_STREAMS,
                    keep_alive: server.settings.keep_alives,
                };
                listener
                    .serve(Arc::new(server), protocol, stopped.clone())
                    .await;
            }
        };
        let stop = async {
            stop.await;
            stopping.send_replace(true);
        };
        tokio::join!(grpc, http, stop);
    }
}

async fn bind(endpoint: &str) -> Result<Listener, BindError> {
    Listener::bind(endpoint)
        .await
        .map_err(|source| BindError::Address {
            endpoint: endpoint.to_owned(),
            source,
        })
}
