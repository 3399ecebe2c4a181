//! Where cleared records go: an exporter by its id in the configuration.

use tollgate_config::ComponentId;
use tollgate_otlp::{Delivered, ExportError, Exporter};

use crate::passage::Cleared;

/// An exporter that takes nothing but what every stage has cleared.
pub(crate) struct Destination {
    id: ComponentId,
    exporter: Exporter,
}

impl Destination {
    pub(crate) fn new(id: ComponentId, exporter: Exporter) -> Self {
        Self { id, exporter }
    }

    /// Hands `cleared` over, with the exporter's own retries. The records are the destination's once this returns well.
    pub(crate) async fn deliver(&self, cleared: &Cleared) -> Result<Delivered, ExportError> {
        let delivered = self
            .exporter
            .export(cleared.signal(), cleared.wire().clone())
            .await;
        match &delivered {
            Ok(delivered) if delivered.rejected > 0 => {
                tracing::warn!(target: "tollgate", exporter = %self.id, rejected = delivered.rejected, "the destination rejected records");
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(target: "tollgate", exporter = %self.id, %error, records = cleared.records(), "export failed");
            }
        }
        delivered
    }

    /// Ends waits between tries, now and from now on.
    pub(crate) fn hurry(&self) {
        self.exporter.hurry();
    }

    /// Writes out what is still buffered.
    pub(crate) async fn close(&self) {
        if let Err(error) = self.exporter.flush().await {
            tracing::error!(target: "tollgate", exporter = %self.id, %error, "could not write out what was buffered");
        }
    }
}
