//! Exporters: where requests go.

mod debug;
mod file;
mod outcome;
mod parts;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;
use tollgate_config as config;
use tollgate_record::{Part, RequestContext, Signal};

use crate::client::ClientError;
use crate::grpc::client::GrpcExporter;
use crate::http::client::HttpExporter;
pub(crate) use outcome::{Cure, Setback};
pub use outcome::{Delivered, Export, ExportError, Exported, Later, Refused};

/// The largest request that is sent at once, before compression, as OTLP recommends.
const MAX_REQUEST: usize = 64 << 20;

/// One destination.
pub struct Exporter {
    kind: Kind,
    sizes: parts::KnownSizes,
    /// True once nobody should wait for another try.
    hurry: watch::Sender<bool>,
}

enum Kind {
    Grpc(Box<GrpcExporter>),
    Http(Box<HttpExporter>),
    File(file::FileExporter),
    Debug(debug::DebugExporter),
    Nop,
}

/// Why there is no exporter.
#[derive(Debug, thiserror::Error)]
pub enum ExporterError {
    /// A client cannot be made of the settings.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A file cannot be written.
    #[error("{path} cannot be written: {source}")]
    File {
        /// Which.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Where debug exporters write: one place for all of them, so that their texts do not mix.
#[derive(Clone)]
pub struct Console(Arc<Mutex<dyn Write + Send>>);

impl Console {
    /// A console that writes to `out`.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(out)))
    }

    pub(crate) fn write(&self, text: &[u8]) -> std::io::Result<()> {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(text)?;
        out.flush()
    }
}

impl Exporter {
    /// Makes an exporter. Its name stands in what it logs; destinations are not reached before there is something to send.
    pub async fn new(
        name: &str,
        settings: &config::Exporter,
        console: Console,
    ) -> Result<Self, ExporterError> {
        let kind = match settings {
            config::Exporter::Otlp(settings) => {
                Kind::Grpc(Box::new(GrpcExporter::new(name, settings)?))
            }
            config::Exporter::OtlpHttp(settings) => {
                Kind::Http(Box::new(HttpExporter::new(name, settings)?))
            }
            config::Exporter::File(settings) => {
                Kind::File(file::FileExporter::open(settings).await?)
            }
            config::Exporter::Debug(settings) => {
                Kind::Debug(debug::DebugExporter::new(name, settings, console))
            }
            config::Exporter::Nop => Kind::Nop,
        };
        Ok(Self {
            kind,
            sizes: parts::KnownSizes::default(),
            hurry: watch::Sender::new(false),
        })
    }

    /// Hands over one request, and returns when the destination has it or will not have it, or when it is not to be tried any more. One
    /// that is too large for the destination goes in parts. Dropping the future ends a try under way; what became of it is not known then.
    pub async fn deliver(&self, export: Export) -> Exported {
        let Export {
            signal,
            wire,
            records,
            context,
        } = export;
        let context = context.as_deref();
        let whole = Part { wire, records };
        parts::deliver(signal, whole, &self.sizes, |wire| {
            self.send(signal, wire, context)
        })
        .await
    }

    /// The same in short, for those who keep nothing for later.
    pub async fn export(&self, signal: Signal, wire: Bytes) -> Result<Delivered, ExportError> {
        let export = Export {
            signal,
            // What is no request is for the destination to refuse.
            records: tollgate_record::count(signal, &wire).unwrap_or_default(),
            wire,
            context: None,
        };
        self.deliver(export).await.summary()
    }

    async fn send(
        &self,
        signal: Signal,
        wire: Bytes,
        context: Option<&RequestContext>,
    ) -> Result<Delivered, Setback> {
        let hurry = || self.hurry.subscribe();
        let is_sent = matches!(self.kind, Kind::Grpc(_) | Kind::Http(_));
        if is_sent && wire.len() > MAX_REQUEST {
            return Err(Setback {
                cure: Cure::Less,
                reason: "the request is larger than the 64 MiB that OTLP allows".to_owned(),
            });
        }
        match &self.kind {
            Kind::Grpc(exporter) => exporter.export(signal, wire, context, hurry()).await,
            Kind::Http(exporter) => exporter.export(signal, wire, context, hurry()).await,
            Kind::File(exporter) => exporter.export(signal, wire).await,
            Kind::Debug(exporter) => exporter.export(signal, &wire),
            Kind::Nop => Ok(Delivered::default()),
        }
    }

    /// Ends the waiting between tries, now and from now on: tries under way go on, and a request that fails then is given back
    /// as retryable. For a stop in good order.
    pub fn hurry(&self) {
        self.hurry.send_replace(true);
    }

    /// Writes out what is still held. The exporter can be used afterwards.
    pub async fn flush(&self) -> Result<(), ExporterError> {
        match &self.kind {
            Kind::File(exporter) => exporter.flush().await,
            _ => Ok(()),
        }
    }
}
