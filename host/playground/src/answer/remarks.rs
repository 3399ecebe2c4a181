//! What there is to say about a configuration, with its places in the text.

use serde::Serialize;
use tollgate_config::{Diagnostics, Severity};

/// More than this nobody reads at once.
const MOST: usize = 50;

/// One thing that is wrong, or probably not meant so.
#[derive(Debug, Serialize)]
pub(crate) struct Remark {
    severity: &'static str,
    message: String,
    help: Option<String>,
    /// Line and column, from 1.
    line: usize,
    column: usize,
    /// The place in the text, counted as scripts in a page count: in UTF-16.
    start: usize,
    end: usize,
    /// The line with a caret under the place, as the terminal shows it.
    excerpt: String,
}

pub(crate) fn remarks(found: &Diagnostics, text: &str) -> Vec<Remark> {
    let units = |at: usize| {
        let before = text.get(..at).unwrap_or(text);
        before.encode_utf16().count()
    };
    found
        .iter()
        .take(MOST)
        .map(|diagnostic| {
            let (line, column) = diagnostic.position();
            Remark {
                severity: match diagnostic.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                message: diagnostic.message.clone(),
                help: diagnostic.help.clone(),
                line,
                column,
                start: units(diagnostic.span.start),
                end: units(diagnostic.span.end),
                excerpt: diagnostic.render(false),
            }
        })
        .collect()
}
