//! The configuration as meant: what the rest of the program works with. Nothing here remembers how it was written.

use std::path::PathBuf;

use crate::schema::Role;
use crate::source_map::Places;

mod access;
mod delivery;
mod endpoint;
mod exporter;
mod extension;
mod id;
mod processor;
mod receiver;
mod secret;
mod service;
mod stage;
mod telemetry;
mod tls;

pub use access::{
    BasicCredentials, BearerToken, ClientAuth, HeaderAction, HeaderRule, HeaderSource,
    HeadersSetter, Htpasswd, ServerAuth, Tokens,
};
pub use delivery::{
    Delivery, Destination, FileStorage, OnRejected, QueueBatch, QueueSizer, SendingQueue, Storage,
};
pub use endpoint::Endpoint;
pub(crate) use exporter::signal_url;
pub use exporter::{
    Compression, DebugExporter, Encoding, Exporter, FileExporter, OtlpGrpcExporter,
    OtlpHttpExporter, Retry, Verbosity,
};
pub use extension::{Extension, HealthCheck};
pub use id::ComponentId;
pub use processor::{Batch, Connector, MemoryLimit, MemoryLimiter, Processor, Sizer};
pub use receiver::{GrpcServer, HttpServer, OtlpReceiver, RequestCompression};
pub use secret::Secret;
pub use service::{Compat, Pipeline, Process};
pub use stage::{Component, Ensure, Gate, OnError, Stage};
pub use telemetry::{
    IncludeExclude, LogEncoding, LogLevel, Logs, Metrics, MetricsLevel, MetricsReader,
    PeriodicReader, PrometheusReader, Telemetry, Temporality,
};
pub use tls::{ClientTls, ServerTls, TlsVersion};

/// A whole configuration. Everything a pipeline names is defined, and nothing is left to check but what only a component
/// itself can know.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Receivers, in the order of the file.
    pub receivers: Vec<(ComponentId, OtlpReceiver)>,
    /// Processors, in the order of the file. One may stand in several pipelines.
    pub processors: Vec<(ComponentId, Processor)>,
    /// Connectors, in the order of the file. Each is an exporter of some pipelines and a receiver of others.
    pub connectors: Vec<(ComponentId, Connector)>,
    /// Exporters, in the order of the file.
    pub exporters: Vec<(ComponentId, Destination)>,
    /// Pipelines, in the order of the file.
    pub pipelines: Vec<Pipeline>,
    /// Extensions that run, in the order in which they start.
    pub extensions: Vec<(ComponentId, Extension)>,
    /// The program's own telemetry.
    pub telemetry: Telemetry,
    /// Whose answers the policies give.
    pub compat: Compat,
    /// What the process takes of the machine, and how it ends.
    pub process: Process,
}

impl Config {
    /// Every policy, processors before connectors.
    pub fn stages(&self) -> impl Iterator<Item = &Stage> {
        let processors = self.processors.iter();
        let processors = processors.filter_map(|(_, processor)| match processor {
            Processor::Policy(stage) => Some(stage),
            Processor::Batch(_) | Processor::MemoryLimiter(_) => None,
        });
        let connectors = self.connectors.iter();
        processors.chain(connectors.filter_map(|(_, connector)| match connector {
            Connector::Policy(stage) => Some(stage),
            Connector::Forward => None,
        }))
    }

    /// Likewise, to be changed.
    pub fn stages_mut(&mut self) -> impl Iterator<Item = &mut Stage> {
        let processors = self.processors.iter_mut();
        let processors = processors.filter_map(|(_, processor)| match processor {
            Processor::Policy(stage) => Some(stage),
            Processor::Batch(_) | Processor::MemoryLimiter(_) => None,
        });
        let connectors = self.connectors.iter_mut();
        processors.chain(connectors.filter_map(|(_, connector)| match connector {
            Connector::Policy(stage) => Some(stage),
            Connector::Forward => None,
        }))
    }

    /// The policies that can be asked about their configurations although something is wrong elsewhere: those of which
    /// everything is known.
    pub(crate) fn policies_alone(self, places: &Places) -> Self {
        let whole = |role: Role, id: &ComponentId, stage: &Stage| {
            let known = places
                .get(&(role, id.clone()))
                .is_some_and(|place| place.config.is_whole());
            known && stage.component != Component::File(PathBuf::new())
        };
        let asked = |(id, processor): &(ComponentId, Processor)| match processor {
            Processor::Policy(stage) => whole(Role::Processor, id, stage),
            _ => false,
        };
        let joined = |(id, connector): &(ComponentId, Connector)| match connector {
            Connector::Policy(stage) => whole(Role::Connector, id, stage),
            Connector::Forward => false,
        };
        Self {
            receivers: Vec::new(),
            processors: self.processors.into_iter().filter(asked).collect(),
            connectors: self.connectors.into_iter().filter(joined).collect(),
            exporters: Vec::new(),
            pipelines: Vec::new(),
            extensions: Vec::new(),
            ..self
        }
    }
}
