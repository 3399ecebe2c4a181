//! What is shared: one file that the page opens, and that `tollgate test` runs as it is.

use serde::Serialize;

use crate::workbench::Tried;
use crate::yaml;

/// A configuration and telemetry, as they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseFile {
    /// The configuration.
    pub configuration: String,
    /// The telemetry.
    pub telemetry: String,
}

impl CaseFile {
    /// Reads one.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, String> {
        _ = text;
        Err(format!("{name} is no case file"))
    }

    /// The file, with what came of the telemetry as its expectation.
    pub(crate) fn written(&self, tried: &Tried) -> String {
        _ = tried;
        format!(
            "configuration: {}cases:\n  - name: playground\n    input:\n      text: {}",
            yaml::text(&self.configuration, 2),
            yaml::text(&self.telemetry, 8)
        )
    }
}
