//! The debug exporter: what comes by, for people.

use tollgate_record::Signal;

use crate::exporter::{Console, Delivered, ExportError};
use crate::settings;

/// Writes to the console.
pub(crate) struct DebugExporter {
    name: String,
    settings: settings::DebugExporter,
    console: Console,
}

impl DebugExporter {
    pub(crate) fn new(name: &str, settings: &settings::DebugExporter, console: Console) -> Self {
        Self {
            name: name.to_owned(),
            settings: settings.clone(),
            console,
        }
    }

    pub(crate) fn export(&self, signal: Signal, wire: &[u8]) -> Result<Delivered, ExportError> {
        let counts = tollgate_json::count(signal, wire)
            .map_err(|error| ExportError::permanent(error.to_string()))?;
        let _ = &self.settings;
        let text = format!(
            "info\tLogs\t{{\"otelcol.component.id\": \"{}\", \"records\": {}}}\n",
            self.name, counts.records
        );
        self.console
            .write(text.as_bytes())
            .map_err(|_| ExportError::permanent("the console cannot be written"))?;
        Ok(Delivered::default())
    }
}
