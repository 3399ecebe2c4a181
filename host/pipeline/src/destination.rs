//! Where cleared records go: an exporter by its id in the configuration.

use std::sync::Arc;

use tollgate_config::ComponentId;
use tollgate_otlp::{Delivered, ExportError, Exporter};
use tollgate_telemetry::{ExporterCounts, Level};

use crate::passage::Cleared;

/// An exporter that takes nothing but what every stage has cleared.
pub(crate) struct Destination {
    id: ComponentId,
    exporter: Exporter,
    counts: Arc<ExporterCounts>,
}

impl Destination {
    pub(crate) fn new(id: ComponentId, exporter: Exporter) -> Self {
        let counts = Arc::new(ExporterCounts::new(id.to_string()));
        Self {
            id,
            exporter,
            counts,
        }
    }

    /// What it did.
    pub(crate) fn counts(&self) -> &Arc<ExporterCounts> {
        &self.counts
    }

    /// Hands `cleared` over, with the exporter's own retries. The records are the destination's once this returns well.
    pub(crate) async fn deliver(&self, cleared: &Cleared) -> Result<Delivered, ExportError> {
        let (signal, records) = (cleared.signal(), u64::from(cleared.records()));
        let under_way = UnderWay::new(&self.counts.in_flight);
        let delivered = self.exporter.export(signal, cleared.wire().clone()).await;
        drop(under_way);
        match &delivered {
            Ok(delivered) => {
                let rejected = delivered.rejected.min(records);
                self.counts.sent(signal, records.saturating_sub(rejected));
                self.counts.failed.of(signal).add(rejected);
                if rejected > 0 {
                    tracing::warn!(target: "tollgate", exporter = %self.id, rejected, "the destination rejected records");
                }
            }
            Err(error) => {
                self.counts.failed(signal, records);
                tracing::warn!(target: "tollgate", exporter = %self.id, %error, records, "export failed");
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

/// A request on its way; also one whose client goes away meanwhile ends.
struct UnderWay<'c>(&'c Level);

impl<'c> UnderWay<'c> {
    fn new(level: &'c Level) -> Self {
        level.up();
        Self(level)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.down();
    }
}
