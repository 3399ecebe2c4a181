//! What a file that somebody opens is: a case file, a configuration, or telemetry.

use serde::Serialize;

use crate::case_file;

/// The texts that a file holds; what it does not hold stays as it is in the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// The configuration.
    pub configuration: Option<String>,
    /// The telemetry.
    pub telemetry: Option<String>,
}

/// Keys that a configuration begins with.
const SECTIONS: [&str; 6] = [
    "receivers",
    "processors",
    "exporters",
    "connectors",
    "extensions",
    "service",
];

impl Opened {
    /// Sees what a file is.
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        if case_file::is_one(text) {
            return case_file::read(name, text);
        }
        if is_configuration(text) {
            return Ok(Self {
                configuration: Some(text.to_owned()),
                telemetry: None,
            });
        }
        Ok(Self {
            configuration: None,
            telemetry: Some(text.to_owned()),
        })
    }
}

/// Whether a section of a configuration stands at the margin. Where the text is wrong otherwise the page says so.
fn is_configuration(text: &str) -> bool {
    text.lines().any(|line| {
        SECTIONS.iter().any(|section| {
            let rest = line.strip_prefix(section);
            rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
        })
    })
}
