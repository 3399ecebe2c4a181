//! What is shared: one file that the page opens, and that `tollgate test` runs as it is.

use crate::opened::Opened;
use crate::workbench::Tried;
use crate::yaml;

/// Whether a text is a case file: its list of cases stands at the margin.
pub(crate) fn is_one(text: &str) -> bool {
    text.lines().any(|line| {
        let rest = line.strip_prefix("cases");
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

/// Reads one.
pub(crate) fn read(name: &str, text: &str) -> Result<Opened, String> {
    _ = text;
    Err(format!("{name} is no case file"))
}

/// The file, with what came of the telemetry as its expectation.
pub(crate) fn written(configuration: &str, telemetry: &str, tried: &Tried) -> String {
    _ = tried;
    format!(
        "configuration: {}cases:\n  - name: playground\n    input:\n      text: {}",
        yaml::text(configuration, 2),
        yaml::text(telemetry, 8)
    )
}
