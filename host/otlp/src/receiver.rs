//! A receiver: the servers of one `otlp` receiver, bound together and stopped together.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;
use tollgate_config::{OtlpReceiver, ServerAuth, ServerTls};

use crate::access::Access;
use crate::budget::ByteBudget;
use crate::client::{ClientError, parse_headers};
use crate::fresh::FileError;
use crate::gate::Gate;
use crate::grpc;
use crate::http as otlp_http;
use crate::listener::{self, Bounds, Protocol, Transport};
use crate::sockets::{Claims, Port, Serving, Sockets};
use crate::tls::server::{self as tls, ServerSide};

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
    /// Its TLS cannot be set up.
    #[error(
        "tls of {endpoint}: {source}; the file must be readable and in PEM format, and the key must be that of the certificate"
    )]
    Tls {
        /// As it was configured.
        endpoint: String,
        /// Why.
        source: ClientError,
    },
    /// The tokens or passwords of those who may send cannot be read.
    #[error("auth of {endpoint}: {source}")]
    Auth {
        /// As it was configured.
        endpoint: String,
        /// Which file, and why.
        source: FileError,
    },
}

/// The servers of one `otlp` receiver. They listen as soon as it is there, and answer once it is served.
pub struct Receiver<G> {
    grpc: Option<Bound<grpc::server::Server<G>>>,
    http: Option<Bound<otlp_http::server::Server<G>>>,
}

/// A server with its port.
struct Bound<S> {
    port: Arc<Port>,
    tls: Option<Arc<ServerSide>>,
    server: S,
}

impl<G: Gate> Receiver<G> {
    /// Binds the addresses, to sockets of its own. `budget` is the process's, shared by all receivers.
    pub async fn bind(
        settings: &OtlpReceiver,
        gate: Arc<G>,
        budget: Arc<ByteBudget>,
    ) -> Result<Self, BindError> {
        Self::over(&mut Sockets::default().claims(), "", settings, gate, budget).await
    }

    /// Takes the addresses from those that are bound already, and binds the others. Until this receiver is served whoever has them
    /// goes on. `id` is the receiver's, by which a port that the system chose is known again.
    pub async fn over(
        claims: &mut Claims,
        id: &str,
        settings: &OtlpReceiver,
        gate: Arc<G>,
        budget: Arc<ByteBudget>,
    ) -> Result<Self, BindError> {
        // What may be wrong with files is known before anything listens.
        let grpc = match &settings.grpc {
            None => None,
            Some(settings) => {
                let server = grpc::server::Server {
                    settings: settings.clone(),
                    bounds: Bounds::default(),
                    access: access(settings.auth.as_ref(), &settings.endpoint)?,
                    gate: Arc::clone(&gate),
                    budget: Arc::clone(&budget),
                };
                let tls = secure(settings.tls.as_ref(), tls::HTTP2, &settings.endpoint)?;
                Some((server, tls))
            }
        };
        let http = match &settings.http {
            None => None,
            Some(settings) => {
                let server = otlp_http::server::Server {
                    settings: settings.clone(),
                    bounds: Bounds::of(settings),
                    access: access(settings.auth.as_ref(), &settings.endpoint)?,
                    response_headers: parse_headers(&settings.response_headers)
                        .map_err(|name| BindError::Header { name })?,
                    gate,
                    budget,
                };
                let tls = secure(settings.tls.as_ref(), tls::HTTP, &settings.endpoint)?;
                Some((server, tls))
            }
        };
        let mut receiver = Self {
            grpc: None,
            http: None,
        };
        if let Some((server, tls)) = grpc {
            let port = port(claims, &format!("{id} grpc"), &server.settings.endpoint).await?;
            receiver.grpc = Some(Bound { port, tls, server });
        }
        if let Some((server, tls)) = http {
            let port = port(claims, &format!("{id} http"), &server.settings.endpoint).await?;
            receiver.http = Some(Bound { port, tls, server });
        }
        Ok(receiver)
    }

    /// Bounds of the gRPC server other than the usual ones: the configuration does not speak of them.
    #[must_use]
    pub fn with_grpc_bounds(mut self, bounds: Bounds) -> Self {
        if let Some(bound) = &mut self.grpc {
            bound.server.bounds = bounds;
        }
        self
    }

    /// Where OTLP/gRPC is served, if it is.
    #[must_use]
    pub fn grpc_address(&self) -> Option<SocketAddr> {
        self.grpc.as_ref().map(|bound| bound.port.address)
    }

    /// Where OTLP/HTTP is served, if it is.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http.as_ref().map(|bound| bound.port.address)
    }

    /// Serves until `stop` completes. Then nothing new is accepted, and the future ends when the requests in flight are answered;
    /// dropping it earlier leaves them alone.
    ///
    /// Whoever served at these addresses before is relieved by the call itself: every request from then on is answered by this one,
    /// those of open connections, too. A connection is kept if this one speaks as the other did, and is otherwise closed as soon as
    /// its requests are answered.
    pub fn serve(self, stop: impl Future<Output = ()> + Send) -> impl Future<Output = ()> + Send {
        let grpc = self.grpc.map(|bound| {
            let protocol = Protocol {
                bounds: bound.server.bounds.clone(),
                max_concurrent_streams: bound
                    .server
                    .settings
                    .max_concurrent_streams
                    .unwrap_or(MAX_STREAMS),
                keep_alive: true,
            };
            bound.take_over(protocol)
        });
        let http = self.http.map(|bound| {
            let protocol = Protocol {
                bounds: bound.server.bounds.clone(),
                max_concurrent_streams: MAX_STREAMS,
                keep_alive: bound.server.settings.keep_alives,
            };
            bound.take_over(protocol)
        });
        async move {
            let (stopping, stopped) = watch::channel(false);
            let served = |taken: Option<(Arc<Port>, Serving)>| {
                let mut stopped = stopped.clone();
                async move {
                    if let Some((port, serving)) = taken {
                        let stop = async { drop(stopped.wait_for(|stop| *stop).await) };
                        listener::serve(port, serving, stop).await;
                    }
                }
            };
            let stop = async {
                stop.await;
                stopping.send_replace(true);
            };
            tokio::join!(served(grpc), served(http), stop);
        }
    }
}

impl<S: listener::Service> Bound<S> {
    fn take_over(self, protocol: Protocol) -> (Arc<Port>, Serving) {
        let transport = Transport {
            protocol,
            tls: self.tls,
        };
        let serving = Serving::new(Arc::new(self.server), transport);
        self.port.hand_over(&serving);
        (self.port, serving)
    }
}

fn access(settings: Option<&ServerAuth>, endpoint: &str) -> Result<Option<Access>, BindError> {
    let access = settings.map(Access::new).transpose();
    access.map_err(|source| BindError::Auth {
        endpoint: endpoint.to_owned(),
        source,
    })
}

fn secure(
    settings: Option<&ServerTls>,
    protocols: &'static [&'static [u8]],
    endpoint: &str,
) -> Result<Option<Arc<ServerSide>>, BindError> {
    let tls = settings.map(|settings| ServerSide::new(settings, protocols).map(Arc::new));
    tls.transpose().map_err(|source| BindError::Tls {
        endpoint: endpoint.to_owned(),
        source,
    })
}

async fn port(claims: &mut Claims, owner: &str, endpoint: &str) -> Result<Arc<Port>, BindError> {
    claims
        .port(owner, endpoint)
        .await
        .map_err(|source| BindError::Address {
            endpoint: endpoint.to_owned(),
            source,
        })
}
