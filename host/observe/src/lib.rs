//! The gate's own telemetry on the network: a page for Prometheus, OTLP now and then, and whether the gate is well.
//!
//! What is counted is [`tollgate_telemetry`]'s; this crate reads it when somebody asks, or when it is time to send. Nothing here is
//! on the way of a record.

mod environment;
mod health;
mod periodic;
mod prometheus;
mod resource;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tollgate_config::{
    ComponentId, Config, Extension, Metrics, MetricsLevel, MetricsReader, Telemetry,
};
use tollgate_otlp::{Console, ExporterError};
use tollgate_telemetry::{Detail, Live};

pub use environment::Environment;
pub use resource::instance_id;

/// The name of the instrumentation scope that everything counted here stands under.
const SCOPE: &str = "tollgate";

/// Why nobody can watch.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// An address is not free, or not ours.
    #[error("{what}: cannot listen on {address}: {source}")]
    Listen {
        /// Who wants to listen.
        what: String,
        /// Where.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Metrics cannot be sent.
    #[error("service.telemetry.metrics: {0}")]
    Exporter(#[from] ExporterError),
}

/// What a gate is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Starting,
    Ready,
    Stopping,
    Gone,
}

/// Everything that shows how a gate is. It ends when it is told to, or when it is dropped.
pub struct Observer {
    phase: watch::Sender<Phase>,
    tasks: JoinSet<()>,
    addresses: Vec<(String, SocketAddr)>,
}

impl Observer {
    /// Starts the readers and extensions of a configuration for a gate with these counters.
    pub async fn start(
        config: &Config,
        environment: &Environment,
        gate: Arc<Live>,
    ) -> Result<Self, ObserveError> {
        let mut observer = Self::nobody();
        for (id, extension) in &config.extensions {
            let Extension::HealthCheck(settings) = extension;
            observer.health(id, settings, &gate).await?;
        }
        observer
            .metrics(&config.telemetry, environment, &gate)
            .await?;
        Ok(observer)
    }

    /// One that shows nothing.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            phase: watch::Sender::new(Phase::Starting),
            tasks: JoinSet::new(),
            addresses: Vec::new(),
        }
    }

    /// Receivers listen, and everything behind them works.
    pub fn ready(&self) {
        self.phase.send_replace(Phase::Ready);
    }

    /// Requests in flight are finished, and no new ones are taken. Whoever asks is told that the gate is not there.
    pub fn stopping(&self) {
        self.phase.send_replace(Phase::Stopping);
    }

    /// Sends what is left to send, and ends.
    pub async fn stop(mut self) {
        self.phase.send_replace(Phase::Gone);
        while self.tasks.join_next().await.is_some() {}
    }

    /// Who listens where.
    #[must_use]
    pub fn addresses(&self) -> &[(String, SocketAddr)] {
        &self.addresses
    }

    async fn health(
        &mut self,
        id: &ComponentId,
        settings: &tollgate_config::HealthCheck,
        gate: &Arc<Live>,
    ) -> Result<(), ObserveError> {
        let listener = self.listen(&id.to_string(), &settings.endpoint).await?;
        let pages = health::pages(settings, Arc::clone(gate), self.phase.subscribe());
        self.serve(listener, pages);
        Ok(())
    }

    async fn metrics(
        &mut self,
        telemetry: &Telemetry,
        environment: &Environment,
        gate: &Arc<Live>,
    ) -> Result<(), ObserveError> {
        let Some(detail) = detail(&telemetry.metrics) else {
            return Ok(());
        };
        let resource = resource::attributes(&telemetry.resource, environment);
        let own = environment.readers(&telemetry.metrics);
        for reader in telemetry.metrics.readers.iter().chain(&own) {
            match reader {
                MetricsReader::Prometheus(reader) => {
                    let address = format!("{}:{}", bracketed(&reader.host), reader.port);
                    let listener = match self.listen("metrics", &address).await {
                        Ok(listener) => listener,
                        // Nobody asked for this address: a second gate on a machine is no mistake.
                        Err(error) if telemetry.metrics.by_default => {
                            tracing::warn!(target: "tollgate", %error, "nobody can fetch this gate's metrics; name another address under service.telemetry.metrics.readers");
                            continue;
                        }
                        Err(error) => return Err(error),
                    };
                    let page = prometheus::page(reader, &resource, detail, Arc::clone(gate));
                    self.serve(listener, page);
                }
                MetricsReader::Periodic(reader) => {
                    let console = Console::new(std::io::stderr());
                    let sender =
                        periodic::Sender::new(reader, &resource, detail, Arc::clone(gate), console);
                    let sender = sender.await?;
                    self.tasks.spawn(sender.run(self.phase.subscribe()));
                }
            }
        }
        Ok(())
    }

    async fn listen(&mut self, what: &str, address: &str) -> Result<TcpListener, ObserveError> {
        let failed = |source| ObserveError::Listen {
            what: what.to_owned(),
            address: address.to_owned(),
            source,
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        tracing::info!(target: "tollgate", component = what, %address, "listening");
        self.addresses.push((what.to_owned(), address));
        Ok(listener)
    }

    fn serve(&mut self, listener: TcpListener, pages: axum::Router) {
        let mut phase = self.phase.subscribe();
        self.tasks.spawn(async move {
            let served = axum::serve(listener, pages);
            // A connection that is kept open does not keep the gate.
            tokio::select! {
                served = served => {
                    if let Err(error) = served {
                        tracing::error!(target: "tollgate", %error, "a server of the gate's own telemetry ended");
                    }
                }
                _ = phase.wait_for(|phase| *phase == Phase::Gone) => {}
            }
        });
    }
}

fn detail(metrics: &Metrics) -> Option<Detail> {
    match metrics.level {
        MetricsLevel::None => None,
        MetricsLevel::Basic => Some(Detail::Basic),
        MetricsLevel::Normal => Some(Detail::Normal),
        MetricsLevel::Detailed => Some(Detail::Detailed),
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

fn scope() -> (String, String) {
    (SCOPE.to_owned(), env!("CARGO_PKG_VERSION").to_owned())
}
