//! How diagnostics look. The text is a contract: the golden files beside the tests hold it.

use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Excerpt;

/// More than this nobody reads at once.
const MOST: usize = 50;

struct Palette {
    error: &'static str,
    warning: &'static str,
    frame: &'static str,
    bold: &'static str,
    reset: &'static str,
}

const COLOUR: Palette = Palette {
    error: "\x1b[1;31m",
    warning: "\x1b[1;33m",
    frame: "\x1b[1;34m",
    bold: "\x1b[1m",
    reset: "\x1b[0m",
};
const PLAIN: Palette = Palette {
    error: "",
    warning: "",
    frame: "",
    bold: "",
    reset: "",
};

/// The word for a severity.
pub(crate) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// One diagnostic: what, where, the line with a caret, and the cure.
pub(crate) fn diagnostic(diagnostic: &Diagnostic, excerpt: &Excerpt, colour: bool) -> String {
    let palette = if colour { &COLOUR } else { &PLAIN };
    let Palette {
        frame, bold, reset, ..
    } = palette;
    let tint = match diagnostic.severity {
        Severity::Error => palette.error,
        Severity::Warning => palette.warning,
    };
    let number = excerpt.line.to_string();
    let margin = " ".repeat(number.len());
    let lead = " ".repeat(excerpt.before);
    let caret = "^".repeat(excerpt.marked);
    let word = word(diagnostic.severity);
    let mut text = format!(
        "{tint}{word}{reset}{bold}: {message}{reset}\n\
         {margin}{frame}-->{reset} {file}:{line}:{column}\n\
         {margin} {frame}|{reset}\n\
         {frame}{number} |{reset} {excerpt}\n\
         {margin} {frame}|{reset} {lead}{tint}{caret}{reset}\n",
        message = diagnostic.message,
        file = diagnostic.file(),
        line = excerpt.line,
        column = excerpt.column,
        excerpt = excerpt.text,
    );
    if let Some(help) = &diagnostic.help {
        _ = writeln!(text, "{margin} {frame}={reset} {bold}help{reset}: {help}");
    }
    text
}

/// All diagnostics and their count.
pub(crate) fn all(list: &[Diagnostic], colour: bool) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    for diagnostic in list.iter().take(MOST) {
        text.push_str(&diagnostic.render(colour));
        text.push('\n');
    }
    let hidden = list.len().saturating_sub(MOST);
    if hidden > 0 {
        _ = write!(text, "... and {hidden} more\n\n");
    }
    let errors = list
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count();
    let warnings = list.len().saturating_sub(errors);
    let counts = [plural(errors, "error"), plural(warnings, "warning")];
    text.push_str(&counts.into_iter().flatten().collect::<Vec<_>>().join(", "));
    text.push('\n');
    text
}

fn plural(number: usize, noun: &str) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {noun}")),
        many => Some(format!("{many} {noun}s")),
    }
}
